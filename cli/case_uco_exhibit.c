/* The exhibit, the case, the bundle and the device that it was taken from, as nodes. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "case_uco_node.h"
#include "cli_details.h"

static const struct case_uco_part exhibit = { "exhibit" }, original = { "original" },
				  device = { "device" }, bundle = { "bundle" };

char *case_uco_detail(const struct evx_report *r, const struct cli_corrections *now, size_t entry,
	const char *key)
{
	const struct cli_correction *right = cli_corrections_of(now, (int)entry, key);
	const char *public = entry > 0             ? NULL :
		strcmp(key, "case") == 0           ? r->public_case :
		strcmp(key, "exhibit_number") == 0 ? r->public_exhibit :
						     NULL;

	if (right != NULL)
		return strdup(right->text);
	return public != NULL ? strdup(public) :
				cli_details_text(r->events[entry].details_json, key);
}

static void detail(struct case_uco *c, const char *member, const struct evx_report *r,
	const struct cli_corrections *now, const char *key)
{
	char *text = r->nevents > 0 ? case_uco_detail(r, now, 0, key) : NULL;

	case_uco_text(c, member, text);
	free(text);
}

static void reference(struct case_uco *c, const struct case_uco_part *part, const char *what,
	const char *sub, const char *text)
{
	if (text[0] == '\0')
		return;
	case_uco_node(c, NULL, "uco-core:ExternalReference", part, sub);
	cli_json_text(&c->j, "uco-core:definingContext", what);
	cli_json_text(&c->j, "uco-core:externalIdentifier", text);
	cli_json_close(&c->j);
}

static void references(struct case_uco *c, const struct case_uco_part *part, const char *uuid,
	const char *hash, const char *code)
{
	cli_json_array(&c->j, "uco-core:externalReference");
	reference(c, part, "SHA-256 of the seal (evx)", "seal-hash", hash);
	reference(c, part, "seal code (evx)", "seal-code", code);
	reference(c, part, "UUID of the exhibit (evx)", "uuid", uuid);
	cli_json_close(&c->j);
}

static void exhibit_node(
	struct case_uco *c, const struct evx_report *r, const struct cli_corrections *now)
{
	case_uco_node(c, NULL, "uco-observable:ObservableObject", &exhibit, NULL);
	detail(c, "uco-core:name", r, now, "exhibit_number");
	cli_json_array(&c->j, "uco-core:description");
	detail(c, NULL, r, now, "description");
	cli_json_text(&c->j, NULL,
		r->complete ?
			"The sealer signed that the whole source was read." :
			"INCOMPLETE. The sealer signed that part of the source could not be read, "
			"changed while it was read, or was left out.");
	if (r->origin.present)
		cli_json_text(
			&c->j, NULL, "This is a disclosure: it shows a part of another exhibit.");
	cli_json_close(&c->j);
	references(c, &exhibit, r->uuid, r->seal_hash, r->seal_code);
	if (r->origin.present)
		case_uco_ref(c, "case-investigation:wasDerivedFrom", &original, NULL);
	else if (cli_details_has(r->events[0].details_json, "device"))
		case_uco_ref(c, "case-investigation:wasDerivedFrom", &device, NULL);
	cli_json_close(&c->j);
}

static void original_node(struct case_uco *c, const struct evx_report *r)
{
	const struct evx_report_origin *o = &r->origin;

	if (!o->present)
		return;
	case_uco_node(c, NULL, "uco-observable:ObservableObject", &original, NULL);
	case_uco_text(c, "uco-core:name", o->public_exhibit);
	references(c, &original, o->uuid, o->seal_hash, o->seal_code);
	cli_json_close(&c->j);
}

/* A make is the name of an organisation that nothing else is known of. */
static void manufacturer(struct case_uco *c, const char *make)
{
	if (make == NULL || make[0] == '\0')
		return;
	case_uco_node(c, "uco-observable:manufacturer", "uco-identity:Organization", &device,
		"manufacturer");
	case_uco_text(c, "uco-core:name", make);
	cli_json_close(&c->j);
}

static void device_node(struct case_uco *c, const char *details)
{
	static const struct {
		const char *key, *member;
	} texts[] = { { "type", "uco-observable:deviceType" }, { "model", "uco-observable:model" },
		{ "serial", "uco-observable:serialNumber" } };
	char *text = cli_details_text_in(details, "device", "make");
	size_t i;

	case_uco_node(c, NULL, "uco-observable:Device", &device, NULL);
	case_uco_node(c, "uco-core:hasFacet", "uco-observable:DeviceFacet", &device, "facet");
	manufacturer(c, text);
	free(text);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		text = cli_details_text_in(details, "device", texts[i].key);
		case_uco_text(c, texts[i].member, text);
		free(text);
	}
	cli_json_close(&c->j);
	cli_json_close(&c->j);
}

/* The file at hand. */
static void bundle_node(struct case_uco *c, const struct evx_report *r, const char *file)
{
	char size[24];

	(void)snprintf(size, sizeof(size), "%" PRIu64, r->bundle_bytes);
	case_uco_node(c, NULL, "uco-observable:ArchiveFile", &bundle, NULL);
	cli_json_text(&c->j, "uco-core:description",
		"The bundle that this was made from: the exhibit, encrypted, with its custody "
		"record.");
	cli_json_array(&c->j, "uco-core:hasFacet");
	case_uco_node(c, NULL, "uco-observable:FileFacet", &bundle, "file");
	case_uco_text(c, "uco-observable:fileName", file);
	case_uco_typed(c, "uco-observable:sizeInBytes", "xsd:integer", size);
	cli_json_close(&c->j);
	if (r->present_sha256[0] != '\0') {
		case_uco_node(c, NULL, "uco-observable:ContentDataFacet", &bundle, "content");
		cli_json_bool(&c->j, "uco-observable:isEncrypted", true);
		cli_json_array(&c->j, "uco-observable:hash");
		case_uco_hash(c, &bundle, "SHA256", r->present_sha256);
		cli_json_close(&c->j);
		cli_json_close(&c->j);
	}
	cli_json_close(&c->j);
	cli_json_close(&c->j);
	case_uco_node(
		c, NULL, "uco-observable:ObservableRelationship", &bundle, "holds-the-exhibit");
	case_uco_ref(c, "uco-core:source", &exhibit, NULL);
	case_uco_ref(c, "uco-core:target", &bundle, NULL);
	cli_json_text(&c->j, "uco-core:kindOfRelationship", "Contained_Within");
	cli_json_bool(&c->j, "uco-core:isDirectional", true);
	cli_json_close(&c->j);
}

void case_uco_exhibit(struct case_uco *c, const struct evx_report *r,
	const struct cli_corrections *now, const char *file)
{
	exhibit_node(c, r, now);
	original_node(c, r);
	if (!r->origin.present && cli_details_has(r->events[0].details_json, "device"))
		device_node(c, r->events[0].details_json);
	if (file != NULL)
		bundle_node(c, r, file);
}
