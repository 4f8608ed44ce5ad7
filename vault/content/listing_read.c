/* The listing stream against all rules and its root. */
#include "content/listing_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "content/listing_order.h"
#include "crypto/merkle.h"
#include "crypto/secret.h"
#include "format/part.h"

struct reading {
	const struct evx_listing_read_opts *o;
	evx_listing_each each;
	void *ctx;
	struct evx_diag *diag;
	struct evx_hmac_key leaf_key;
	struct evx_merkle merkle;
	struct evx_buf scratch;
	struct evx_listing_order order;
	struct evx_listing_links links;
	struct evx_entry entry;
	uint64_t index;         /* of the line that comes */
	uint64_t run;           /* where the next file's bytes begin */
	uint64_t next_original; /* least INDEX that the next record may have */
	uint64_t names_only, in_part;
};

/* ---- a disclosure's line against the original's root ------------------------------------ */

/* Says that what follows from err is about the proof. */
static enum evx_err unproved(const struct reading *r, enum evx_err err)
{
	if (err != EVX_OK && err != EVX_E_MEMORY && r->o->unproved != NULL)
		*r->o->unproved = true;
	return err;
}

static enum evx_err check_origin(struct reading *r, const struct evx_record *rec)
{
	uint8_t proof[EVX_PROOF_MAX][32], leaf[32], merkle_root[32], root[32];
	size_t n;
	enum evx_err err = evx_listing_proof(rec, proof, &n, r->diag);

	if (err != EVX_OK)
		return err;
	if (rec->index < r->next_original || rec->index >= r->o->origin->lines)
		return evx_fail(r->diag, EVX_E_CORRUPT,
			"listing: INDEX %llu is out of order or past the original's %llu lines",
			(unsigned long long)rec->index, (unsigned long long)r->o->origin->lines);
	r->next_original = rec->index + 1;
	err = evx_listing_leaf(rec->salt, rec->line, rec->line_len, &r->scratch, leaf);
	if (err != EVX_OK)
		return err;
	err = evx_merkle_inclusion_root(
		rec->index, r->o->origin->lines, leaf, (const uint8_t(*)[32])proof, n, merkle_root);
	if (err == EVX_OK) {
		evx_listing_leaf_root(r->o->origin->lines, merkle_root, root);
		err = evx_equal(root, r->o->origin->root, sizeof(root)) ? EVX_OK : EVX_E_FORGED;
	}
	return err == EVX_OK ?
		err :
		evx_fail(r->diag, err, "listing: line %llu is not proved to be the original's",
			(unsigned long long)rec->index);
}

/* The numbers that the seal signs without a key to see them. */
static enum evx_err check_numbers(const struct reading *r)
{
	const struct evx_listing_origin *o = r->o->origin;

	if (r->index > o->lines || o->withheld != o->lines - r->index)
		return evx_fail(r->diag, EVX_E_CORRUPT,
			"listing: %llu lines shown and %llu withheld: expected %llu together",
			(unsigned long long)r->index, (unsigned long long)o->withheld,
			(unsigned long long)o->lines);
	if (r->names_only != o->names_only)
		return evx_fail(r->diag, EVX_E_CORRUPT,
			"listing: %llu files without their contents: expected %llu",
			(unsigned long long)r->names_only, (unsigned long long)o->names_only);
	if (r->in_part != o->in_part)
		return evx_fail(r->diag, EVX_E_CORRUPT,
			"listing: %llu files in part: expected %llu",
			(unsigned long long)r->in_part, (unsigned long long)o->in_part);
	return EVX_OK;
}

/* ---- one line --------------------------------------------------------------------------- */

static enum evx_err add_leaf(struct reading *r, const struct evx_record *rec)
{
	uint8_t salt[32], leaf[32];
	enum evx_err err;

	evx_listing_leaf_salt(&r->leaf_key, r->index, salt);
	if (r->o->origin != NULL)
		err = evx_listing_leaf(salt, rec->text, rec->text_len, &r->scratch, leaf);
	else
		err = evx_listing_leaf(salt, rec->line, rec->line_len, &r->scratch, leaf);
	evx_merkle_add(&r->merkle, leaf);
	return err;
}

/* Holds the line against the roots, its own listing's and that of the original. */
static enum evx_err prove(struct reading *r, const struct evx_record *rec)
{
	const enum evx_err err = add_leaf(r, rec);

	return err == EVX_OK && r->o->origin != NULL ? unproved(r, check_origin(r, rec)) : err;
}

/* Whether the record says where bytes are if, and only if, it is a file's. */
static bool position_fits(const struct reading *r, const struct evx_record *rec)
{
	if (r->entry.type != EVX_FILE)
		return rec->where == EVX_POSITION_NONE;
	return rec->where == EVX_POSITION_AT ||
		(rec->where == EVX_POSITION_WITHHELD && r->o->origin != NULL);
}

/* Of a file in part, what is shown of it; its run is that long. */
static enum evx_err take_part(
	struct reading *r, const struct evx_record *rec, struct evx_listing_item *item)
{
	struct evx_entry *e = &r->entry;
	enum evx_err err;

	if (rec->shown == NULL)
		return EVX_OK;
	if (e->type != EVX_FILE || !e->has_range_root)
		return evx_fail(r->diag, EVX_E_CORRUPT,
			"listing: a part of something that has no range_root");
	err = evx_part_decode(rec->shown, rec->shown_len, item->stored, &e->part, r->diag);
	if (err != EVX_OK || (err = evx_part_locate(e->part, e)) != EVX_OK)
		return evx_fail_buf(r->diag, err);
	item->stored = evx_part_run(e->part);
	r->in_part++;
	return EVX_OK;
}

/* Where the file's bytes must stand. */
static enum evx_err check_run(
	struct reading *r, const struct evx_record *rec, struct evx_listing_item *item)
{
	const struct evx_entry *e = &r->entry;

	if (!position_fits(r, rec))
		return evx_fail(r->diag, EVX_E_CORRUPT,
			"listing: a position where none belongs, or none where one does");
	if (e->has_hardlink && e->hardlink_index >= item->original_index)
		return evx_fail(r->diag, EVX_E_CORRUPT,
			"listing: a hard link to a line that does not stand before it");
	/* Of a disclosure whose original line is withheld, a hard link is complete in itself. */
	item->withheld = r->entry.withheld = rec->where == EVX_POSITION_WITHHELD || e->part != NULL;
	item->repeats = e->has_hardlink && !item->withheld &&
		(r->o->origin == NULL || (e->type == EVX_FILE && rec->position != r->run));
	if (rec->where == EVX_POSITION_WITHHELD) {
		r->names_only++;
		item->stored = 0;
		return EVX_OK;
	}
	/* In a disclosure nothing says whether the first name of a link or node is shown. */
	if (e->type != EVX_FILE)
		return e->has_hardlink && r->o->origin == NULL ?
			evx_listing_links_add(&r->links, e, 0, r->diag) :
			EVX_OK;
	if (item->repeats)
		return evx_listing_links_add(&r->links, e, rec->position, r->diag);
	if (rec->position != r->run)
		return evx_fail(r->diag, EVX_E_CORRUPT,
			"listing: the file's run: expected at %llu, found at %llu",
			(unsigned long long)r->run, (unsigned long long)rec->position);
	if (item->stored > INT64_MAX - r->run ||
		(r->o->content_known && item->stored > r->o->content_length - r->run))
		return evx_fail(
			r->diag, EVX_E_CORRUPT, "listing: the file's run passes the content's end");
	r->run += item->stored;
	return EVX_OK;
}

static enum evx_err read_line(struct reading *r, const struct evx_record *rec)
{
	struct evx_listing_item item = { .index = r->index,
		.position = rec->position,
		.entry = &r->entry,
		.line = rec->line,
		.line_len = rec->line_len };
	enum evx_err err;

	item.original_index = r->o->origin != NULL ? rec->index : r->index;
	if (r->index == r->o->lines)
		return evx_fail(r->diag, EVX_E_CORRUPT,
			"listing: more than the %llu lines of the seal",
			(unsigned long long)r->o->lines);
	if ((!r->o->again && (err = prove(r, rec)) != EVX_OK) ||
		(err = evx_listing_decode(rec->line, rec->line_len, &r->entry, r->diag)) !=
			EVX_OK ||
		(err = evx_listing_order_next(
			 &r->order, &r->entry, r->o->origin == NULL, r->diag)) != EVX_OK)
		return err;
	item.stored = evx_listing_stored_length(&r->entry);
	if ((err = unproved(r, take_part(r, rec, &item))) != EVX_OK ||
		(err = check_run(r, rec, &item)) != EVX_OK)
		return evx_diag_in(r->diag, r->entry.path, err);
	r->index++;
	if (r->o->progress != NULL)
		atomic_fetch_add_explicit(&r->o->progress->files_done, 1, memory_order_relaxed);
	return r->each != NULL ? r->each(r->ctx, &item, r->diag) : EVX_OK;
}

/* ---- the stream ------------------------------------------------------------------------- */

typedef enum evx_err (*on_record)(struct reading *r, const struct evx_record *rec);

static enum evx_err each_record(struct reading *r, on_record on)
{
	struct evx_stream_opts so = { .src = r->o->src,
		.stream = EVX_FRAME_LISTING,
		.root = r->o->root,
		.jobs = r->o->jobs,
		.check_ids = true,
		.cancel = r->o->cancel };
	struct evx_stream *s = NULL;
	const uint8_t *p;
	size_t n, used;
	enum evx_err err = evx_stream_open(&so, &s, r->diag);

	while (err == EVX_OK && (err = evx_stream_next(s, UINT64_MAX, &p, &n, r->diag)) == EVX_OK &&
		n > 0)
		for (; err == EVX_OK && n > 0; p += used, n -= used) {
			struct evx_record rec;

			err = evx_listing_split(p, n, r->o->origin != NULL, &rec, &used, r->diag);
			if (err == EVX_E_TRUNCATED) {
				evx_diag_clear(r->diag);
				err = evx_fail(r->diag, EVX_E_CORRUPT,
					"listing: a frame does not end with a record");
			}
			if (err == EVX_OK)
				err = on(r, &rec);
		}
	evx_stream_free(s);
	return err;
}

/* Second pass, only where there are hard links: the lines they name. */
static enum evx_err check_target(struct reading *r, const struct evx_record *rec)
{
	uint64_t index = r->o->origin != NULL ? rec->index : r->index;
	/* No link repeats contents that are not shown. */
	const uint64_t position = rec->where == EVX_POSITION_WITHHELD || rec->shown != NULL ?
		UINT64_MAX :
		rec->position;
	enum evx_err err;

	r->index++;
	if (!evx_listing_links_names(&r->links, index))
		return EVX_OK;
	err = evx_listing_decode(rec->line, rec->line_len, &r->entry, r->diag);
	return err == EVX_OK ?
		evx_listing_links_check(&r->links, index, &r->entry, position, r->diag) :
		err;
}

static enum evx_err check_end(struct reading *r)
{
	uint8_t merkle_root[32], root[32];

	if (r->index != r->o->lines)
		return evx_fail(r->diag, EVX_E_CORRUPT, "listing: %llu lines: expected %llu",
			(unsigned long long)r->index, (unsigned long long)r->o->lines);
	if (r->o->origin != NULL && unproved(r, check_numbers(r)) != EVX_OK)
		return EVX_E_CORRUPT;
	if (r->o->content_known && r->run != r->o->content_length)
		return evx_fail(r->diag, EVX_E_CORRUPT,
			"listing: the runs end at %llu, the content at %llu",
			(unsigned long long)r->run, (unsigned long long)r->o->content_length);
	if (r->o->again)
		return EVX_OK;
	evx_merkle_root(&r->merkle, merkle_root);
	evx_listing_leaf_root(r->index, merkle_root, root);
	if (!evx_equal(root, r->o->listing_root, sizeof(root)))
		return evx_fail(
			r->diag, EVX_E_FORGED, "listing: its root is not the one that was sealed");
	return EVX_OK;
}

enum evx_err evx_listing_read(const struct evx_listing_read_opts *opts, evx_listing_each each,
	void *ctx, struct evx_diag *diag)
{
	struct evx_diag own = { 0 };
	struct reading r = {
		.o = opts, .each = each, .ctx = ctx, .diag = diag != NULL ? diag : &own
	};
	enum evx_err err;

	if (opts->lines == 0)
		return evx_fail(diag, EVX_E_CORRUPT, "listing: the seal names no lines");
	evx_entry_init(&r.entry);
	evx_merkle_init(&r.merkle);
	evx_hmac_key_init(&r.leaf_key, opts->leaf_secret, 32);
	err = each_record(&r, read_line);
	if (err == EVX_OK)
		err = check_end(&r);
	if (err == EVX_OK && !opts->again && r.links.count > 0) {
		evx_listing_links_sort(&r.links);
		r.index = 0;
		err = each_record(&r, check_target);
		if (err == EVX_OK)
			err = evx_listing_links_end(&r.links, r.diag);
	}
	evx_entry_free(&r.entry);
	evx_listing_order_free(&r.order);
	evx_listing_links_free(&r.links);
	evx_hmac_key_wipe(&r.leaf_key);
	evx_buf_free(&r.scratch);
	return err;
}
