/* Details in. */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "format/details_inner.h"
#include "format/text.h"

static const char *const details_keys[] = { EVX_BINDING_KEYS, "case", "exhibit_number", "actor",
	"place", "purpose", "description", "authority", "seal_number", "handling", "scope",
	"seized_at", "seized_from", "seized_by", "device", "witnesses", "attachments", "clock",
	"replaces", "resumed", "readers", "sources", "tool", "counts", "completeness", "reread",
	"expected_hashes", "notes", "custom", "counterparty", "authority_type", "authority_number",
	"authority_until", "seal_number_after", "condition", "checked", "result", "carrier",
	"tracking", "reason", "extracted", NULL };
static const char *const actor_keys[] = { "person", "title", "organisation", "country", "role",
	NULL };
static const char *const witness_keys[] = { "person", "title", "organisation", "country", "role",
	"signing", NULL };
static const char *const reader_keys[] = { "person", "title", "organisation", "country", "role",
	"tier", "encryption", "signing", NULL };
static const char *const attachment_keys[] = { "name", "size", "sha256", "file", NULL };
static const char *const clock_keys[] = { "utc_offset", "synchronised", "offset_seconds", "source",
	NULL };
static const char *const source_keys[] = { "name", "name_b64", "path", "path_b64", "kind", "size",
	"model", "serial", "sector_size", "read_only", NULL };
static const char *const tool_keys[] = { "name", "version", "libraries", "system", "options",
	NULL };
static const char *const counts_keys[] = { "lines", "files", "directories", "links", "others",
	"bytes", "stored", NULL };
static const char *const completeness_keys[] = { "complete", "unreadable_files",
	"unreadable_directories", "unreadable_bytes", "changed", "not_crossed", "excluded",
	"metadata_errors", "hashes_left_out", "first", NULL };
static const char *const reread_keys[] = { "files", "bytes", "different", "differences", NULL };
static const char *const expected_keys[] = { "file", "file_b64", "matched", "mismatched", "missing",
	"unlisted", "first", NULL };
static const char *const case_keys[] = { "path", "path_b64", "what", "algorithm", "expected",
	"found", NULL };

static void fail(struct evx_details_reader *r, enum evx_err err, const char *text)
{
	if (r->err == EVX_OK)
		r->err = evx_fail(r->diag, err, "details: %s", text);
}

static void only(
	struct evx_details_reader *r, const struct evx_json *obj, const char *const *allowed)
{
	if (r->err == EVX_OK)
		r->err = evx_json_only(obj, allowed, r->diag);
}

static void number(
	struct evx_details_reader *r, const struct evx_json *obj, const char *key, uint64_t *out)
{
	if (r->err == EVX_OK)
		r->err = evx_json_u64(obj, key, false, out, r->diag);
}

static void flag(struct evx_details_reader *r, const struct evx_json *obj, const char *key,
	bool *present, bool *out)
{
	*present = evx_json_has(obj, key);
	if (r->err == EVX_OK)
		r->err = evx_json_bool(obj, key, true, out, r->diag);
}

static const struct evx_json *object(
	struct evx_details_reader *r, const struct evx_json *obj, const char *key)
{
	const struct evx_json *out = NULL;

	if (r->err == EVX_OK)
		r->err = evx_json_obj(obj, key, true, &out, r->diag);
	return r->err == EVX_OK ? out : NULL;
}

static const struct evx_json *array(
	struct evx_details_reader *r, const struct evx_json *obj, const char *key)
{
	const struct evx_json *out = NULL;

	if (r->err == EVX_OK)
		r->err = evx_json_arr(obj, key, true, &out, r->diag);
	return r->err == EVX_OK ? out : NULL;
}

void evx_details_read_bytes(struct evx_details_reader *r, const struct evx_json *obj,
	const char *key, const char *key_b64, bool optional, char **out)
{
	struct evx_buf raw = EVX_BUF_INIT;
	const char *s = NULL, *b64 = NULL;
	size_t n = 0, bn = 0;
	enum evx_err err;

	if (r->err == EVX_OK)
		r->err = evx_json_str(obj, key, true, &s, &n, r->diag);
	if (r->err == EVX_OK)
		r->err = evx_json_str(obj, key_b64, true, &b64, &bn, r->diag);
	if (r->err != EVX_OK)
		return;
	if (s != NULL && b64 != NULL)
		fail(r, EVX_E_CORRUPT, "expected a path as text or in base64, found both");
	if (s == NULL && b64 == NULL && !optional)
		fail(r, EVX_E_CORRUPT, "expected a path, found none");
	if (b64 != NULL && r->err == EVX_OK) {
		err = evx_base64_decode(b64, bn, true, &raw);
		if (err == EVX_E_MEMORY)
			fail(r, err, "out of memory");
		else if (err != EVX_OK || raw.len == 0 || memchr(raw.data, '\0', raw.len) != NULL ||
			evx_utf8_valid(raw.data, raw.len))
			fail(r, EVX_E_CORRUPT,
				"expected bytes that are not UTF-8 in base64, found something "
				"else");
		else if (evx_buf_cstr(&raw) != EVX_OK)
			fail(r, EVX_E_MEMORY, "out of memory");
		s = (const char *)raw.data;
	}
	if (r->err == EVX_OK && s != NULL && (*out = strdup(s)) == NULL)
		fail(r, EVX_E_MEMORY, "out of memory");
	evx_buf_free(&raw);
}

static void read_names(
	struct evx_details_reader *r, const struct evx_json *obj, struct evx_details_person *p)
{
	evx_details_read_text(r, obj, "person", &p->person);
	evx_details_read_text(r, obj, "title", &p->title);
	evx_details_read_text(r, obj, "organisation", &p->organisation);
	evx_details_read_text(r, obj, "country", &p->country);
	evx_details_read_text(r, obj, "role", &p->role);
	evx_details_read_text(r, obj, "signing", &p->signing);
	evx_details_read_text(r, obj, "encryption", &p->encryption);
}

static void read_people(struct evx_details_reader *r, const struct evx_json *root, const char *key,
	const char *const *allowed, bool with_tier, struct evx_details_people *people)
{
	const struct evx_json *arr = array(r, root, key);
	size_t i;

	for (i = 0; arr != NULL && i < evx_json_len(arr) && r->err == EVX_OK; i++) {
		const struct evx_json *obj = evx_json_at(arr, i);
		struct evx_details_person *p;
		const char *tier = "custody";

		only(r, obj, allowed);
		if (r->err != EVX_OK)
			return;
		if ((r->err = evx_details_add_person(people, &p)) != EVX_OK)
			return;
		read_names(r, obj, p);
		if (with_tier && r->err == EVX_OK)
			r->err = evx_json_str(obj, "tier", false, &tier, NULL, r->diag);
		if (r->err == EVX_OK && strcmp(tier, "content") != 0 &&
			strcmp(tier, "custody") != 0)
			fail(r, EVX_E_CORRUPT,
				"expected the tier content or custody, found another");
		p->content_tier = r->err == EVX_OK && strcmp(tier, "content") == 0;
	}
}

/* True for the name of an encrypted attachment, without "custody/". */
static bool is_attachment(const char *file, size_t n)
{
	char name[EVX_MEMBER_NAME_CAP] = "custody/";
	struct evx_member_id id;
	size_t at = strlen(name);

	if (n >= sizeof(name) - at)
		return false;
	memcpy(name + at, file, n + 1);
	return evx_member_parse(name, &id, NULL) == EVX_OK && id.kind == EVX_MEMBER_ATTACH;
}

static void read_attachments(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d)
{
	const struct evx_json *arr = array(r, root, "attachments");
	size_t i;

	for (i = 0; arr != NULL && i < evx_json_len(arr) && r->err == EVX_OK; i++) {
		const struct evx_json *obj = evx_json_at(arr, i);
		struct evx_attachment *a;
		const char *file = NULL;
		size_t n = 0;

		only(r, obj, attachment_keys);
		if (r->err != EVX_OK || (r->err = evx_details_add_attachment(d, &a)) != EVX_OK)
			return;
		evx_details_read_text(r, obj, "name", &a->name);
		number(r, obj, "size", &a->size);
		if (r->err == EVX_OK)
			r->err = evx_json_hex(
				obj, "sha256", false, a->sha256, sizeof(a->sha256), NULL, r->diag);
		if (r->err == EVX_OK)
			r->err = evx_json_str(obj, "file", false, &file, &n, r->diag);
		if (r->err == EVX_OK && !is_attachment(file, n))
			fail(r, EVX_E_CORRUPT,
				"expected the name of an attachment's file, found another text");
		if (r->err == EVX_OK)
			memcpy(a->file, file, n + 1);
	}
}

static void read_clock(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d)
{
	const struct evx_json *obj = object(r, root, "clock");

	if (obj == NULL)
		return;
	d->clock.present = true;
	only(r, obj, clock_keys);
	evx_details_read_text(r, obj, "utc_offset", &d->clock.utc_offset);
	flag(r, obj, "synchronised", &d->clock.has_synchronised, &d->clock.synchronised);
	evx_details_read_text(r, obj, "offset_seconds", &d->clock.offset_seconds);
	evx_details_read_text(r, obj, "source", &d->clock.source);
}

static void read_kind(
	struct evx_details_reader *r, const struct evx_json *obj, enum evx_source_kind *out)
{
	static const char *const kinds[] = { "dir", "file", "block", "stdin" };
	const char *s = NULL;
	unsigned k = 0;

	if (r->err == EVX_OK)
		r->err = evx_json_str(obj, "kind", false, &s, NULL, r->diag);
	if (r->err != EVX_OK)
		return;
	while (k < 4 && strcmp(kinds[k], s) != 0)
		k++;
	if (k == 4)
		fail(r, EVX_E_CORRUPT,
			"expected the kind dir, file, block or stdin, found another");
	else
		*out = (enum evx_source_kind)k;
}

static void read_sources(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d)
{
	const struct evx_json *arr = array(r, root, "sources");
	size_t i;

	for (i = 0; arr != NULL && i < evx_json_len(arr) && r->err == EVX_OK; i++) {
		const struct evx_json *obj = evx_json_at(arr, i);
		struct evx_source_details *s;
		int64_t sector = 0;

		only(r, obj, source_keys);
		if (r->err != EVX_OK || (r->err = evx_details_add_source(d, &s)) != EVX_OK)
			return;
		evx_details_read_bytes(r, obj, "name", "name_b64", false, &s->name);
		evx_details_read_bytes(r, obj, "path", "path_b64", true, &s->path);
		read_kind(r, obj, &s->kind);
		s->has_size = evx_json_has(obj, "size");
		if (s->has_size)
			number(r, obj, "size", &s->size);
		evx_details_read_text(r, obj, "model", &s->model);
		evx_details_read_text(r, obj, "serial", &s->serial);
		if (r->err == EVX_OK)
			r->err = evx_json_int(obj, "sector_size", true, &sector, r->diag);
		if (sector < 0 || sector > UINT32_MAX)
			fail(r, EVX_E_CORRUPT, "expected a sector size of 32 bits, found another");
		else
			s->sector_size = (uint32_t)sector;
		flag(r, obj, "read_only", &s->has_read_only, &s->read_only);
	}
}

static void read_tool_and_counts(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d)
{
	const struct evx_json *tool = object(r, root, "tool"), *counts = object(r, root, "counts");

	if (tool != NULL) {
		d->tool.present = true;
		only(r, tool, tool_keys);
		evx_details_read_text(r, tool, "name", &d->tool.name);
		evx_details_read_text(r, tool, "version", &d->tool.version);
		evx_details_read_text(r, tool, "libraries", &d->tool.libraries);
		evx_details_read_text(r, tool, "system", &d->tool.system);
		evx_details_read_text(r, tool, "options", &d->tool.options);
	}
	if (counts != NULL) {
		d->counts.present = true;
		only(r, counts, counts_keys);
		number(r, counts, "lines", &d->counts.lines);
		number(r, counts, "files", &d->counts.files);
		number(r, counts, "directories", &d->counts.directories);
		number(r, counts, "links", &d->counts.links);
		number(r, counts, "others", &d->counts.others);
		number(r, counts, "bytes", &d->counts.bytes);
		number(r, counts, "stored", &d->counts.stored);
	}
}

static void read_cases(struct evx_details_reader *r, const struct evx_json *obj, const char *key,
	struct evx_cases *cases)
{
	const struct evx_json *arr = array(r, obj, key);
	size_t i;

	if (arr != NULL && evx_json_len(arr) > EVX_CASES_MAX)
		fail(r, EVX_E_LIMIT, "found more cases than a list may name (limit 100)");
	for (i = 0; arr != NULL && i < evx_json_len(arr) && r->err == EVX_OK; i++) {
		const struct evx_json *item = evx_json_at(arr, i);
		char *path = NULL;
		const char *text[4] = { NULL, NULL, NULL, NULL };
		size_t k;

		only(r, item, case_keys);
		evx_details_read_bytes(r, item, "path", "path_b64", false, &path);
		for (k = 0; k < 4 && r->err == EVX_OK; k++)
			r->err = evx_json_str(
				item, case_keys[2 + k], true, &text[k], NULL, r->diag);
		if (r->err == EVX_OK)
			r->err = evx_details_add_case(
				cases, path, strlen(path), text[0], text[1], text[2], text[3]);
		free(path);
	}
	if (arr != NULL && r->err == EVX_OK && cases->n != evx_json_len(arr))
		fail(r, EVX_E_LIMIT,
			"found more bytes of cases than a list may hold (limit 131072)");
}

static void read_completeness(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d)
{
	const struct evx_json *obj = object(r, root, "completeness");
	struct evx_completeness *c = &d->completeness;

	if (obj == NULL)
		return;
	d->has_completeness = true;
	only(r, obj, completeness_keys);
	if (r->err == EVX_OK)
		r->err = evx_json_bool(obj, "complete", false, &c->complete, r->diag);
	number(r, obj, "unreadable_files", &c->unreadable_files);
	number(r, obj, "unreadable_directories", &c->unreadable_directories);
	number(r, obj, "unreadable_bytes", &c->unreadable_bytes);
	number(r, obj, "changed", &c->changed);
	number(r, obj, "not_crossed", &c->not_crossed);
	number(r, obj, "excluded", &c->excluded);
	number(r, obj, "metadata_errors", &c->metadata_errors);
	number(r, obj, "hashes_left_out", &c->hashes_left_out);
	read_cases(r, obj, "first", &c->first);
	if (r->err == EVX_OK && c->complete != evx_completeness_is_complete(c))
		fail(r, EVX_E_CORRUPT,
			"expected complete to agree with the counts, found that it does not");
}

static void read_checks(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d)
{
	const struct evx_json *reread = object(r, root, "reread"),
			      *expected = object(r, root, "expected_hashes");

	if (reread != NULL) {
		d->reread.present = true;
		only(r, reread, reread_keys);
		number(r, reread, "files", &d->reread.files);
		number(r, reread, "bytes", &d->reread.bytes);
		number(r, reread, "different", &d->reread.different);
		read_cases(r, reread, "differences", &d->reread.differences);
	}
	if (expected != NULL) {
		d->expected_hashes.present = true;
		only(r, expected, expected_keys);
		evx_details_read_bytes(
			r, expected, "file", "file_b64", true, &d->expected_hashes.file);
		number(r, expected, "matched", &d->expected_hashes.matched);
		number(r, expected, "mismatched", &d->expected_hashes.mismatched);
		number(r, expected, "missing", &d->expected_hashes.missing);
		number(r, expected, "unlisted", &d->expected_hashes.unlisted);
		read_cases(r, expected, "first", &d->expected_hashes.first);
	}
}

static void read_all(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d)
{
	const struct evx_json *actor, *counterparty;

	r->err = evx_binding_read(root, "evx-details/1", &d->binding, r->diag);
	only(r, root, details_keys);
	evx_details_read_free_keys(r, root, d);
	actor = object(r, root, "actor");
	if (actor != NULL) {
		d->has_actor = true;
		only(r, actor, actor_keys);
		read_names(r, actor, &d->actor);
	}
	read_people(r, root, "witnesses", witness_keys, false, &d->witnesses);
	read_attachments(r, root, d);
	read_clock(r, root, d);
	evx_details_read_text(r, root, "replaces", &d->replaces);
	evx_details_read_text(r, root, "resumed", &d->resumed);
	read_people(r, root, "readers", reader_keys, true, &d->readers);
	read_sources(r, root, d);
	read_tool_and_counts(r, root, d);
	read_completeness(r, root, d);
	read_checks(r, root, d);
	counterparty = object(r, root, "counterparty");
	if (counterparty != NULL) {
		d->has_counterparty = true;
		only(r, counterparty, witness_keys);
		read_names(r, counterparty, &d->counterparty);
	}
	evx_details_read_extracted(r, root, d);
}

enum evx_err evx_details_decode(
	const void *p, size_t n, struct evx_details *d, struct evx_diag *diag)
{
	struct evx_details_reader r = { diag, EVX_OK };
	struct evx_json *root = NULL;

	memset(d, 0, sizeof(*d));
	r.err = evx_json_parse_line(p, n, EVX_DETAILS_MAX, &root, diag);
	if (r.err == EVX_OK)
		read_all(&r, root, d);
	evx_json_free(root);
	if (r.err == EVX_OK)
		return EVX_OK;
	evx_details_free(d);
	return evx_fail(diag, r.err, "details: found more than can be kept");
}
