/* Sealing pipeline: entries to listing lines and leaves. */
#include "content/payload_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "content/listing_leaf.h"
#include "content/range.h"
#include "crypto/secret.h"
#include "format/listing.h"

void evx_lines_init(struct evx_lines *l, const struct evx_payload_write_opts *o,
	const struct evx_lines_sink *sink, struct evx_payload_stop *stop)
{
	evx_random(l->counts.leaf_secret, sizeof(l->counts.leaf_secret));
	evx_hmac_key_init(&l->leaf_key, l->counts.leaf_secret, sizeof(l->counts.leaf_secret));
	evx_merkle_init(&l->merkle);
	l->list.max = EVX_FRAME_PLAIN_MAX;
	l->done = o->done;
	l->done_ctx = o->done_ctx;
	l->sink = *sink;
	l->stop = stop;
}

void evx_lines_free(struct evx_lines *l)
{
	evx_buf_free(&l->list);
	evx_buf_free(&l->line);
	evx_hmac_key_wipe(&l->leaf_key);
	evx_listing_order_free(&l->order);
	for (size_t i = 0; i < l->n_names; i++)
		evx_entry_delete(l->names[i].e);
	free(l->names);
	evx_wipe(&l->counts, sizeof(l->counts));
}

enum evx_err evx_lines_flush(struct evx_lines *l)
{
	uint8_t *p = l->list.data;
	size_t n = l->list.len;

	if (n == 0)
		return EVX_OK;
	l->list.data = NULL;
	l->list.len = l->list.cap = 0;
	return l->sink.frame(l->sink.ctx, p, n);
}

/* Adds the leaf of what stands in l->line and the record to the listing. */
static enum evx_err add_record(struct evx_lines *l, enum evx_position where, uint64_t position)
{
	static const size_t head = 33; /* 0x00 and the salt */
	uint8_t leaf[32];
	enum evx_err err = EVX_OK;

	l->line.data[0] = 0;
	evx_listing_leaf_salt(&l->leaf_key, l->counts.lines, l->line.data + 1);
	evx_sha256(l->line.data, l->line.len, leaf);
	evx_merkle_add(&l->merkle, leaf);
	l->counts.lines++;
	if (l->list.len + l->line.len > EVX_FRAME_PLAIN_MAX)
		err = evx_lines_flush(l);
	if (err == EVX_OK)
		err = evx_listing_position(where, position, &l->list);
	if (err == EVX_OK)
		err = evx_buf_add(&l->list, l->line.data + head, l->line.len - head);
	if (err == EVX_OK && l->list.len >= EVX_LISTING_CHUNK)
		err = evx_lines_flush(l);
	return err;
}

/* l->line gets room for the leaf's prefix. */
static enum evx_err begin_line(struct evx_lines *l)
{
	static const uint8_t prefix[33];

	l->line.len = 0;
	return evx_buf_add(&l->line, prefix, sizeof(prefix));
}

void evx_lines_range_key(const struct evx_lines *l, struct evx_hmac_key *key)
{
	evx_range_key(l->counts.leaf_secret, l->counts.lines, key);
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
	to->has_range_root = from->has_range_root;
	memcpy(to->sha256, from->sha256, sizeof(to->sha256));
	memcpy(to->sparse_sha256, from->sparse_sha256, sizeof(to->sparse_sha256));
	memcpy(to->md5, from->md5, sizeof(to->md5));
	memcpy(to->sha1, from->sha1, sizeof(to->sha1));
	memcpy(to->range_root, from->range_root, sizeof(to->range_root));
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
	struct evx_lines *l, const struct evx_entry *e, uint64_t index, uint64_t position)
{
	struct evx_first_name *names = l->names;
	enum evx_err err;

	if ((l->n_names & (l->n_names - 1)) == 0)
		names = reallocarray(
			l->names, l->n_names == 0 ? 1 : 2 * l->n_names, sizeof(*names));
	if (names == NULL)
		return EVX_E_MEMORY;
	l->names = names;
	names[l->n_names].index = index;
	names[l->n_names].position = position;
	names[l->n_names].e = evx_entry_new();
	if (names[l->n_names].e == NULL)
		return EVX_E_MEMORY;
	err = copy_common(names[l->n_names].e, e);
	l->n_names++;
	return err;
}

static const struct evx_first_name *find_name(const struct evx_lines *l, uint64_t index)
{
	size_t low = 0, high = l->n_names;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->names[mid].index == index)
			return &l->names[mid];
		if (l->names[mid].index < index)
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
	else if (e->has_hardlink)
		r->hardlinks++;
	else if (e->type == EVX_SYMLINK)
		r->links++;
	else if (e->type != EVX_FILE)
		r->specials++;
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

/* Encodes e into l->line; a line that gets too long loses its attributes, and says so. */
static enum evx_err encode(struct evx_lines *l, struct evx_entry *e)
{
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_listing_order_next(&l->order, e, true, &diag);

	if (err == EVX_OK)
		err = begin_line(l);
	else if (err == EVX_E_CORRUPT)
		err = EVX_E_USAGE;
	if (err == EVX_OK)
		err = evx_listing_encode(e, &l->line, &diag);
	if (err == EVX_E_LIMIT && e->n_xattrs > 0) {
		drop_attributes(e);
		evx_diag_clear(&diag);
		err = evx_entry_metadata_failed(
			e, E2BIG, "extended attributes do not fit a line of the listing");
		if (err == EVX_OK)
			err = evx_listing_encode(e, &l->line, &diag);
	}
	if (err == EVX_OK)
		return EVX_OK;
	(void)evx_diag_in(&diag, e->path, err);
	return evx_payload_stop_fail(l->stop, err, &diag);
}

enum evx_err evx_lines_entry(struct evx_lines *l, struct evx_entry *e, uint64_t position)
{
	uint64_t index = l->counts.lines;
	enum evx_err err = EVX_OK;

	if (e->type == EVX_FILE && e->has_hardlink) {
		const struct evx_first_name *first = find_name(l, e->hardlink_index);

		if (first == NULL)
			return EVX_E_USAGE;
		position = first->position;
		err = copy_common(e, first->e);
	} else if (e->type == EVX_FILE && e->is_hard_link) {
		err = remember_name(l, e, index, position);
	}
	if (err == EVX_OK)
		err = encode(l, e);
	if (err != EVX_OK)
		return err;
	count(&l->counts, e);
	if (l->done != NULL) {
		struct evx_diag diag = { 0 };

		err = l->done(l->done_ctx, e, &diag);
		if (err != EVX_OK)
			return evx_payload_stop_fail(l->stop, err, &diag);
	}
	return add_record(l, e->type == EVX_FILE ? EVX_POSITION_AT : EVX_POSITION_NONE, position);
}

enum evx_err evx_lines_text(struct evx_lines *l, const uint8_t *text, size_t n, uint64_t position)
{
	const enum evx_position where = position == EVX_SHOWN_NOWHERE ? EVX_POSITION_NONE :
		position == EVX_SHOWN_WITHHELD                        ? EVX_POSITION_WITHHELD :
									EVX_POSITION_AT;
	enum evx_err err = begin_line(l);

	if (err == EVX_OK)
		err = evx_buf_add(&l->line, text, n);
	return err == EVX_OK ? add_record(l, where, position) : err;
}
