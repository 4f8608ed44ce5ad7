/* Sealing pipeline: entries to listing lines and leaves. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "content/listing_leaf.h"
#include "content/payload_inner.h"
#include "format/listing.h"

/* Adds the leaf of what stands in c->line and the record to the listing. */
static enum evx_err add_record(
	struct evx_payload_writer *w, struct evx_cutter *c, bool has_position, uint64_t position)
{
	static const size_t head = 33; /* 0x00 and the salt */
	uint8_t leaf[32];
	enum evx_err err = EVX_OK;

	c->line.data[0] = 0;
	evx_listing_salt(&c->leaf_key, w->counts.lines, c->line.data + 1);
	evx_sha256(c->line.data, c->line.len, leaf);
	evx_merkle_add(&c->merkle, leaf);
	w->counts.lines++;
	if (c->list.len + c->line.len > EVX_FRAME_PLAIN_MAX)
		err = evx_cutter_listing(w, c);
	if (err == EVX_OK)
		err = evx_listing_position(has_position, position, &c->list);
	if (err == EVX_OK)
		err = evx_buf_add(&c->list, c->line.data + head, c->line.len - head);
	if (err == EVX_OK && c->list.len >= EVX_LISTING_CHUNK)
		err = evx_cutter_listing(w, c);
	return err;
}

/* c->line gets room for the leaf's prefix. */
static enum evx_err begin_line(struct evx_cutter *c)
{
	static const uint8_t prefix[33];

	c->line.len = 0;
	return evx_buf_add(&c->line, prefix, sizeof(prefix));
}

static char *copy_text(const char *s, bool *ok)
{
	char *t = s != NULL ? strdup(s) : NULL;

	*ok = *ok && (s == NULL || t != NULL);
	return t;
}

/* Copies from from what all names of one file have in common: size, map, errors and digests. */
static enum evx_err copy_common(struct evx_entry *to, const struct evx_entry *from)
{
	enum evx_err err = EVX_OK;
	bool ok = true;

	to->size = from->size;
	to->has_map = from->has_map;
	to->skipped = from->skipped;
	to->changed_while_reading = from->changed_while_reading;
	to->has_sha256 = from->has_sha256;
	to->has_sparse_sha256 = from->has_sparse_sha256;
	to->has_md5 = from->has_md5;
	to->has_sha1 = from->has_sha1;
	memcpy(to->sha256, from->sha256, sizeof(to->sha256));
	memcpy(to->sparse_sha256, from->sparse_sha256, sizeof(to->sparse_sha256));
	memcpy(to->md5, from->md5, sizeof(to->md5));
	memcpy(to->sha1, from->sha1, sizeof(to->sha1));
	free(to->read_error);
	to->read_error = copy_text(from->read_error, &ok);
	to->n_extents = to->n_bad = 0;
	for (size_t i = 0; i < from->n_extents && err == EVX_OK; i++)
		err = evx_entry_add_extent(to, from->extents[i].offset, from->extents[i].length);
	for (size_t i = 0; i < from->n_bad && err == EVX_OK; i++)
		err = evx_entry_add_bad(to, from->bad[i].offset, from->bad[i].length);
	return ok ? err : EVX_E_MEMORY;
}

static enum evx_err remember_name(
	struct evx_cutter *c, const struct evx_entry *e, uint64_t index, uint64_t position)
{
	struct evx_first_name *names = c->names;
	enum evx_err err;

	if ((c->n_names & (c->n_names - 1)) == 0)
		names = reallocarray(
			c->names, c->n_names == 0 ? 1 : 2 * c->n_names, sizeof(*names));
	if (names == NULL)
		return EVX_E_MEMORY;
	c->names = names;
	names[c->n_names].index = index;
	names[c->n_names].position = position;
	names[c->n_names].e = evx_entry_new();
	if (names[c->n_names].e == NULL)
		return EVX_E_MEMORY;
	err = copy_common(names[c->n_names].e, e);
	c->n_names++;
	return err;
}

static const struct evx_first_name *find_name(const struct evx_cutter *c, uint64_t index)
{
	size_t low = 0, high = c->n_names;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->names[mid].index == index)
			return &c->names[mid];
		if (c->names[mid].index < index)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void count_kind(struct evx_payload_result *r, const struct evx_entry *e)
{
	if (e->type == EVX_DIR)
		r->directories++;
	else if (e->type == EVX_SYMLINK)
		r->links++;
	else if (e->type != EVX_FILE)
		r->specials++;
	else if (e->has_hardlink)
		r->hardlinks++;
	else {
		r->files++;
		r->bytes += e->size;
	}
}

static void count(struct evx_payload_result *r, const struct evx_entry *e)
{
	count_kind(r, e);
	if (e->type == EVX_DIR && e->read_error != NULL)
		r->unreadable_directories++;
	else if (!e->has_hardlink && (e->read_error != NULL || e->n_bad > 0))
		r->unreadable_files++;
	for (size_t i = 0; i < e->n_bad && !e->has_hardlink; i++)
		r->unreadable_bytes += e->bad[i].length;
	if (!e->has_hardlink)
		r->changed += e->changed_while_reading;
	r->left_out += e->skipped || e->not_crossed;
	r->metadata_errors += e->metadata_errors != NULL;
}

static void drop_attributes(struct evx_entry *e)
{
	for (size_t i = 0; i < e->n_xattrs; i++) {
		free(e->xattrs[i].name);
		free(e->xattrs[i].value);
	}
	e->n_xattrs = 0;
}

/* Encodes e into c->line; a line that gets too long loses its attributes, and says so. */
static enum evx_err encode(struct evx_payload_writer *w, struct evx_cutter *c, struct evx_entry *e)
{
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_listing_order_next(&c->order, e, true, &diag);

	if (err == EVX_OK)
		err = begin_line(c);
	else if (err == EVX_E_CORRUPT)
		err = EVX_E_USAGE;
	if (err == EVX_OK)
		err = evx_listing_encode(e, &c->line, &diag);
	if (err == EVX_E_LIMIT && e->n_xattrs > 0) {
		drop_attributes(e);
		evx_diag_clear(&diag);
		err = evx_entry_metadata_failed(
			e, E2BIG, "extended attributes do not fit a line of the listing");
		if (err == EVX_OK)
			err = evx_listing_encode(e, &c->line, &diag);
	}
	if (err == EVX_OK)
		return EVX_OK;
	(void)evx_diag_in(&diag, e->path, err);
	return evx_payload_fail(w, err, &diag);
}

enum evx_err evx_cutter_entry(
	struct evx_payload_writer *w, struct evx_cutter *c, struct evx_entry *e, uint64_t position)
{
	uint64_t index = w->counts.lines;
	enum evx_err err = EVX_OK;

	if (e->type == EVX_FILE && e->has_hardlink) {
		const struct evx_first_name *first = find_name(c, e->hardlink_index);

		if (first == NULL)
			return EVX_E_USAGE;
		position = first->position;
		err = copy_common(e, first->e);
	} else if (e->type == EVX_FILE && e->is_hard_link) {
		err = remember_name(c, e, index, position);
	}
	if (err == EVX_OK)
		err = encode(w, c, e);
	if (err != EVX_OK)
		return err;
	count(&w->counts, e);
	if (w->opts.done != NULL) {
		struct evx_diag diag = { 0 };

		err = w->opts.done(w->opts.done_ctx, e, &diag);
		if (err != EVX_OK)
			return evx_payload_fail(w, err, &diag);
	}
	return add_record(w, c, e->type == EVX_FILE, position);
}

enum evx_err evx_cutter_text(struct evx_payload_writer *w, struct evx_cutter *c,
	const uint8_t *text, size_t n, uint64_t position)
{
	enum evx_err err = begin_line(c);

	if (err == EVX_OK)
		err = evx_buf_add(&c->line, text, n);
	return err == EVX_OK ? add_record(w, c, position != UINT64_MAX, position) : err;
}
