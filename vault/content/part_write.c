/* Blocks of a whole file: those shown into the run, of the others the roots of their subtrees. */
#include "content/part_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "content/chunk_id.h"
#include "content/range.h"
#include "crypto/secret.h"

struct evx_part_writer {
	const struct evx_part *part;
	struct evx_hmac_key key;
	evx_part_out out;
	void *ctx;
	struct evx_merkle merkle;  /* of all blocks */
	struct evx_merkle subtree; /* of the gap, and how many blocks it has in the end */
	uint64_t subtree_blocks;
	size_t piece;    /* the one that comes, or is under way */
	uint64_t offset; /* of the next block */
	uint32_t have;
	uint8_t open[EVX_BLOCK_LEN]; /* a block that came in pieces */
};

struct evx_part_writer *evx_part_writer_new(const struct evx_part *part, const uint8_t *leaf_secret,
	uint64_t index, evx_part_out out, void *ctx)
{
	struct evx_part_writer *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->part = part;
	w->out = out;
	w->ctx = ctx;
	evx_range_key(leaf_secret, index, &w->key);
	evx_merkle_init(&w->merkle);
	evx_merkle_init(&w->subtree);
	return w;
}

void evx_part_writer_free(struct evx_part_writer *w)
{
	if (w == NULL)
		return;
	evx_wipe(w, sizeof(*w));
	free(w);
}

static enum evx_err other_blocks(struct evx_diag *diag)
{
	return evx_fail(diag, EVX_E_FORGED,
		"The range_root is not that of the bytes that were sealed, so no part of this file "
		"can be proved. Nothing was disclosed. Disclose the whole file.");
}

/* A block that is withheld: into the subtree that its gap is at. */
static enum evx_err withhold(
	struct evx_part_writer *w, uint64_t block, const uint8_t leaf[32], struct evx_diag *diag)
{
	uint8_t root[32];
	uint64_t from, to;

	if (w->subtree.count == 0) {
		evx_part_gap(w->part, w->piece, &from, &to);
		w->subtree_blocks = evx_part_subtree(block, to, w->part->blocks);
	}
	evx_merkle_add(&w->subtree, leaf);
	if (w->subtree.count < w->subtree_blocks)
		return EVX_OK;
	evx_merkle_root(&w->subtree, root);
	evx_merkle_init(&w->subtree);
	return w->out(w->ctx, root, sizeof(root), diag);
}

static enum evx_err show(struct evx_part_writer *w, const uint8_t salt[32], const uint8_t *p,
	size_t n, struct evx_diag *diag)
{
	uint8_t head[EVX_PART_BLOCK_HEAD];
	enum evx_err err;

	evx_put_be32(head, (uint32_t)n);
	memcpy(head + 4, salt, 32);
	err = w->out(w->ctx, head, sizeof(head), diag);
	return err == EVX_OK ? w->out(w->ctx, p, n, diag) : err;
}

static enum evx_err one_block(
	struct evx_part_writer *w, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	const uint64_t block = w->merkle.count;
	const struct evx_part_piece *at;
	uint8_t hash[32], salt[32], leaf[32];
	enum evx_err err;

	if (block >= w->part->blocks)
		return other_blocks(diag);
	while (w->piece < w->part->n &&
		block >= w->part->at[w->piece].first + w->part->at[w->piece].count)
		w->piece++;
	at = w->piece < w->part->n ? &w->part->at[w->piece] : NULL;
	if (at != NULL && block == at->first && w->offset != at->offset)
		return other_blocks(diag);
	evx_chunk_id_block(p, n, hash);
	evx_range_salt(&w->key, block, salt);
	evx_range_leaf(salt, w->offset, (uint32_t)n, hash, leaf);
	evx_merkle_add(&w->merkle, leaf);
	w->offset += n;
	err = at != NULL && block >= at->first ? show(w, salt, p, n, diag) :
						 withhold(w, block, leaf, diag);
	evx_wipe(salt, sizeof(salt));
	return err;
}

enum evx_err evx_part_writer_data(
	struct evx_part_writer *w, const uint8_t *p, size_t n, bool cut, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	while (n > 0 && err == EVX_OK) {
		size_t step = n < EVX_BLOCK_LEN - w->have ? n : EVX_BLOCK_LEN - w->have;

		if (w->have == 0 && (step == EVX_BLOCK_LEN || cut)) {
			err = one_block(w, p, step, diag);
		} else {
			memcpy(w->open + w->have, p, step);
			w->have += (uint32_t)step;
			if (w->have == EVX_BLOCK_LEN || (cut && step == n)) {
				err = one_block(w, w->open, w->have, diag);
				w->have = 0;
			}
		}
		p += step;
		n -= step;
	}
	return err;
}

enum evx_err evx_part_writer_end(
	struct evx_part_writer *w, const uint8_t range_root[32], struct evx_diag *diag)
{
	uint8_t merkle_root[32], root[32];
	enum evx_err err = w->have > 0 ? one_block(w, w->open, w->have, diag) : EVX_OK;

	w->have = 0;
	if (err != EVX_OK)
		return err;
	evx_merkle_root(&w->merkle, merkle_root);
	evx_range_root(w->offset, w->merkle.count, merkle_root, root);
	return w->merkle.count == w->part->blocks && w->offset == w->part->stored &&
			evx_hash_equal(root, range_root) ?
		EVX_OK :
		other_blocks(diag);
}
