/* The keys that only files have: sizes, maps and digests. */
#include "format/listing_inner.h"

static enum evx_err read_ranges(struct evx_listing_decoder *d, const char *key, size_t most,
	enum evx_err (*add)(struct evx_entry *, uint64_t, uint64_t), bool *present)
{
	const struct evx_json *arr;
	uint64_t offset, length, last = 0;
	enum evx_err err = evx_json_arr(d->obj, key, true, &arr, d->diag);

	*present = arr != NULL;
	if (err != EVX_OK || arr == NULL)
		return err;
	if (evx_json_len(arr) > most)
		return evx_fail(d->diag, EVX_E_LIMIT,
			"listing line: %zu ranges in \"%s\" (limit %zu)", evx_json_len(arr), key,
			most);
	for (size_t i = 0; i < evx_json_len(arr); i++) {
		const struct evx_json *pair = evx_json_at(arr, i);

		if (evx_json_len(pair) != 2 || !evx_json_text_u64(evx_json_at(pair, 0), &offset) ||
			!evx_json_text_u64(evx_json_at(pair, 1), &length))
			return evx_fail(d->diag, EVX_E_CORRUPT,
				"listing line: \"%s\" holds no pairs of numbers", key);
		if (length == 0 || offset > d->e->size || length > d->e->size - offset ||
			(i > 0 && offset <= last))
			return evx_fail(d->diag, EVX_E_CORRUPT,
				"listing line: \"%s\": range %zu is empty, out of order or outside "
				"the file",
				key, i);
		last = offset + length;
		if ((err = add(d->e, offset, length)) != EVX_OK)
			return err;
	}
	return EVX_OK;
}

static bool ranges_disjoint(const struct evx_entry *e)
{
	size_t i = 0, j = 0;

	while (i < e->n_extents && j < e->n_bad) {
		const struct evx_extent *a = &e->extents[i], *b = &e->bad[j];

		if (a->offset + a->length <= b->offset)
			i++;
		else if (b->offset + b->length <= a->offset)
			j++;
		else
			return false;
	}
	return true;
}

static enum evx_err read_size_and_map(struct evx_listing_decoder *d)
{
	struct evx_entry *e = d->e;
	bool has_bad;
	enum evx_err err = evx_json_u64(d->obj, "size", false, &e->size, d->diag);

	if (err != EVX_OK)
		return err;
	if (e->size > INT64_MAX)
		return evx_listing_bad(d, "\"size\" passes 2^63");
	if ((err = read_ranges(d, "data", EVX_EXTENTS_MAX, evx_entry_add_extent, &e->has_map)) !=
			EVX_OK ||
		(err = read_ranges(d, "unreadable", EVX_UNREADABLE_MAX, evx_entry_add_bad,
			 &has_bad)) != EVX_OK)
		return err;
	if (has_bad && (e->n_bad == 0 || !e->has_map || !ranges_disjoint(e)))
		return evx_listing_bad(
			d, "\"unreadable\" is empty, without \"data\", or overlaps it");
	return evx_listing_flag(d, "changed_while_reading", &e->changed_while_reading);
}

/* Which digests must and may be there. */
static enum evx_err read_digests(struct evx_listing_decoder *d)
{
	struct evx_entry *e = d->e;
	bool unread = e->read_error != NULL || e->skipped;
	enum evx_err err;

	if ((err = evx_json_hex(d->obj, "sha256", true, e->sha256, 32, &e->has_sha256, d->diag)) !=
			EVX_OK ||
		(err = evx_json_hex(d->obj, "sparse_sha256", true, e->sparse_sha256, 32,
			 &e->has_sparse_sha256, d->diag)) != EVX_OK ||
		(err = evx_json_hex(d->obj, "md5", true, e->md5, 16, &e->has_md5, d->diag)) !=
			EVX_OK ||
		(err = evx_json_hex(d->obj, "sha1", true, e->sha1, 20, &e->has_sha1, d->diag)) !=
			EVX_OK ||
		(err = evx_json_hex(d->obj, "range_root", true, e->range_root, 32,
			 &e->has_range_root, d->diag)) != EVX_OK)
		return err;
	if (unread && e->n_extents > 0)
		return evx_listing_bad(d, "data of a file that was not read");
	if ((unread || e->n_bad > 0) && (e->has_sha256 || e->has_md5 || e->has_sha1))
		return evx_listing_bad(d, "a digest of what was not read whole");
	if (!unread && e->n_bad == 0 && !e->has_map && !e->has_sha256)
		return evx_listing_bad(d, "no \"sha256\"");
	if (!e->has_sha256 && (e->has_md5 || e->has_sha1))
		return evx_listing_bad(d, "\"md5\" or \"sha1\" without \"sha256\"");
	if (e->has_sparse_sha256 != (e->has_map && !unread))
		return evx_listing_bad(d,
			"\"sparse_sha256\" belongs to files with \"data\" that were read, and to "
			"no others");
	if (e->has_range_root != (evx_listing_stored_length(e) > EVX_CHUNK_MAX))
		return evx_listing_bad(d,
			"\"range_root\" belongs to files that store more than 4,194,304 bytes, and "
			"to no others");
	return EVX_OK;
}

enum evx_err evx_listing_file(struct evx_listing_decoder *d)
{
	enum evx_err err = read_size_and_map(d);

	return err == EVX_OK ? read_digests(d) : err;
}
