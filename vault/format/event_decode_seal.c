/* What a seal has beside the keys of every event, in. */
#include <stdlib.h>
#include <string.h>

#include "format/event_inner.h"

/* The keys of a seal. Anything else that does not begin with "x-" is newer than this program. */
static const char *const seal_keys[] = { EVX_EVENT_KEYS, "shape", "complete", "tagmanifest",
	"listing_root", "sequences", "custody_key", "content_key", "readers", "policy", "origin",
	"case", "exhibit_number", NULL };
static const char *const reader_keys[] = { "custody", "content", NULL };
static const char *const origin_keys[] = { "exhibit", "listing_root", "lines", "withheld",
	"names_only", "in_part", NULL };

/* One of two words. */
static enum evx_err read_choice(const struct evx_json *obj, const char *key, const char *no,
	const char *yes, bool *out, struct evx_diag *diag)
{
	const char *s;
	enum evx_err err = evx_json_str(obj, key, false, &s, NULL, diag);

	if (err != EVX_OK)
		return err;
	if (strcmp(s, no) != 0 && strcmp(s, yes) != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"seal: expected \"%s\" or \"%s\" in %s, found another text", no, yes, key);
	*out = strcmp(s, yes) == 0;
	return EVX_OK;
}

static enum evx_err read_label(
	const struct evx_json *obj, const char *key, char **out, struct evx_diag *diag)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, key, true, &s, &n, diag);

	if (err != EVX_OK || s == NULL)
		return err;
	if (n == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"seal: expected a text in %s, found an empty one", key);
	if (n >= EVX_LABEL_CAP)
		return evx_fail(diag, EVX_E_LIMIT, "seal: found %zu bytes in %s (limit %d)", n, key,
			EVX_LABEL_CAP - 1);
	*out = strdup(s);
	return *out != NULL ? EVX_OK : evx_fail_memory(diag);
}

static enum evx_err read_readers(
	const struct evx_json *obj, struct evx_seal_fields *s, struct evx_diag *diag)
{
	const struct evx_json *readers;
	int64_t custody, content;
	enum evx_err err;

	if ((err = evx_json_obj(obj, "readers", false, &readers, diag)) != EVX_OK ||
		(err = evx_json_only(readers, reader_keys, diag)) != EVX_OK ||
		(err = evx_json_int(readers, "custody", false, &custody, diag)) != EVX_OK ||
		(err = evx_json_int(readers, "content", false, &content, diag)) != EVX_OK)
		return err;
	if (custody > EVX_STANZAS_MAX || content > EVX_STANZAS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"seal: found more readers than a key file can have (limit %u)",
			EVX_STANZAS_MAX);
	if (content < 1 || custody < content)
		return evx_fail(diag, EVX_E_CORRUPT,
			"seal: expected a content reader, and all of them among the custody "
			"readers");
	s->custody_readers = (uint32_t)custody;
	s->content_readers = (uint32_t)content;
	return EVX_OK;
}

/* How many of the lines shown are of a kind: absent, or 1 to most. */
static enum evx_err read_some(const struct evx_json *origin, const char *key, uint64_t most,
	uint64_t *out, struct evx_diag *diag)
{
	enum evx_err err;

	if (!evx_json_has(origin, key))
		return EVX_OK;
	err = evx_json_u64(origin, key, false, out, diag);
	if (err == EVX_OK && (*out == 0 || *out > most))
		err = evx_fail(diag, EVX_E_CORRUPT,
			"seal: expected some of the lines shown in %s, found %llu", key,
			(unsigned long long)*out);
	return err;
}

static enum evx_err read_origin(
	const struct evx_json *obj, struct evx_seal_fields *s, struct evx_diag *diag)
{
	const struct evx_json *origin;
	enum evx_err err = evx_json_obj(obj, "origin", true, &origin, diag);

	if (err != EVX_OK)
		return err;
	if ((origin != NULL) != (s->shape == EVX_SHAPE_DISCLOSURE))
		return evx_fail(diag, EVX_E_CORRUPT,
			"seal: expected an origin in a disclosure and nowhere else");
	if (origin == NULL)
		return EVX_OK;
	if ((err = evx_json_only(origin, origin_keys, diag)) != EVX_OK ||
		(err = evx_json_hex(origin, "exhibit", false, s->origin.exhibit, 32, NULL, diag)) !=
			EVX_OK ||
		(err = evx_json_hex(origin, "listing_root", false, s->origin.listing_root, 32, NULL,
			 diag)) != EVX_OK ||
		(err = evx_json_u64(origin, "lines", false, &s->origin.lines, diag)) != EVX_OK ||
		(err = evx_json_u64(origin, "withheld", false, &s->origin.withheld, diag)) !=
			EVX_OK)
		return err;
	if (s->origin.withheld >= s->origin.lines)
		return evx_fail(diag, EVX_E_CORRUPT,
			"seal: expected fewer withheld lines than lines, found %llu of %llu",
			(unsigned long long)s->origin.withheld,
			(unsigned long long)s->origin.lines);
	err = read_some(origin, "names_only", s->origin.lines - s->origin.withheld,
		&s->origin.names_only, diag);
	return err != EVX_OK ? err :
			       read_some(origin, "in_part",
				       s->origin.lines - s->origin.withheld - s->origin.names_only,
				       &s->origin.in_part, diag);
}

static enum evx_err read_policy(
	const struct evx_json *obj, struct evx_seal_fields *s, struct evx_diag *diag)
{
	const struct evx_json *policy;
	enum evx_err err = evx_json_obj(obj, "policy", true, &policy, diag);

	return err != EVX_OK || policy == NULL ? err : evx_policy_read(policy, &s->policy, diag);
}

/* Where every pack stands follows from these two lengths (container.md "Order"). */
static enum evx_err read_sequences(
	const struct evx_json *obj, struct evx_seal_fields *s, struct evx_diag *diag)
{
	const struct evx_json *arr;
	enum evx_err err = evx_json_arr(obj, "sequences", false, &arr, diag);
	uint64_t packs = 0;

	if (err != EVX_OK)
		return err;
	if (evx_json_len(arr) != 2 || !evx_json_text_u64(evx_json_at(arr, 0), &s->sequences[0]) ||
		!evx_json_text_u64(evx_json_at(arr, 1), &s->sequences[1]))
		return evx_fail(diag, EVX_E_CORRUPT,
			"seal: expected two lengths in sequences, found something else");
	if (s->sequences[0] == 0)
		return evx_fail(
			diag, EVX_E_CORRUPT, "seal: expected bytes in sequence 0, found none");
	for (size_t i = 0; i < 2; i++)
		packs += s->sequences[i] / EVX_PACK_LEN + (s->sequences[i] % EVX_PACK_LEN != 0);
	if (packs > EVX_MANIFEST_MAX / EVX_MANIFEST_PACK_LINE)
		return evx_fail(diag, EVX_E_LIMIT, "seal: found sequences of %llu packs (limit %u)",
			(unsigned long long)packs, EVX_MANIFEST_MAX / EVX_MANIFEST_PACK_LINE);
	return EVX_OK;
}

enum evx_err evx_event_seal_read(
	const struct evx_json *obj, struct evx_event *e, struct evx_diag *diag)
{
	struct evx_seal_fields *s = &e->seal;
	bool disclosure = false;
	enum evx_err err;

	if ((err = evx_json_only(obj, seal_keys, diag)) != EVX_OK ||
		(err = read_choice(obj, "shape", "whole", "disclosure", &disclosure, diag)) !=
			EVX_OK)
		return err;
	s->shape = disclosure ? EVX_SHAPE_DISCLOSURE : EVX_SHAPE_WHOLE;
	if ((err = read_choice(obj, "complete", "no", "yes", &s->complete, diag)) != EVX_OK ||
		(err = evx_json_hex(obj, "tagmanifest", false, s->tagmanifest, 32, NULL, diag)) !=
			EVX_OK ||
		(err = read_sequences(obj, s, diag)) != EVX_OK ||
		(err = evx_json_hex(obj, "listing_root", false, s->listing_root, 32, NULL, diag)) !=
			EVX_OK ||
		(err = evx_event_read_age_key(obj, "custody_key", s->custody_key, diag)) !=
			EVX_OK ||
		(err = evx_event_read_age_key(obj, "content_key", s->content_key, diag)) !=
			EVX_OK ||
		(err = read_readers(obj, s, diag)) != EVX_OK ||
		(err = read_policy(obj, s, diag)) != EVX_OK ||
		(err = read_origin(obj, s, diag)) != EVX_OK ||
		(err = read_label(obj, "case", &s->case_label, diag)) != EVX_OK)
		return err;
	if (strcmp(s->custody_key, s->content_key) == 0)
		return evx_fail(
			diag, EVX_E_CORRUPT, "seal: expected two exhibit keys, found one twice");
	return read_label(obj, "exhibit_number", &s->exhibit_number, diag);
}
