/* Blocks and hashes of a file in part, taken apart and put into the tree. */
#include "content/part_read.h"

#include <stdlib.h>
#include <string.h>

#include "content/range.h"

enum state { HASH, HEAD, BLOCK, END };

struct evx_part_reader {
	const struct evx_part *part;
	struct evx_merkle merkle;
	struct evx_hash *hash; /* of the open block */
	enum state state;
	size_t piece;    /* the one that comes, or is under way */
	uint64_t block;  /* the next one */
	uint64_t gap;    /* HASH: where the gap ends */
	uint64_t offset; /* of the next byte, in the stored bytes */
	uint64_t bytes;  /* left in the piece */
	uint8_t head[EVX_PART_BLOCK_HEAD];
	size_t have;     /* bytes of a hash, or of head */
	uint32_t length; /* of the open block */
	uint32_t left;   /* of it, to come */
};

/* What comes at r->block: a gap that has more, a block of the piece, a gap behind it, or nothing.
 */
static void next(struct evx_part_reader *r)
{
	const struct evx_part *p = r->part;
	uint64_t from;

	r->have = 0;
	if (r->piece < p->n && r->block >= p->at[r->piece].first) {
		if (r->block < p->at[r->piece].first + p->at[r->piece].count) {
			r->state = HEAD;
			return;
		}
		r->piece++;
	}
	evx_part_gap(p, r->piece, &from, &r->gap);
	r->state = r->block < r->gap ? HASH : END;
}

/* A piece begins where the gap before it ended. */
static void enter_piece(struct evx_part_reader *r)
{
	const struct evx_part_piece *at = &r->part->at[r->piece];

	if (r->state == HEAD && r->block == at->first) {
		r->offset = at->offset;
		r->bytes = at->length;
	}
}

struct evx_part_reader *evx_part_reader_new(const struct evx_part *part)
{
	struct evx_part_reader *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->hash = evx_hash_new(EVX_SHA256)) == NULL) {
		free(r);
		return NULL;
	}
	r->part = part;
	evx_merkle_init(&r->merkle);
	next(r);
	enter_piece(r);
	return r;
}

void evx_part_reader_free(struct evx_part_reader *r)
{
	if (r == NULL)
		return;
	evx_hash_free(r->hash);
	free(r);
}

/* r->head is complete: the root of a subtree of the gap. */
static void take_hash(struct evx_part_reader *r)
{
	const uint64_t n = evx_part_subtree(r->block, r->gap, r->part->blocks);

	r->block += n;
	evx_merkle_add_subtree(&r->merkle, n, r->block == r->part->blocks, r->head);
	next(r);
	enter_piece(r);
}

/* r->head is complete: the length and the salt of a block. */
static enum evx_err begin_block(struct evx_part_reader *r, struct evx_diag *diag)
{
	const struct evx_part_piece *at = &r->part->at[r->piece];
	const uint64_t behind = at->first + at->count - r->block - 1; /* blocks of the piece */

	r->length = r->left = evx_get_be32(r->head);
	if (r->length == 0 || r->length > EVX_BLOCK_LEN || r->length > r->bytes ||
		(behind == 0 && r->length != r->bytes))
		return evx_fail(diag, EVX_E_FORGED,
			"A block of this file in part has %lu bytes, which is not what is said to "
			"be shown. Do not rely on it.",
			(unsigned long)r->length);
	r->state = BLOCK;
	evx_hash_reset(r->hash);
	return EVX_OK;
}

static enum evx_err end_block(struct evx_part_reader *r, struct evx_diag *diag)
{
	uint8_t hash[32], leaf[32];

	if (evx_hash_final(r->hash, hash) != EVX_OK)
		return evx_fail_memory(diag);
	evx_range_leaf(r->head + 4, r->offset - r->length, r->length, hash, leaf);
	evx_merkle_add(&r->merkle, leaf);
	r->block++;
	next(r);
	return EVX_OK;
}

/* Takes n bytes or fewer of the open block; *used is how many. */
static enum evx_err block_bytes(struct evx_part_reader *r, const uint8_t *p, size_t n,
	evx_part_sink sink, void *ctx, size_t *used, struct evx_diag *diag)
{
	enum evx_err err;

	*used = n < r->left ? n : r->left;
	evx_hash_update(r->hash, p, *used);
	if ((err = sink(ctx, r->offset, p, *used, diag)) != EVX_OK)
		return err;
	r->offset += *used;
	r->bytes -= *used;
	r->left -= (uint32_t)*used;
	return r->left == 0 ? end_block(r, diag) : EVX_OK;
}

enum evx_err evx_part_reader_data(struct evx_part_reader *r, const uint8_t *p, size_t n,
	evx_part_sink sink, void *ctx, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	while (n > 0 && err == EVX_OK) {
		const size_t whole = r->state == HASH ? 32 : sizeof(r->head);
		size_t used = n < whole - r->have ? n : whole - r->have;

		if (r->state == END)
			return evx_fail(diag, EVX_E_USAGE, "file in part: bytes behind its end");
		if (r->state == BLOCK) {
			err = block_bytes(r, p, n, sink, ctx, &used, diag);
		} else {
			memcpy(r->head + r->have, p, used);
			r->have += used;
			if (r->have == whole && r->state == HASH)
				take_hash(r);
			else if (r->have == whole)
				err = begin_block(r, diag);
		}
		p += used;
		n -= used;
	}
	return err;
}

enum evx_err evx_part_reader_root(
	const struct evx_part_reader *r, uint8_t root[32], struct evx_diag *diag)
{
	uint8_t merkle_root[32];

	if (r->state != END)
		return evx_fail(diag, EVX_E_TRUNCATED, "file in part: its run ends too early");
	evx_merkle_root(&r->merkle, merkle_root);
	evx_range_root(r->part->stored, r->part->blocks, merkle_root, root);
	return EVX_OK;
}
