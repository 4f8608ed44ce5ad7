#include <stdlib.h>
#include <string.h>

#include "content/payload_parts.h"
#include "crypto/secret.h"

enum evx_err evx_packer_init(struct evx_packer *p, const struct evx_payload_write_opts *o)
{
	evx_tree_init(&p->content, EVX_FRAME_DATA);
	evx_tree_init(&p->listing, EVX_FRAME_LISTING);
	evx_frame_header_key(o->secret, p->header_key);
	p->pack = malloc(EVX_PACK_LEN);
	p->node = malloc(EVX_NODE_LEN_MAX);
	p->node_body = malloc(EVX_NODE_LEN_MAX + EVX_FRAME_BODY_EXTRA);
	if (p->pack == NULL || p->node == NULL || p->node_body == NULL)
		return EVX_E_MEMORY;
	return evx_frame_codec_new(0, &p->codec, NULL);
}

void evx_packer_free(struct evx_packer *p)
{
	evx_frame_codec_free(p->codec);
	evx_tree_free(&p->content);
	evx_tree_free(&p->listing);
	evx_wipe(p->header_key, sizeof p->header_key);
	evx_payload_result_wipe(&p->result);
	if (p->node != NULL)
		evx_wipe(p->node, EVX_NODE_LEN_MAX);
	free(p->pack);
	free(p->node);
	free(p->node_body);
}

/* Appends to the payload; full packs go to the sink. */
static enum evx_err append(struct evx_payload_writer *w, const uint8_t *bytes, size_t n, struct evx_diag *diag)
{
	struct evx_packer *p = &w->packer;
	enum evx_err err;

	while (n > 0) {
		size_t at = (size_t)(p->position % EVX_PACK_LEN), room = EVX_PACK_LEN - at, step = n < room ? n : room;

		memcpy(p->pack + at, bytes, step);
		p->position += step;
		bytes += step;
		n -= step;
		if (step == room && (err = w->opts.sink.pack(w->opts.sink.ctx, p->pack, EVX_PACK_LEN, diag)) != EVX_OK)
			return err;
	}
	return EVX_OK;
}

/* Puts a frame where the payload ends; *ref has type-independent fields but id and span set by the caller. */
static enum evx_err place(struct evx_payload_writer *w, uint8_t type, uint8_t level, const uint8_t *body, size_t body_len,
	struct evx_ref *ref, struct evx_diag *diag)
{
	struct evx_packer *p = &w->packer;
	struct evx_frame_header h = { .type = type, .level = level, .plain = ref->plain };
	uint8_t sealed[EVX_FRAME_HEADER_LEN];
	enum evx_err err;

	h.stored = ref->stored = (uint32_t)(EVX_FRAME_HEADER_LEN + body_len);
	memcpy(h.key, ref->key, sizeof h.key);
	ref->sequence = 0;
	ref->position = p->position;
	err = evx_frame_header_seal(p->codec, p->header_key, 0, p->position, &h, sealed);
	evx_wipe(&h, sizeof h);
	if (err == EVX_OK)
		err = append(w, sealed, sizeof sealed, diag);
	return err == EVX_OK ? append(w, body, body_len, diag) : err;
}

static enum evx_err pack_frame(struct evx_payload_writer *w, struct evx_job *j, struct evx_ref *ref, struct evx_diag *diag)
{
	bool data = j->kind == EVX_JOB_DATA;
	enum evx_err err;

	memcpy(ref->id, j->id, 32);
	memcpy(ref->key, j->key, 32);
	ref->plain = j->n;
	ref->span = j->n;
	err = place(w, data ? EVX_FRAME_DATA : EVX_FRAME_LISTING, 0, j->body, j->body_len, ref, diag);
	if (err == EVX_OK)
		err = evx_tree_add(data ? &w->packer.content : &w->packer.listing, 0, ref);
	return err;
}

static enum evx_err pack_duplicate(struct evx_payload_writer *w, struct evx_job *j)
{
	struct evx_ref ref;
	enum evx_err err;

	evx_ring_duplicate_of(&w->ring, j, &ref);
	w->packer.result.duplicate_chunks++;
	err = evx_tree_add(&w->packer.content, 0, &ref);
	evx_wipe(&ref, sizeof ref);
	return err;
}

static enum evx_err pack_node(struct evx_payload_writer *w, struct evx_job *j, struct evx_diag *diag)
{
	struct evx_packer *p = &w->packer;
	struct evx_tree *t = j->stream == EVX_FRAME_DATA ? &p->content : &p->listing;
	uint8_t type = j->stream == EVX_FRAME_DATA ? EVX_FRAME_CONTENT_NODE : EVX_FRAME_LISTING_NODE;
	struct evx_ref ref = { 0 };
	size_t n = evx_tree_node(t, j->level, p->node, &ref.span), body_len;
	enum evx_err err;

	ref.plain = (uint32_t)n;
	memcpy(ref.key, j->key, 32);
	evx_sha256(p->node, n, ref.id);
	err = evx_frame_codec_seal(p->codec, type, j->level, j->key, p->node, ref.plain, p->node_body, &body_len, diag);
	if (err == EVX_OK)
		err = place(w, type, j->level, p->node_body, body_len, &ref, diag);
	if (err == EVX_OK)
		err = evx_tree_add(t, j->level + 1u, &ref);
	evx_wipe(&ref, sizeof ref);
	return err;
}

/* The last frame: zeros up to a length that says little. Then the last pack. */
static enum evx_err pack_padding(struct evx_payload_writer *w, struct evx_job *j, struct evx_diag *diag)
{
	struct evx_packer *p = &w->packer;
	struct evx_ref *ref = &p->result.padding[0];
	uint64_t total = evx_frame_padded_length(p->position);
	uint8_t *zeros = NULL, *body = NULL;
	enum evx_err err = EVX_E_MEMORY;
	size_t body_len;

	ref->plain = (uint32_t)(total - p->position - EVX_FRAME_OVERHEAD);
	ref->span = ref->plain;
	memcpy(ref->key, j->key, 32);
	zeros = calloc(1, ref->plain);
	body = malloc(ref->plain + EVX_FRAME_BODY_EXTRA);
	if (zeros == NULL || body == NULL)
		goto out;
	evx_sha256(zeros, ref->plain, ref->id);
	err = evx_frame_codec_seal(p->codec, EVX_FRAME_PADDING, 0, j->key, zeros, ref->plain, body, &body_len, diag);
	if (err == EVX_OK)
		err = place(w, EVX_FRAME_PADDING, 0, body, body_len, ref, diag);
	if (err == EVX_OK && p->position % EVX_PACK_LEN != 0)
		err = w->opts.sink.pack(w->opts.sink.ctx, p->pack, (size_t)(p->position % EVX_PACK_LEN), diag);
	p->result.has_padding[0] = true;
	p->result.sequence_len[0] = p->position;
	evx_tree_root_of(&p->content, &p->result.content);
	evx_tree_root_of(&p->listing, &p->result.listing);
out:
	free(zeros);
	free(body);
	return err;
}

void *evx_packer_work(void *writer)
{
	struct evx_payload_writer *w = writer;
	struct evx_job *j;

	while ((j = evx_ring_next(&w->ring)) != NULL) {
		struct evx_diag diag = { 0 };
		struct evx_ref ref = { 0 };
		bool placed = false;
		enum evx_err err;

		switch (j->kind) {
		case EVX_JOB_NODE:
			err = pack_node(w, j, &diag);
			break;
		case EVX_JOB_PADDING:
			err = pack_padding(w, j, &diag);
			break;
		default:
			w->packer.result.chunks += j->kind == EVX_JOB_DATA;
			placed = j->kind == EVX_JOB_DATA && !j->duplicate;
			err = j->duplicate ? pack_duplicate(w, j) : pack_frame(w, j, &ref, &diag);
			break;
		}
		evx_ring_pop(w, &w->ring, placed ? &ref : NULL);
		evx_wipe(&ref, sizeof ref);
		if (err != EVX_OK) {
			(void)evx_payload_fail(w, err, &diag);
			return NULL;
		}
	}
	return NULL;
}
