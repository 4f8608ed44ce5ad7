/* Order, parents and hard links of a listing as lines pass. */
#include "content/listing_order.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/path.h"
#include "crypto/hash.h"

static uint32_t *dir_lengths(struct evx_listing_order *o, size_t *n)
{
	*n = o->dirs.len / sizeof(uint32_t);
	return (uint32_t *)(void *)o->dirs.data;
}

/* Forgets the directories that path (n bytes) is not inside of. */
static void leave_dirs(struct evx_listing_order *o, const char *path, size_t n)
{
	size_t count;
	const uint32_t *dirs = dir_lengths(o, &count);

	while (count > 0) {
		size_t len = dirs[count - 1];

		if (n > len && path[len] == '/' && memcmp(path, o->path.data, len) == 0)
			break;
		count--;
	}
	o->dirs.len = count * sizeof(uint32_t);
}

static enum evx_err check_parent(
	struct evx_listing_order *o, const char *path, size_t n, struct evx_diag *diag)
{
	const char *slash = memrchr(path, '/', n);
	size_t count;
	const uint32_t *dirs = dir_lengths(o, &count);

	if (slash == NULL || (count > 0 && dirs[count - 1] == (size_t)(slash - path)))
		return EVX_OK;
	return evx_fail(diag, EVX_E_CORRUPT, "listing: its directory has no line");
}

enum evx_err evx_listing_order_next(
	struct evx_listing_order *o, const struct evx_entry *e, bool parents, struct evx_diag *diag)
{
	uint32_t len = (uint32_t)e->path_len;
	enum evx_err err;

	if (o->path.len > 0 &&
		evx_path_compare(o->path.data, o->path.len, e->path, e->path_len) >= 0)
		return evx_diag_in(
			diag, e->path, evx_fail(diag, EVX_E_CORRUPT, "listing: out of order"));
	leave_dirs(o, e->path, e->path_len);
	if (parents && (err = check_parent(o, e->path, e->path_len, diag)) != EVX_OK)
		return evx_diag_in(diag, e->path, err);
	o->path.len = 0;
	err = evx_buf_add(&o->path, e->path, e->path_len);
	if (err == EVX_OK && e->type == EVX_DIR)
		err = evx_buf_add(&o->dirs, &len, sizeof(len));
	return err;
}

void evx_listing_order_free(struct evx_listing_order *o)
{
	evx_buf_free(&o->path);
	evx_buf_free(&o->dirs);
}

/* ---- hard links ------------------------------------------------------------------------- */

static void hash_ranges(struct evx_hash *h, const struct evx_extent *x, size_t n)
{
	uint8_t two[16];

	evx_put_be64(two, n);
	evx_hash_update(h, two, 8);
	for (size_t i = 0; i < n; i++) {
		evx_put_be64(two, x[i].offset);
		evx_put_be64(two + 8, x[i].length);
		evx_hash_update(h, two, sizeof(two));
	}
}

/* A hash of everything that a hard link must repeat. */
static enum evx_err claim_of(const struct evx_entry *e, uint64_t position, uint8_t out[32])
{
	uint8_t head[32] = { e->has_map, e->has_sha256, e->has_sparse_sha256, e->has_md5,
		e->has_sha1, (uint8_t)e->type, e->has_range_root };
	struct evx_hash *h = evx_hash_new(EVX_SHA256);
	enum evx_err err;

	if (h == NULL)
		return EVX_E_MEMORY;
	evx_put_be64(head + 8, position);
	evx_put_be64(head + 16, e->size);
	evx_put_be32(head + 24, e->rdev_major);
	evx_put_be32(head + 28, e->rdev_minor);
	evx_hash_update(h, head, sizeof(head));
	hash_ranges(h, e->extents, e->n_extents);
	hash_ranges(h, e->bad, e->n_bad);
	evx_hash_update(h, e->sha256, sizeof(e->sha256));
	evx_hash_update(h, e->sparse_sha256, sizeof(e->sparse_sha256));
	evx_hash_update(h, e->md5, sizeof(e->md5));
	evx_hash_update(h, e->sha1, sizeof(e->sha1));
	evx_hash_update(h, e->range_root, sizeof(e->range_root));
	evx_hash_update(h, e->link_target, e->link_target_len);
	err = evx_hash_final(h, out);
	evx_hash_free(h);
	return err;
}

enum evx_err evx_listing_links_add(struct evx_listing_links *l, const struct evx_entry *e,
	uint64_t position, struct evx_diag *diag)
{
	struct evx_listing_link *items = l->items;
	enum evx_err err;

	if ((l->count & (l->count - 1)) == 0)
		items = reallocarray(l->items, l->count == 0 ? 1 : 2 * l->count, sizeof(*items));
	if (items == NULL)
		return evx_fail_memory(diag);
	l->items = items;
	items[l->count].target = e->hardlink_index;
	err = claim_of(e, position, items[l->count].claim);
	if (err != EVX_OK)
		return evx_fail_buf(diag, err);
	l->count++;
	return EVX_OK;
}

static int compare(const void *a, const void *b)
{
	const struct evx_listing_link *x = a, *y = b;

	return x->target < y->target ? -1 : x->target > y->target;
}

void evx_listing_links_sort(struct evx_listing_links *l)
{
	if (l->count > 0)
		qsort(l->items, l->count, sizeof(*l->items), compare);
	l->checked = 0;
}

/* Lines come in order, so the links of the next named line are the first ones not checked yet. */
bool evx_listing_links_names(const struct evx_listing_links *l, uint64_t index)
{
	return l->checked < l->count && l->items[l->checked].target == index;
}

enum evx_err evx_listing_links_check(struct evx_listing_links *l, uint64_t index,
	const struct evx_entry *e, uint64_t position, struct evx_diag *diag)
{
	uint8_t claim[32];
	enum evx_err err;

	if (e->type == EVX_DIR || e->has_hardlink)
		return evx_diag_in(diag, e->path,
			evx_fail(diag, EVX_E_CORRUPT,
				"listing: a hard link names a line that is no first name"));
	err = claim_of(e, position, claim);
	if (err != EVX_OK)
		return evx_fail_buf(diag, err);
	for (; evx_listing_links_names(l, index); l->checked++)
		if (!evx_hash_equal(l->items[l->checked].claim, claim))
			return evx_diag_in(diag, e->path,
				evx_fail(diag, EVX_E_CORRUPT,
					"listing: a hard link does not repeat what this line says "
					"of the file: type, position, size and digests, target, "
					"device"));
	return EVX_OK;
}

enum evx_err evx_listing_links_end(const struct evx_listing_links *l, struct evx_diag *diag)
{
	if (l->checked == l->count)
		return EVX_OK;
	return evx_fail(diag, EVX_E_CORRUPT,
		"listing: a hard link names line %llu, which is not there",
		(unsigned long long)l->items[l->checked].target);
}

void evx_listing_links_free(struct evx_listing_links *l)
{
	free(l->items);
	l->items = NULL;
	l->count = l->checked = 0;
}
