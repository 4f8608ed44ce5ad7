/* The `--details` file that a person writes. */
#include <string.h>

#include "format/details_inner.h"

/* The keys that a person may write beside the texts of later events; device and custom hold objects
 * of texts. */
static const char *const free_keys[] = { "case", "exhibit_number", "place", "purpose",
	"description", "authority", "seal_number", "handling", "scope", "seized_at", "seized_from",
	"seized_by", "device", "notes", "custom", NULL };

void evx_details_read_text(
	struct evx_details_reader *r, const struct evx_json *obj, const char *key, char **out)
{
	const char *s = NULL;
	size_t n = 0;

	if (r->err == EVX_OK)
		r->err = evx_json_str(obj, key, true, &s, &n, r->diag);
	if (r->err != EVX_OK || s == NULL)
		return;
	if (n > EVX_DETAILS_TEXT_MAX)
		r->err = evx_fail(r->diag, EVX_E_LIMIT, "details: found %zu bytes in %s (limit %u)",
			n, key, EVX_DETAILS_TEXT_MAX);
	else
		r->err = evx_details_set(out, s);
}

struct pair_walk {
	struct evx_details_reader *r;
	struct evx_pairs *pairs;
};

static enum evx_err read_pair(const char *key, const struct evx_json *value, void *ctx)
{
	struct pair_walk *w = ctx;
	const char *s = evx_json_text(value, NULL);

	if (s == NULL || *key == '\0')
		return evx_fail(w->r->diag, EVX_E_CORRUPT,
			"details: expected names and texts in device and custom, found something "
			"else");
	if (w->pairs->n >= EVX_STANZAS_MAX || strlen(s) > EVX_DETAILS_TEXT_MAX)
		return evx_fail(w->r->diag, EVX_E_LIMIT,
			"details: found too many or too long texts in device or custom (limit %u)",
			EVX_STANZAS_MAX);
	return evx_details_set_pair(w->pairs, key, s);
}

static void read_pairs(struct evx_details_reader *r, const struct evx_json *root, const char *key,
	struct evx_pairs *pairs)
{
	struct pair_walk w = { r, pairs };
	const struct evx_json *obj = NULL;

	if (r->err == EVX_OK)
		r->err = evx_json_obj(root, key, true, &obj, r->diag);
	if (r->err == EVX_OK && obj != NULL)
		r->err = evx_json_each(obj, read_pair, &w);
}

void evx_details_read_free_keys(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d)
{
	evx_details_read_text(r, root, "case", &d->case_label);
	evx_details_read_text(r, root, "exhibit_number", &d->exhibit_number);
	evx_details_read_text(r, root, "place", &d->place);
	evx_details_read_text(r, root, "purpose", &d->purpose);
	evx_details_read_text(r, root, "description", &d->description);
	evx_details_read_text(r, root, "authority", &d->authority);
	evx_details_read_text(r, root, "seal_number", &d->seal_number);
	evx_details_read_text(r, root, "handling", &d->handling);
	evx_details_read_text(r, root, "scope", &d->scope);
	evx_details_read_text(r, root, "seized_at", &d->seized_at);
	evx_details_read_text(r, root, "seized_from", &d->seized_from);
	evx_details_read_text(r, root, "seized_by", &d->seized_by);
	evx_details_read_text(r, root, "notes", &d->notes);
	evx_details_read_event_texts(r, root, d);
	read_pairs(r, root, "device", &d->device);
	read_pairs(r, root, "custom", &d->custom);
}

/* A person's file has no version to be newer than: every other key is a slip, "x-" ones included.
 */
static enum evx_err check_free_key(const char *key, const struct evx_json *value, void *ctx)
{
	struct evx_details_reader *r = ctx;
	size_t i;

	(void)value;
	for (i = 0; free_keys[i] != NULL; i++)
		if (strcmp(free_keys[i], key) == 0)
			return EVX_OK;
	if (evx_details_is_event_text(key))
		return EVX_OK;
	return evx_fail(r->diag, EVX_E_USAGE,
		"details: expected the keys that a --details file may have, found another");
}

enum evx_err evx_details_decode_file(
	const void *p, size_t n, struct evx_details *d, struct evx_diag *diag)
{
	struct evx_details_reader r = { diag, EVX_OK };
	struct evx_json *root = NULL;

	r.err = evx_json_parse_file(p, n, EVX_DETAILS_MAX, &root, diag);
	if (r.err == EVX_OK)
		r.err = evx_json_each(root, check_free_key, &r);
	evx_details_read_free_keys(&r, root, d);
	evx_json_free(root);
	return evx_fail_buf(diag, r.err);
}
