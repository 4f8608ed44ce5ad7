/* Sealing pipeline: runs cut into chunks, checkpoints. */
#include <stdlib.h>
#include <string.h>

#include "content/payload_inner.h"
#include "crypto/secret.h"
#include "format/listing.h"

enum evx_err evx_cutter_init(struct evx_cutter *c, const uint8_t leaf_secret[32])
{
	evx_chunker_init(&c->chunker);
	evx_merkle_init(&c->merkle);
	evx_hmac_key_init(&c->leaf_key, leaf_secret, 32);
	c->list.max = EVX_FRAME_PLAIN_MAX;
	return EVX_OK;
}

void evx_cutter_free(struct evx_payload_writer *w, struct evx_cutter *c)
{
	evx_slab_drop(w->pool, c->slab);
	evx_buf_free(&c->list);
	evx_buf_free(&c->line);
	evx_hmac_key_wipe(&c->leaf_key);
	evx_listing_order_free(&c->order);
	for (size_t i = 0; i < c->n_names; i++)
		evx_entry_delete(c->names[i].e);
	free(c->names);
}

static enum evx_err put_node(
	struct evx_payload_writer *w, struct evx_tree_plan *plan, uint8_t stream, int level)
{
	struct evx_job job = { .kind = EVX_JOB_NODE, .stream = stream, .level = (uint8_t)level };

	if (level >= (int)EVX_TREE_LEVELS_MAX)
		return EVX_E_LIMIT;
	evx_tree_plan_node(plan, (unsigned)level);
	evx_random(job.key, sizeof(job.key));
	return evx_ring_put(w, &w->ring, &job);
}

/* Sends the job of a frame of a stream, and those of the nodes that it fills. */
static enum evx_err put_frame(
	struct evx_payload_writer *w, struct evx_cutter *c, struct evx_job *job)
{
	bool data = job->kind == EVX_JOB_DATA;
	struct evx_tree_plan *plan = data ? &c->content : &c->listing;
	enum evx_err err;
	int level;

	c->since += job->n + EVX_FRAME_OVERHEAD;
	evx_random(job->key, sizeof(job->key));
	err = evx_ring_put(w, &w->ring, job);
	evx_tree_plan_add(plan);
	while (err == EVX_OK && (level = evx_tree_plan_full(plan)) >= 0)
		err = put_node(w, plan, data ? EVX_FRAME_DATA : EVX_FRAME_LISTING, level);
	return err;
}

enum evx_err evx_cutter_listing(struct evx_payload_writer *w, struct evx_cutter *c)
{
	struct evx_job job = { .kind = EVX_JOB_LISTING, .quick = true };

	if (c->list.len == 0)
		return EVX_OK;
	job.plain = c->list.data;
	job.n = (uint32_t)c->list.len;
	c->list.data = NULL;
	c->list.len = c->list.cap = 0;
	return put_frame(w, c, &job);
}

/* Sends the first n bytes of the open chunk as a chunk; id NULL when not known. */
static enum evx_err put_chunk(
	struct evx_payload_writer *w, struct evx_cutter *c, size_t n, const uint8_t *id)
{
	struct evx_job job = { .kind = EVX_JOB_DATA,
		.plain = c->start,
		.n = (uint32_t)n,
		.slab = c->slab,
		.id_known = id != NULL,
		.quick = c->quick };

	if (id != NULL)
		memcpy(job.id, id, sizeof(job.id));
	evx_slab_hold(w->pool, c->slab);
	c->start += n;
	c->have -= n;
	return put_frame(w, c, &job);
}

/* Cuts what can be cut; the whole rest when the run ends. */
static enum evx_err cut(struct evx_payload_writer *w, struct evx_cutter *c, bool end_of_run)
{
	enum evx_err err = EVX_OK;
	size_t n;

	while (err == EVX_OK && c->have > 0 &&
		(n = evx_chunker_cut(&c->chunker, c->start, c->have, end_of_run)) > 0)
		err = put_chunk(w, c, n, NULL);
	return err;
}

static enum evx_err begin(struct evx_payload_writer *w, struct evx_cutter *c, uint64_t size)
{
	bool own = size >= EVX_CHUNK_MIN;
	enum evx_err err = own || c->own_run ? cut(w, c, true) : EVX_OK;

	c->own_run = own;
	c->quick = size < EVX_LARGE_FILE;
	c->file_position = c->position;
	return err;
}

/* The open chunk goes on with n bytes at p in slab; what it has in another slab is moved in front
 * of them. */
static enum evx_err data(struct evx_payload_writer *w, struct evx_cutter *c, struct evx_slab *slab,
	uint8_t *p, size_t n)
{
	if (c->have == 0)
		c->start = p;
	else if (c->start + c->have != p) {
		if ((size_t)(p - slab->head) < c->have)
			return EVX_E_USAGE;
		memcpy(p - c->have, c->start, c->have);
		c->start = p - c->have;
	}
	if (c->slab != slab) {
		evx_slab_hold(w->pool, slab);
		evx_slab_drop(w->pool, c->slab);
		c->slab = slab;
	}
	c->have += n;
	c->position += n;
	if (w->opts.progress != NULL)
		atomic_fetch_add_explicit(&w->opts.progress->bytes_done, n, memory_order_relaxed);
	return cut(w, c, false);
}

/* Behind every whole file a reader can find its way without the seal. */
static enum evx_err checkpoint(struct evx_payload_writer *w, struct evx_cutter *c)
{
	enum evx_err err;

	if (c->since < EVX_CHECKPOINT_LEN)
		return EVX_OK;
	err = evx_cutter_listing(w, c);
	if (err == EVX_OK && c->content.count[0] > 0)
		err = put_node(w, &c->content, EVX_FRAME_DATA, 0);
	for (int level; err == EVX_OK && (level = evx_tree_plan_full(&c->content)) >= 0;)
		err = put_node(w, &c->content, EVX_FRAME_DATA, level);
	c->since = 0;
	return err;
}

static enum evx_err end_run(
	struct evx_payload_writer *w, struct evx_cutter *c, const struct evx_entry *e)
{
	bool whole = e != NULL && e->has_sha256 && !e->has_map && c->have == e->size;
	size_t n;

	if (!c->own_run || c->have == 0)
		return EVX_OK;
	/* Everything there was searched, so the rest is one chunk. Where it is the whole file, its
	 * digest is the chunk's id. */
	n = evx_chunker_cut(&c->chunker, c->start, c->have, true);
	return put_chunk(w, c, n, whole ? e->sha256 : NULL);
}

static enum evx_err event(
	struct evx_payload_writer *w, struct evx_cutter *c, struct evx_payload_event *ev)
{
	enum evx_err err = EVX_OK;

	switch (ev->kind) {
	case EVX_PAYLOAD_BEGIN:
		return begin(w, c, ev->n);
	case EVX_PAYLOAD_END:
		err = end_run(w, c, ev->entry);
		if (err == EVX_OK)
			err = evx_cutter_entry(w, c, ev->entry, c->file_position);
		break;
	case EVX_PAYLOAD_ENTRY:
		err = evx_cutter_entry(w, c, ev->entry, c->position);
		break;
	case EVX_PAYLOAD_SHOWN:
		err = end_run(w, c, NULL);
		if (err == EVX_OK)
			err = evx_cutter_text(w, c, ev->text, ev->text_len, ev->n);
		break;
	case EVX_PAYLOAD_DATA:
	case EVX_PAYLOAD_HOLE:
		return EVX_OK;
	}
	if (err == EVX_OK && w->opts.progress != NULL)
		atomic_fetch_add_explicit(&w->opts.progress->files_done, 1, memory_order_relaxed);
	return err == EVX_OK ? checkpoint(w, c) : err;
}

enum evx_err evx_cutter_batch(
	struct evx_payload_writer *w, struct evx_cutter *c, struct evx_batch *b)
{
	uint8_t *p = b->slab != NULL ? b->slab->data + (b->data - b->slab->data) : NULL;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < b->count && err == EVX_OK; i++) {
		if (b->events[i].kind == EVX_PAYLOAD_DATA) {
			err = data(w, c, b->slab, p, b->events[i].n);
			p += b->events[i].n;
		} else {
			err = event(w, c, &b->events[i]);
		}
	}
	return err;
}

enum evx_err evx_cutter_finish(struct evx_payload_writer *w, struct evx_cutter *c)
{
	unsigned sequences = w->opts.lender != NULL ? 2 : 1;
	enum evx_err err = cut(w, c, true);
	int level;

	if (err == EVX_OK)
		err = evx_cutter_listing(w, c);
	while (err == EVX_OK && (level = evx_tree_plan_last(&c->content)) >= 0)
		err = put_node(w, &c->content, EVX_FRAME_DATA, level);
	while (err == EVX_OK && (level = evx_tree_plan_last(&c->listing)) >= 0)
		err = put_node(w, &c->listing, EVX_FRAME_LISTING, level);
	for (unsigned i = 0; err == EVX_OK && i < sequences; i++) {
		struct evx_job padding = { .kind = EVX_JOB_PADDING, .stream = (uint8_t)i };

		evx_random(padding.key, sizeof(padding.key));
		err = evx_ring_put(w, &w->ring, &padding);
	}
	if (err == EVX_OK)
		evx_ring_close(&w->ring);
	return err;
}
