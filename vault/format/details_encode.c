/* Details out. */
#include <string.h>

#include "base/json.h"
#include "base/path.h"
#include "format/details_inner.h"
#include "format/text.h"

void evx_details_write_bytes(struct evx_jw *w, const char *key, const char *key_b64, const char *s)
{
	struct evx_buf b64 = EVX_BUF_INIT;
	size_t n;

	if (s == NULL)
		return;
	n = strlen(s);
	if (evx_utf8_valid(s, n)) {
		evx_jw_strn(w, key, s, n);
		return;
	}
	if (evx_base64_encode(s, n, true, &b64) == EVX_OK)
		evx_jw_strn(w, key_b64, b64.data, b64.len);
	else if (w->err == EVX_OK)
		w->err = EVX_E_MEMORY;
	evx_buf_free(&b64);
}

static void write_pairs(struct evx_jw *w, const char *key, const struct evx_pairs *pairs)
{
	size_t i = 0;

	while (i < pairs->n && pairs->at[i].value == NULL)
		i++;
	if (i == pairs->n)
		return;
	evx_jw_obj(w, key);
	for (i = 0; i < pairs->n; i++)
		evx_jw_opt(w, pairs->at[i].key, pairs->at[i].value);
	evx_jw_close(w);
}

static void write_names(struct evx_jw *w, const struct evx_details_person *p)
{
	evx_jw_opt(w, "person", p->person);
	evx_jw_opt(w, "title", p->title);
	evx_jw_opt(w, "organisation", p->organisation);
	evx_jw_opt(w, "country", p->country);
	evx_jw_opt(w, "role", p->role);
}

static void write_witnesses(struct evx_jw *w, const struct evx_details_people *people)
{
	size_t i;

	if (people->n == 0)
		return;
	evx_jw_arr(w, "witnesses");
	for (i = 0; i < people->n; i++) {
		evx_jw_obj(w, NULL);
		write_names(w, &people->at[i]);
		evx_jw_opt(w, "signing", people->at[i].signing);
		evx_jw_close(w);
	}
	evx_jw_close(w);
}

static void write_readers(struct evx_jw *w, const struct evx_details_people *people)
{
	size_t i;

	if (people->n == 0)
		return;
	evx_jw_arr(w, "readers");
	for (i = 0; i < people->n; i++) {
		const struct evx_details_person *p = &people->at[i];

		evx_jw_obj(w, NULL);
		write_names(w, p);
		evx_jw_str(w, "tier", p->content_tier ? "content" : "custody");
		evx_jw_opt(w, "encryption", p->encryption);
		evx_jw_opt(w, "signing", p->signing);
		evx_jw_close(w);
	}
	evx_jw_close(w);
}

static void write_attachments(struct evx_jw *w, const struct evx_details *d)
{
	size_t i;

	if (d->attachments.n == 0)
		return;
	evx_jw_arr(w, "attachments");
	for (i = 0; i < d->attachments.n; i++) {
		const struct evx_attachment *a = &d->attachments.at[i];

		evx_jw_obj(w, NULL);
		evx_jw_str(w, "name", a->name != NULL ? a->name : "");
		evx_jw_u64(w, "size", a->size);
		evx_jw_hex(w, "sha256", a->sha256, sizeof(a->sha256));
		evx_jw_str(w, "file", a->file);
		evx_jw_close(w);
	}
	evx_jw_close(w);
}

static void write_clock(struct evx_jw *w, const struct evx_details *d)
{
	if (!d->clock.present)
		return;
	evx_jw_obj(w, "clock");
	evx_jw_opt(w, "utc_offset", d->clock.utc_offset);
	if (d->clock.has_synchronised)
		evx_jw_bool(w, "synchronised", d->clock.synchronised);
	evx_jw_opt(w, "offset_seconds", d->clock.offset_seconds);
	evx_jw_opt(w, "source", d->clock.source);
	evx_jw_close(w);
}

static void write_sources(struct evx_jw *w, const struct evx_details *d)
{
	static const char *const kinds[] = { "dir", "file", "block", "stdin" };
	size_t i;

	if (d->sources.n == 0)
		return;
	evx_jw_arr(w, "sources");
	for (i = 0; i < d->sources.n; i++) {
		const struct evx_source_details *s = &d->sources.at[i];

		evx_jw_obj(w, NULL);
		evx_details_write_bytes(w, "name", "name_b64", s->name);
		evx_details_write_bytes(w, "path", "path_b64", s->path);
		evx_jw_str(w, "kind", kinds[s->kind]);
		if (s->has_size)
			evx_jw_u64(w, "size", s->size);
		evx_jw_opt(w, "model", s->model);
		evx_jw_opt(w, "serial", s->serial);
		if (s->sector_size > 0)
			evx_jw_int(w, "sector_size", s->sector_size);
		if (s->has_read_only)
			evx_jw_bool(w, "read_only", s->read_only);
		evx_jw_close(w);
	}
	evx_jw_close(w);
}

static void write_tool_and_counts(struct evx_jw *w, const struct evx_details *d)
{
	if (d->tool.present) {
		evx_jw_obj(w, "tool");
		evx_jw_opt(w, "name", d->tool.name);
		evx_jw_opt(w, "version", d->tool.version);
		evx_jw_opt(w, "libraries", d->tool.libraries);
		evx_jw_opt(w, "system", d->tool.system);
		evx_jw_opt(w, "options", d->tool.options);
		evx_jw_close(w);
	}
	if (d->counts.present) {
		evx_jw_obj(w, "counts");
		evx_jw_u64(w, "lines", d->counts.lines);
		evx_jw_u64(w, "files", d->counts.files);
		evx_jw_u64(w, "directories", d->counts.directories);
		evx_jw_u64(w, "links", d->counts.links);
		evx_jw_u64(w, "others", d->counts.others);
		evx_jw_u64(w, "bytes", d->counts.bytes);
		evx_jw_u64(w, "stored", d->counts.stored);
		evx_jw_close(w);
	}
}

static void write_cases(struct evx_jw *w, const char *key, const struct evx_cases *cases)
{
	size_t i;

	evx_jw_arr(w, key);
	for (i = 0; i < cases->n; i++) {
		const struct evx_case *c = &cases->at[i];

		evx_jw_obj(w, NULL);
		evx_details_write_bytes(w, "path", "path_b64", c->path);
		evx_jw_opt(w, "what", c->what);
		evx_jw_opt(w, "algorithm", c->algorithm);
		evx_jw_opt(w, "expected", c->expected);
		evx_jw_opt(w, "found", c->found);
		evx_jw_close(w);
	}
	evx_jw_close(w);
}

static void write_completeness(struct evx_jw *w, const struct evx_completeness *c)
{
	evx_jw_obj(w, "completeness");
	evx_jw_bool(w, "complete", c->complete);
	evx_jw_u64(w, "unreadable_files", c->unreadable_files);
	evx_jw_u64(w, "unreadable_directories", c->unreadable_directories);
	evx_jw_u64(w, "unreadable_bytes", c->unreadable_bytes);
	evx_jw_u64(w, "changed", c->changed);
	evx_jw_u64(w, "not_crossed", c->not_crossed);
	evx_jw_u64(w, "excluded", c->excluded);
	evx_jw_u64(w, "metadata_errors", c->metadata_errors);
	evx_jw_u64(w, "hashes_left_out", c->hashes_left_out);
	write_cases(w, "first", &c->first);
	evx_jw_close(w);
}

static void write_checks(struct evx_jw *w, const struct evx_details *d)
{
	if (d->has_completeness)
		write_completeness(w, &d->completeness);
	if (d->reread.present) {
		evx_jw_obj(w, "reread");
		evx_jw_u64(w, "files", d->reread.files);
		evx_jw_u64(w, "bytes", d->reread.bytes);
		evx_jw_u64(w, "different", d->reread.different);
		write_cases(w, "differences", &d->reread.differences);
		evx_jw_close(w);
	}
	if (d->expected_hashes.present) {
		evx_jw_obj(w, "expected_hashes");
		evx_details_write_bytes(w, "file", "file_b64", d->expected_hashes.file);
		evx_jw_u64(w, "matched", d->expected_hashes.matched);
		evx_jw_u64(w, "mismatched", d->expected_hashes.mismatched);
		evx_jw_u64(w, "missing", d->expected_hashes.missing);
		evx_jw_u64(w, "unlisted", d->expected_hashes.unlisted);
		write_cases(w, "first", &d->expected_hashes.first);
		evx_jw_close(w);
	}
}

static enum evx_err write_details(const struct evx_details *d, struct evx_buf *out)
{
	struct evx_jw w = evx_jw_begin(out);

	evx_jw_obj(&w, NULL);
	evx_binding_write(&w, "evx-details/1", &d->binding);
	evx_jw_opt(&w, "case", d->case_label);
	evx_jw_opt(&w, "exhibit_number", d->exhibit_number);
	if (d->has_actor) {
		evx_jw_obj(&w, "actor");
		write_names(&w, &d->actor);
		evx_jw_close(&w);
	}
	evx_jw_opt(&w, "place", d->place);
	evx_jw_opt(&w, "purpose", d->purpose);
	evx_jw_opt(&w, "description", d->description);
	evx_jw_opt(&w, "authority", d->authority);
	evx_jw_opt(&w, "seal_number", d->seal_number);
	evx_jw_opt(&w, "handling", d->handling);
	evx_jw_opt(&w, "scope", d->scope);
	evx_jw_opt(&w, "seized_at", d->seized_at);
	evx_jw_opt(&w, "seized_from", d->seized_from);
	evx_jw_opt(&w, "seized_by", d->seized_by);
	write_pairs(&w, "device", &d->device);
	write_witnesses(&w, &d->witnesses);
	write_attachments(&w, d);
	write_clock(&w, d);
	evx_jw_opt(&w, "replaces", d->replaces);
	evx_jw_opt(&w, "resumed", d->resumed);
	write_readers(&w, &d->readers);
	write_sources(&w, d);
	write_tool_and_counts(&w, d);
	write_checks(&w, d);
	evx_jw_opt(&w, "notes", d->notes);
	write_pairs(&w, "custom", &d->custom);
	if (d->has_counterparty) {
		evx_jw_obj(&w, "counterparty");
		write_names(&w, &d->counterparty);
		evx_jw_opt(&w, "signing", d->counterparty.signing);
		evx_jw_close(&w);
	}
	evx_details_write_event(&w, d);
	evx_jw_close(&w);
	return evx_jw_end(&w);
}

enum evx_err evx_details_encode(
	const struct evx_details *d, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	struct evx_details again;
	size_t start = out->len;
	enum evx_err err = write_details(d, out);

	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err, "details: expected texts in UTF-8 that fit");
	}
	/* What no reader would take is not given out. */
	err = evx_details_decode(out->data + start, out->len - start, &again, &why);
	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err == EVX_E_MEMORY || err == EVX_E_LIMIT ? err : EVX_E_USAGE,
			"%s", why.text);
	}
	evx_details_free(&again);
	return EVX_OK;
}
