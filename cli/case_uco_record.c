/* The entries of a custody record as investigative actions, with what they used and brought. */
#include <stdlib.h>
#include <string.h>

#include "case_uco_node.h"
#include "cli_details.h"
#include "cli_verdict.h"

static const struct case_uco_part exhibit = { "exhibit" }, original = { "original" },
				  investigation = { "investigation" }, this_tool = { "tool/this" },
				  check = { "check" };

/* The record under way. */
struct record {
	struct case_uco *c;
	const struct evx_report *r;
	struct cli_corrections now;
	/* of the exhibit's own record, else of the original's */
	const struct evx_report_event *events;
	size_t nevents;
	const char *prefix;                 /* of the parts */
	const struct case_uco_part *object; /* the exhibit that it is about */
	bool own;
};

static struct case_uco_part part_of(const struct record *t, size_t at, const char *what)
{
	return case_uco_part("%s/%04d%s%s", t->prefix, t->events[at].number,
		what != NULL ? "/" : "", what != NULL ? what : "");
}

static char *detail(const struct record *t, size_t at, const char *key)
{
	return t->own ? case_uco_detail(t->r, &t->now, at, key) : NULL;
}

/* ---- tools */

struct tool {
	char *name, *version;
};

static struct tool tool_of(const struct record *t, size_t at)
{
	const char *details = t->events[at].details_json;

	return (struct tool){ cli_details_text_in(details, "tool", "name"),
		cli_details_text_in(details, "tool", "version") };
}

static void tool_free(struct tool *tool)
{
	free(tool->name);
	free(tool->version);
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static void tool_node(
	struct case_uco *c, const struct case_uco_part *part, const char *name, const char *version)
{
	case_uco_node(c, NULL, "uco-tool:Tool", part, NULL);
	case_uco_text(c, "uco-core:name", name);
	case_uco_text(c, "uco-tool:version", version);
	cli_json_close(&c->j);
}

/* One node for each tool; first[i] is the entry that first names the one of entry i, nevents where
 * it names none. */
static void tools(struct record *t, size_t *first)
{
	struct tool *all = calloc(t->nevents + 1, sizeof(*all));
	struct case_uco_part part;
	size_t i, k;

	if (all == NULL) {
		t->c->err = EVX_E_MEMORY;
		return;
	}
	for (i = 0; i < t->nevents; i++) {
		all[i] = tool_of(t, i);
		first[i] = t->nevents;
		if (all[i].name == NULL)
			continue;
		for (k = 0; all[k].name == NULL || strcmp(all[k].name, all[i].name) != 0 ||
			!same_text(all[k].version, all[i].version);
			k++)
			;
		first[i] = k;
		part = part_of(t, k, "tool");
		if (k == i)
			tool_node(t->c, &part, all[i].name, all[i].version);
	}
	for (i = 0; i < t->nevents; i++)
		tool_free(&all[i]);
	free(all);
}

/* ---- authorisations */

static bool is_number(const char *p, size_t n, unsigned min, unsigned max, unsigned *out)
{
	*out = 0;
	for (; n > 0; n--, p++) {
		if (*p < '0' || *p > '9')
			return false;
		*out = *out * 10 + (unsigned)(*p - '0');
	}
	return *out >= min && *out <= max;
}

/* "2026-11-30T14:05:00+01:00" or with Z: a day and a time, as xsd:dateTime has them. */
static bool is_moment(const char *s)
{
	static const char form[] = "....-..-..T..:..:..";
	static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned year, month, day, number;
	size_t i;

	if (strlen(s) < sizeof(form))
		return false;
	for (i = 0; i < sizeof(form) - 1; i++)
		if (form[i] != '.' && s[i] != form[i])
			return false;
	if (!is_number(s, 4, 1, 9999, &year) || !is_number(s + 5, 2, 1, 12, &month) ||
		!is_number(s + 8, 2, 1, 31, &day) || !is_number(s + 11, 2, 0, 23, &number) ||
		!is_number(s + 14, 2, 0, 59, &number) || !is_number(s + 17, 2, 0, 59, &number))
		return false;
	if (day > days[month - 1] &&
		!(month == 2 && day == 29 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)))
		return false;
	s += sizeof(form) - 1;
	if (strcmp(s, "Z") == 0)
		return true;
	return (*s == '+' || *s == '-') && strlen(s) == 6 && s[3] == ':' &&
		is_number(s + 1, 2, 0, 13, &number) && is_number(s + 4, 2, 0, 59, &number);
}

static bool has_authority(const struct record *t, size_t at)
{
	static const char *const keys[] = { "authority", "authority_type", "authority_number" };
	bool found = false;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]) && !found; i++) {
		char *text = detail(t, at, keys[i]);

		found = text != NULL;
		free(text);
	}
	return found;
}

static void authority(struct record *t, size_t at)
{
	const struct case_uco_part entry = part_of(t, at, NULL), part = part_of(t, at, "authority");
	char *text = detail(t, at, "authority"), *type = detail(t, at, "authority_type"),
	     *number = detail(t, at, "authority_number"), *until = detail(t, at, "authority_until");
	struct case_uco *c = t->c;

	case_uco_node(c, NULL, "case-investigation:Authorization", &part, NULL);
	case_uco_text(c, "uco-core:description", text);
	case_uco_text(c, "case-investigation:authorizationType", type);
	case_uco_text(c, "case-investigation:authorizationIdentifier", number);
	if (until != NULL && is_moment(until))
		case_uco_typed(c, "uco-core:endTime", "xsd:dateTime", until);
	else if (until != NULL && until[0] != '\0')
		case_uco_text(c, "uco-core:tag", until);
	cli_json_close(&c->j);
	case_uco_node(c, NULL, "uco-core:Relationship", &part, "authorizes");
	case_uco_ref(c, "uco-core:source", &part, NULL);
	case_uco_ref(c, "uco-core:target", &entry, NULL);
	cli_json_text(&c->j, "uco-core:kindOfRelationship", "Authorizes");
	cli_json_bool(&c->j, "uco-core:isDirectional", true);
	cli_json_close(&c->j);
	free(text);
	free(type);
	free(number);
	free(until);
}

static void investigation_node(struct record *t)
{
	struct case_uco *c = t->c;
	char *label = detail(t, 0, "case");
	struct case_uco_part part;
	size_t i;

	case_uco_node(c, NULL, "case-investigation:Investigation", &investigation, NULL);
	case_uco_text(c, "uco-core:name", label);
	free(label);
	cli_json_array(&c->j, "case-investigation:relevantAuthorization");
	for (i = 0; i < t->nevents; i++)
		if (t->events[i].counts && has_authority(t, i)) {
			part = part_of(t, i, "authority");
			case_uco_ref(c, NULL, &part, NULL);
		}
	cli_json_close(&c->j);
	cli_json_array(&c->j, "uco-core:object");
	case_uco_ref(c, NULL, &exhibit, NULL);
	for (i = 0; i < t->nevents; i++) {
		part = part_of(t, i, NULL);
		case_uco_ref(c, NULL, &part, NULL);
	}
	cli_json_close(&c->j);
	cli_json_close(&c->j);
}

/* ---- one entry */

static void argument(struct case_uco *c, const struct case_uco_part *entry, const char *sub,
	const char *name, const char *value)
{
	struct case_uco_part part;

	if (value == NULL || value[0] == '\0')
		return;
	part = case_uco_part("%s/%s", entry->text, sub);
	case_uco_node(c, NULL, "uco-action:ActionArgumentFacet", &part, NULL);
	cli_json_text(&c->j, "uco-action:argumentName", name);
	case_uco_text(c, "uco-action:value", value);
	cli_json_close(&c->j);
}

/* What the details say, as it stands corrected; where it was corrected, what stood there, too. */
static void arguments(struct record *t, size_t at)
{
	static const char *const keys[] = { "purpose", "reason", "notes", "condition", "checked",
		"result", "carrier", "tracking", "seal_number", "seal_number_after", "seized_at",
		"seized_from", "seized_by" };
	const struct evx_report_event *e = &t->events[at];
	const struct case_uco_part entry = part_of(t, at, NULL);
	struct case_uco_part name;
	struct case_uco *c = t->c;
	size_t i;

	cli_json_array(&c->j, "uco-core:hasFacet");
	argument(c, &entry, "signed/keeps", "keeps (public)", e->keeps);
	argument(c, &entry, "signed/result", "result (public)", e->result);
	argument(c, &entry, "signed/reason", "reason (public)", e->reason);
	argument(c, &entry, "signed/state", "state (public)", e->state);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char *text = detail(t, at, keys[i]);

		name = case_uco_part("details/%s", keys[i]);
		argument(c, &entry, name.text, keys[i], text);
		free(text);
	}
	for (i = 0; t->own && i < t->now.n; i++) {
		const struct cli_correction *k = &t->now.at[i];
		struct case_uco_part words;

		if (k->of != (int)at)
			continue;
		name = case_uco_part("before/%s", k->key);
		words = case_uco_part("%s, before entry %04d corrected it", k->key, k->by);
		argument(c, &entry, name.text, words.text, k->was != NULL ? k->was : "not named");
	}
	argument(c, &entry, "details", "details (JSON)", e->details_json);
	cli_json_close(&c->j);
}

static void sentences(struct record *t, size_t at)
{
	const struct evx_report_event *e = &t->events[at];
	const int closed = t->own ? cli_corrections_closed(t->r, (int)at) : -1;
	struct case_uco *c = t->c;
	char text[512], who[256];

	cli_json_array(&c->j, "uco-core:description");
	if (e->claim)
		cli_json_text(&c->j, NULL,
			"A claim by somebody whom the maker of this file does not know: it changes "
			"nothing.");
	else if (e->is_void)
		cli_json_text(&c->j, NULL, "This entry is against a rule: it changes nothing.");
	else if (!e->counts)
		cli_json_text(&c->j, NULL,
			"This entry stands behind the part of the record that counts: it changes "
			"nothing.");
	if (e->inventoried >= 0)
		cli_json_text(&c->j, NULL,
			e->inventoried == 1 ? "The receiver inventoried the exhibit." :
					      "The receiver did not inventory the exhibit.");
	if (e->nsigners > 1) {
		(void)snprintf(text, sizeof(text), "Signed with %zu keys.", e->nsigners);
		cli_json_text(&c->j, NULL, text);
	}
	if (e->proven) {
		(void)snprintf(text, sizeof(text),
			"A time-stamp shows that this entry existed at %s. Its authority: %s",
			e->proven_time,
			evx_text_escape(e->proven_authority, strlen(e->proven_authority), who,
				sizeof(who)));
		case_uco_text(c, NULL, text);
	}
	if (closed >= 0) {
		(void)snprintf(text, sizeof(text),
			"Entry %04d corrects this entry. What it says is closed here.", closed);
		cli_json_text(&c->j, NULL, text);
	}
	cli_json_close(&c->j);
}

/* The entry's signed document. */
static void document(struct record *t, size_t at)
{
	const struct evx_report_event *e = &t->events[at];
	const struct case_uco_part part = part_of(t, at, "document");
	struct case_uco *c = t->c;
	char name[64];

	(void)snprintf(name, sizeof(name), "%04d-%s.json", e->number, e->type);
	case_uco_node(c, NULL, "uco-observable:File", &part, NULL);
	cli_json_array(&c->j, "uco-core:hasFacet");
	case_uco_node(c, NULL, "uco-observable:FileFacet", &part, "file");
	case_uco_text(c, "uco-observable:fileName", name);
	cli_json_close(&c->j);
	case_uco_node(c, NULL, "uco-observable:ContentDataFacet", &part, "content");
	cli_json_array(&c->j, "uco-observable:hash");
	case_uco_hash(c, &part, "SHA256", e->hash);
	cli_json_close(&c->j);
	cli_json_close(&c->j);
	case_uco_node(c, NULL, "uco-observable:DigitalSignatureInfoFacet", &part, "signature");
	cli_json_bool(&c->j, "uco-observable:signatureExists", true);
	if (e->counts)
		cli_json_bool(&c->j, "uco-observable:signatureVerified", true);
	cli_json_text(&c->j, "uco-observable:signatureDescription",
		"OpenSSH signature (SSHSIG), namespace evx-event/1");
	cli_json_close(&c->j);
	cli_json_close(&c->j);
	cli_json_close(&c->j);
}

static void provenance(struct record *t, size_t at)
{
	const struct case_uco_part part = part_of(t, at, "provenance"),
				   signed_text = part_of(t, at, "document");
	struct case_uco *c = t->c;
	char *number = detail(t, 0, "exhibit_number");

	case_uco_node(c, NULL, "case-investigation:ProvenanceRecord", &part, NULL);
	case_uco_text(c, "case-investigation:exhibitNumber", number);
	cli_json_array(&c->j, "uco-core:object");
	case_uco_ref(c, NULL, t->object, NULL);
	case_uco_ref(c, NULL, &signed_text, NULL);
	cli_json_close(&c->j);
	cli_json_close(&c->j);
	free(number);
}

static void place_node(struct record *t, size_t at, const char *place)
{
	const struct case_uco_part part = part_of(t, at, "place");

	case_uco_node(t->c, NULL, "uco-location:Location", &part, NULL);
	case_uco_text(t->c, "uco-core:name", place);
	cli_json_close(&t->c->j);
}

static void entry_refs(struct record *t, size_t at, size_t tool, bool placed)
{
	const struct evx_report_event *e = &t->events[at];
	const struct case_uco_part signer = case_uco_part("key/%s", e->signer),
				   party = case_uco_part("key/%s", e->party.fingerprint),
				   signed_text = part_of(t, at, "document"),
				   record = part_of(t, at, "provenance"),
				   place = part_of(t, at, "place");
	struct case_uco_part part;
	struct case_uco *c = t->c;

	if (e->signer[0] != '\0')
		case_uco_ref(c, "uco-action:performer", &signer, NULL);
	if (e->party.fingerprint[0] != '\0')
		case_uco_ref(c, "uco-action:participant", &party, NULL);
	if (tool < t->nevents) {
		part = part_of(t, tool, "tool");
		case_uco_ref(c, "uco-action:instrument", &part, NULL);
	}
	if (placed)
		case_uco_ref(c, "uco-action:location", &place, NULL);
	case_uco_ref(c, "uco-action:object", t->object, NULL);
	cli_json_array(&c->j, "uco-action:result");
	case_uco_ref(c, NULL, &signed_text, NULL);
	case_uco_ref(c, NULL, &record, NULL);
	cli_json_close(&c->j);
	cli_json_array(&c->j, "case-investigation:wasInformedBy");
	if (at > 0) {
		part = part_of(t, at - 1, NULL);
		case_uco_ref(c, NULL, &part, NULL);
	}
	if (e->refers >= 0 && (size_t)e->refers + 1 < at) {
		part = part_of(t, (size_t)e->refers, NULL);
		case_uco_ref(c, NULL, &part, NULL);
	}
	cli_json_close(&c->j);
}

static void entry(struct record *t, size_t at, size_t tool)
{
	const struct evx_report_event *e = &t->events[at];
	const struct case_uco_part part = part_of(t, at, NULL);
	struct case_uco *c = t->c;
	char *place = detail(t, at, "place");
	char name[64];

	(void)snprintf(name, sizeof(name), "Entry %04d: %s", e->number, e->type);
	case_uco_node(c, NULL, "case-investigation:InvestigativeAction", &part, NULL);
	cli_json_text(&c->j, "uco-core:name", name);
	sentences(t, at);
	case_uco_typed(c, "uco-action:startTime", "xsd:dateTime", e->time);
	case_uco_typed(c, "uco-action:endTime", "xsd:dateTime", e->time);
	cli_json_text(&c->j, "uco-action:actionStatus", e->counts ? "Complete/Finish" : "Unknown");
	entry_refs(t, at, tool, place != NULL && place[0] != '\0');
	arguments(t, at);
	cli_json_close(&c->j);
	document(t, at);
	provenance(t, at);
	if (place != NULL && place[0] != '\0')
		place_node(t, at, place);
	if (e->counts && has_authority(t, at))
		authority(t, at);
	free(place);
}

static void entries(struct record *t)
{
	size_t *first = calloc(t->nevents + 1, sizeof(*first));
	size_t i;

	if (first == NULL) {
		t->c->err = EVX_E_MEMORY;
		return;
	}
	tools(t, first);
	for (i = 0; i < t->nevents; i++)
		entry(t, i, first[i]);
	free(first);
}

/* What this program found before it wrote the file. */
static void check_node(struct case_uco *c, const struct evx_report *r)
{
	tool_node(c, &this_tool, "evx", evx_version());
	case_uco_node(c, NULL, "case-investigation:InvestigativeAction", &check, NULL);
	cli_json_text(&c->j, "uco-core:name", "Check of the exhibit before this file was made");
	cli_json_array(&c->j, "uco-core:description");
	case_uco_text(c, NULL, cli_verdict_sentence(r, r->exit_class));
	case_uco_text(c, NULL, r->data_text);
	case_uco_text(c, NULL, r->custody_text);
	case_uco_text(c, NULL, r->trust_text);
	cli_json_close(&c->j);
	cli_json_text(&c->j, "uco-action:actionStatus", "Success");
	case_uco_ref(c, "uco-action:instrument", &this_tool, NULL);
	case_uco_ref(c, "uco-action:object", &exhibit, NULL);
	cli_json_close(&c->j);
}

void case_uco_record(struct case_uco *c, const struct evx_report *r, const char *file)
{
	struct record t = { .c = c,
		.r = r,
		.events = r->events,
		.nevents = r->nevents,
		.prefix = "entry",
		.object = &exhibit,
		.own = true };

	if (!cli_corrections_find(r, &t.now)) {
		c->err = EVX_E_MEMORY;
		return;
	}
	investigation_node(&t);
	case_uco_exhibit(c, r, &t.now, file);
	check_node(c, r);
	entries(&t);
	if (r->origin.present) {
		t.events = r->origin.events;
		t.nevents = r->origin.nevents;
		t.prefix = "original-entry";
		t.object = &original;
		t.own = false;
		entries(&t);
	}
	cli_corrections_free(&t.now);
}
