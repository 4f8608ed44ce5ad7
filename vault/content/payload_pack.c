/* Sealing pipeline: frames placed, trees drawn, packs cut. */
#include "content/payload_pack.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/secret.h"

enum evx_err evx_packer_init(struct evx_packer *p, const struct evx_payload_write_opts *o,
	struct evx_ring *ring, struct evx_payload_stop *stop)
{
	const bool borrows = o->lender != NULL && !o->lender->anew;

	p->ring = ring;
	p->sink = o->sink;
	p->borrowed = o->borrowed;
	p->lender = o->lender;
	p->stop = stop;
	evx_tree_init(&p->content, EVX_FRAME_DATA);
	evx_tree_init(&p->listing, EVX_FRAME_LISTING);
	evx_frame_codec_header_key(o->secret, p->header_key);
	p->pack[0] = malloc(EVX_PACK_LEN);
	p->pack[1] = borrows ? malloc(EVX_PACK_LEN) : NULL;
	p->node = malloc(EVX_NODE_LEN_MAX);
	p->node_body = malloc(EVX_NODE_LEN_MAX + EVX_FRAME_BODY_EXTRA);
	if (p->pack[0] == NULL || (borrows && p->pack[1] == NULL) || p->node == NULL ||
		p->node_body == NULL)
		return EVX_E_MEMORY;
	for (int i = 0; i < (borrows ? 2 : 1); i++) {
		enum evx_err err = evx_pack_digest_new(p->pack[i], &p->digest[i], NULL);

		if (err != EVX_OK)
			return err;
	}
	return evx_frame_codec_new(0, &p->codec, NULL);
}

void evx_packer_free(struct evx_packer *p)
{
	evx_frame_codec_free(p->codec);
	evx_tree_free(&p->content);
	evx_tree_free(&p->listing);
	evx_wipe(p->header_key, sizeof(p->header_key));
	evx_payload_result_wipe(&p->result);
	if (p->node != NULL)
		evx_wipe(p->node, EVX_NODE_LEN_MAX);
	evx_pack_digest_free(p->digest[0]);
	evx_pack_digest_free(p->digest[1]);
	free(p->pack[0]);
	free(p->pack[1]);
	free(p->pieces);
	free(p->node);
	free(p->node_body);
}

/* Books n bytes of sequence 1's open pack: of the body that is lent, from its byte `from` on, or
 * (NULL) the exhibit's own. */
static enum evx_err add_piece(
	struct evx_packer *p, const struct evx_loan *loan, size_t from, size_t n)
{
	struct evx_piece piece = { .length = (uint32_t)n, .copy = loan != NULL }, *more;
	size_t room = p->pieces_room > 0 ? p->pieces_room * 2 : 64;

	if (loan == NULL && p->n_pieces > 0 && !p->pieces[p->n_pieces - 1].copy) {
		p->pieces[p->n_pieces - 1].length += piece.length;
		return EVX_OK;
	}
	if (p->n_pieces == p->pieces_room) {
		more = realloc(p->pieces, room * sizeof(*more));
		if (more == NULL)
			return EVX_E_MEMORY;
		p->pieces = more;
		p->pieces_room = room;
	}
	if (loan != NULL) {
		memcpy(piece.lender, loan->lender, sizeof(piece.lender));
		piece.sequence = loan->sequence;
		piece.position = loan->position + EVX_FRAME_HEADER_LEN + from;
	}
	p->pieces[p->n_pieces++] = piece;
	return EVX_OK;
}

/* The first n bytes of the sequence's open pack are a whole pack. */
static enum evx_err give(struct evx_packer *p, uint32_t sequence, size_t n, struct evx_diag *diag)
{
	uint8_t hash[32];
	enum evx_err err = evx_pack_digest_end(p->digest[sequence], n, hash);

	if (err != EVX_OK)
		return err;
	if (sequence == 0)
		return p->sink.pack(p->sink.ctx, p->pack[0], n, hash, diag);
	err = p->borrowed.pack(p->borrowed.ctx, p->pack[1], n, hash, p->pieces, p->n_pieces, diag);
	p->n_pieces = 0;
	return err;
}

/* Appends to a sequence, from a loan or (NULL) of the exhibit's own; full packs go to their sink.
 */
static enum evx_err append(struct evx_packer *p, uint32_t sequence, const uint8_t *bytes, size_t n,
	const struct evx_loan *loan, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t done = 0, step; err == EVX_OK && done < n; done += step) {
		size_t at = (size_t)(p->position[sequence] % EVX_PACK_LEN),
		       room = EVX_PACK_LEN - at;

		step = n - done < room ? n - done : room;
		memcpy(p->pack[sequence] + at, bytes + done, step);
		p->position[sequence] += step;
		evx_pack_digest_grow(p->digest[sequence], at + step);
		if (sequence == 1)
			err = add_piece(p, loan, done, step);
		if (err == EVX_OK && step == room)
			err = give(p, sequence, EVX_PACK_LEN, diag);
	}
	return err;
}

/* Puts a frame where its sequence ends, with a body that is lent or (NULL) its own; *ref has all
 * but position and stored set by the caller. */
static enum evx_err place(struct evx_packer *p, uint8_t type, uint8_t level, const uint8_t *body,
	size_t body_len, const struct evx_loan *loan, struct evx_ref *ref, struct evx_diag *diag)
{
	struct evx_frame_header h = { .type = type, .level = level, .plain = ref->plain };
	uint8_t sealed[EVX_FRAME_HEADER_LEN];
	enum evx_err err;

	h.stored = ref->stored = (uint32_t)(EVX_FRAME_HEADER_LEN + body_len);
	memcpy(h.key, ref->key, sizeof(h.key));
	ref->position = p->position[ref->sequence];
	err = evx_frame_codec_header_seal(
		p->codec, p->header_key, ref->sequence, ref->position, &h, sealed);
	evx_wipe(&h, sizeof(h));
	if (err == EVX_OK)
		err = append(p, ref->sequence, sealed, sizeof(sealed), NULL, diag);
	return err == EVX_OK ? append(p, ref->sequence, body, body_len, loan, diag) : err;
}

/* A data frame that is lent goes to sequence 1, under the key that it was sealed with. */
static enum evx_err pack_frame(
	struct evx_packer *p, struct evx_job *j, struct evx_ref *ref, struct evx_diag *diag)
{
	bool data = j->kind == EVX_JOB_DATA;
	struct evx_payload_result *r = &p->result;
	enum evx_err err;

	if (j->refused) {
		r->bad_loans++;
		if (p->lender->bad != NULL)
			p->lender->bad(p->lender->ctx, &j->loan, &j->why);
	}
	memcpy(ref->id, j->id, 32);
	memcpy(ref->key, j->lent ? j->loan.key : j->key, 32);
	ref->sequence = j->lent;
	ref->plain = j->n;
	ref->span = j->n;
	err = place(p, data ? EVX_FRAME_DATA : EVX_FRAME_LISTING, 0, j->body, j->body_len,
		j->lent ? &j->loan : NULL, ref, diag);
	r->borrowed_chunks += j->lent;
	r->borrowed_bytes += j->lent ? j->n : 0;
	r->reused_chunks += j->reused;
	r->reused_bytes += j->reused ? j->n : 0;
	if (err == EVX_OK)
		err = evx_tree_add(data ? &p->content : &p->listing, 0, ref);
	return err;
}

static enum evx_err pack_duplicate(struct evx_packer *p, struct evx_job *j)
{
	struct evx_ref ref;
	enum evx_err err;

	evx_ring_duplicate_of(p->ring, j, &ref);
	p->result.duplicate_chunks++;
	err = evx_tree_add(&p->content, 0, &ref);
	evx_wipe(&ref, sizeof(ref));
	return err;
}

static enum evx_err pack_node(struct evx_packer *p, struct evx_job *j, struct evx_diag *diag)
{
	struct evx_tree *t = j->stream == EVX_FRAME_DATA ? &p->content : &p->listing;
	uint8_t type = j->stream == EVX_FRAME_DATA ? EVX_FRAME_CONTENT_NODE :
						     EVX_FRAME_LISTING_NODE;
	struct evx_ref ref = { 0 };
	size_t n = evx_tree_node(t, j->level, p->node, &ref.span), body_len;
	enum evx_err err;

	ref.plain = (uint32_t)n;
	memcpy(ref.key, j->key, 32);
	evx_sha256(p->node, n, ref.id);
	err = evx_frame_codec_seal(p->codec, type, j->level, j->key, p->node, ref.plain,
		p->node_body, &body_len, diag);
	if (err == EVX_OK)
		err = place(p, type, j->level, p->node_body, body_len, NULL, &ref, diag);
	if (err == EVX_OK)
		err = evx_tree_add(t, j->level + 1u, &ref);
	evx_wipe(&ref, sizeof(ref));
	return err;
}

/* The last frame of a sequence that is not empty: zeros up to a length that says little. Then its
 * last pack. */
static enum evx_err pack_padding(struct evx_packer *p, struct evx_job *j, struct evx_diag *diag)
{
	const uint32_t s = j->stream;
	struct evx_ref *ref = &p->result.padding[s];
	uint64_t total;
	uint8_t *zeros = NULL, *body = NULL;
	enum evx_err err = EVX_E_MEMORY;
	size_t body_len;

	if (p->position[s] == 0)
		return EVX_OK;
	total = evx_frame_padded_length(p->position[s]);
	ref->sequence = s;
	ref->plain = (uint32_t)(total - p->position[s] - EVX_FRAME_OVERHEAD);
	ref->span = ref->plain;
	memcpy(ref->key, j->key, 32);
	zeros = calloc(1, ref->plain);
	body = malloc(ref->plain + EVX_FRAME_BODY_EXTRA);
	if (zeros == NULL || body == NULL)
		goto out;
	evx_sha256(zeros, ref->plain, ref->id);
	err = evx_frame_codec_seal(
		p->codec, EVX_FRAME_PADDING, 0, j->key, zeros, ref->plain, body, &body_len, diag);
	if (err == EVX_OK)
		err = place(p, EVX_FRAME_PADDING, 0, body, body_len, NULL, ref, diag);
	if (err == EVX_OK && p->position[s] % EVX_PACK_LEN != 0)
		err = give(p, s, (size_t)(p->position[s] % EVX_PACK_LEN), diag);
	p->result.has_padding[s] = true;
	p->result.sequence_len[s] = p->position[s];
out:
	free(zeros);
	free(body);
	return err;
}

void *evx_packer_work(void *packer)
{
	struct evx_packer *p = packer;
	struct evx_job *j;

	while ((j = evx_ring_next(p->ring)) != NULL) {
		struct evx_diag diag = { 0 };
		struct evx_ref ref = { 0 };
		bool placed = false;
		enum evx_err err;

		switch (j->kind) {
		case EVX_JOB_NODE:
			err = pack_node(p, j, &diag);
			break;
		case EVX_JOB_PADDING:
			err = pack_padding(p, j, &diag);
			break;
		default:
			p->result.chunks += j->kind == EVX_JOB_DATA;
			placed = j->kind == EVX_JOB_DATA && !j->duplicate;
			err = j->duplicate ? pack_duplicate(p, j) : pack_frame(p, j, &ref, &diag);
			break;
		}
		evx_ring_pop(p->ring, placed ? &ref : NULL);
		evx_wipe(&ref, sizeof(ref));
		if (err != EVX_OK) {
			(void)evx_payload_stop_fail(p->stop, err, &diag);
			return NULL;
		}
	}
	evx_tree_root_of(&p->content, &p->result.content);
	evx_tree_root_of(&p->listing, &p->result.listing);
	return NULL;
}
