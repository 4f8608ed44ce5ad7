/* Sealing pipeline: runs cut into chunks, checkpoints. */
#include "content/payload_chunk.h"

#include <string.h>

#include "crypto/secret.h"
#include "format/listing.h"

void evx_cutter_init(struct evx_cutter *c, const struct evx_payload_write_opts *o,
	struct evx_lines *lines, struct evx_ring *ring, struct evx_slab_pool *pool)
{
	evx_chunker_init(&c->chunker);
	c->lines = lines;
	c->ring = ring;
	c->pool = pool;
	c->progress = o->progress;
	c->sequences = o->lender != NULL && !o->lender->anew ? 2 : 1;
}

void evx_cutter_free(struct evx_cutter *c)
{
	evx_slab_drop(c->pool, c->slab);
}

static enum evx_err put_node(
	struct evx_ring *ring, struct evx_tree_plan *plan, uint8_t stream, int level)
{
	struct evx_job job = { .kind = EVX_JOB_NODE, .stream = stream, .level = (uint8_t)level };

	if (level >= (int)EVX_TREE_LEVELS_MAX)
		return EVX_E_LIMIT;
	evx_tree_plan_node(plan, (unsigned)level);
	evx_random(job.key, sizeof(job.key));
	return evx_ring_put(ring, &job);
}

/* Sends the job of a frame of a stream, and those of the nodes that it fills. */
static enum evx_err put_frame(struct evx_cutter *c, struct evx_job *job)
{
	bool data = job->kind == EVX_JOB_DATA;
	struct evx_tree_plan *plan = data ? &c->content : &c->listing;
	enum evx_err err;
	int level;

	c->since += job->n + EVX_FRAME_OVERHEAD;
	evx_random(job->key, sizeof(job->key));
	err = evx_ring_put(c->ring, job);
	evx_tree_plan_add(plan);
	while (err == EVX_OK && (level = evx_tree_plan_full(plan)) >= 0)
		err = put_node(c->ring, plan, data ? EVX_FRAME_DATA : EVX_FRAME_LISTING, level);
	return err;
}

enum evx_err evx_cutter_listing(void *cutter, uint8_t *p, size_t n)
{
	struct evx_job job = {
		.kind = EVX_JOB_LISTING, .plain = p, .n = (uint32_t)n, .quick = true
	};

	return put_frame(cutter, &job);
}

/* Sends the first n bytes of the open chunk as a chunk; id NULL when not known. */
static enum evx_err put_chunk(struct evx_cutter *c, size_t n, const uint8_t *id)
{
	struct evx_job job = { .kind = EVX_JOB_DATA,
		.plain = c->start,
		.n = (uint32_t)n,
		.slab = c->slab,
		.id_known = id != NULL,
		.quick = c->quick };

	if (id != NULL)
		memcpy(job.id, id, sizeof(job.id));
	evx_slab_hold(c->pool, c->slab);
	c->start += n;
	c->have -= n;
	return put_frame(c, &job);
}

/* Cuts what can be cut; the whole rest when the run ends. */
static enum evx_err cut(struct evx_cutter *c, bool end_of_run)
{
	enum evx_err err = EVX_OK;
	size_t n;

	while (err == EVX_OK && c->have > 0 &&
		(n = evx_chunker_cut(&c->chunker, c->start, c->have, end_of_run)) > 0)
		err = put_chunk(c, n, NULL);
	return err;
}

static enum evx_err begin(struct evx_cutter *c, uint64_t size)
{
	bool own = size >= EVX_CHUNK_MIN;
	enum evx_err err = own || c->own_run ? cut(c, true) : EVX_OK;

	c->own_run = own;
	c->quick = size < EVX_LARGE_FILE;
	c->file_position = c->position;
	return err;
}

/* The open chunk goes on with n bytes at p in slab; what it has in another slab is moved in front
 * of them. */
static enum evx_err data(struct evx_cutter *c, struct evx_slab *slab, uint8_t *p, size_t n)
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
		evx_slab_hold(c->pool, slab);
		evx_slab_drop(c->pool, c->slab);
		c->slab = slab;
	}
	c->have += n;
	c->position += n;
	if (c->progress != NULL)
		atomic_fetch_add_explicit(&c->progress->bytes_done, n, memory_order_relaxed);
	return cut(c, false);
}

/* Behind every whole file a reader can find its way without the seal. */
static enum evx_err checkpoint(struct evx_cutter *c)
{
	enum evx_err err;

	if (c->since < EVX_CHECKPOINT_LEN)
		return EVX_OK;
	err = evx_lines_flush(c->lines);
	if (err == EVX_OK && c->content.count[0] > 0)
		err = put_node(c->ring, &c->content, EVX_FRAME_DATA, 0);
	for (int level; err == EVX_OK && (level = evx_tree_plan_full(&c->content)) >= 0;)
		err = put_node(c->ring, &c->content, EVX_FRAME_DATA, level);
	c->since = 0;
	return err;
}

static enum evx_err end_run(struct evx_cutter *c, const struct evx_entry *e)
{
	bool whole = e != NULL && e->has_sha256 && !e->has_map && c->have == e->size;
	size_t n;

	if (!c->own_run || c->have == 0)
		return EVX_OK;
	/* Everything there was searched, so the rest is one chunk. Where it is the whole file, its
	 * digest is the chunk's id. */
	n = evx_chunker_cut(&c->chunker, c->start, c->have, true);
	return put_chunk(c, n, whole ? e->sha256 : NULL);
}

static enum evx_err event(struct evx_cutter *c, struct evx_payload_event *ev)
{
	enum evx_err err = EVX_OK;

	switch (ev->kind) {
	case EVX_PAYLOAD_BEGIN:
		return begin(c, ev->n);
	case EVX_PAYLOAD_END:
		err = end_run(c, ev->entry);
		if (err == EVX_OK)
			err = evx_lines_entry(c->lines, ev->entry, c->file_position);
		break;
	case EVX_PAYLOAD_ENTRY:
		err = evx_lines_entry(c->lines, ev->entry, c->position);
		break;
	case EVX_PAYLOAD_SHOWN:
		err = end_run(c, NULL);
		if (err == EVX_OK)
			err = evx_lines_text(c->lines, ev->text, ev->text_len, ev->n);
		break;
	case EVX_PAYLOAD_DATA:
	case EVX_PAYLOAD_HOLE:
		return EVX_OK;
	}
	if (err == EVX_OK && c->progress != NULL)
		atomic_fetch_add_explicit(&c->progress->files_done, 1, memory_order_relaxed);
	return err == EVX_OK ? checkpoint(c) : err;
}

enum evx_err evx_cutter_batch(struct evx_cutter *c, struct evx_batch *b)
{
	uint8_t *p = b->slab != NULL ? b->slab->data + (b->data - b->slab->data) : NULL;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < b->count && err == EVX_OK; i++) {
		if (b->events[i].kind == EVX_PAYLOAD_DATA) {
			err = data(c, b->slab, p, b->events[i].n);
			p += b->events[i].n;
		} else {
			err = event(c, &b->events[i]);
		}
	}
	return err;
}

enum evx_err evx_cutter_finish(struct evx_cutter *c)
{
	enum evx_err err = cut(c, true);
	int level;

	if (err == EVX_OK)
		err = evx_lines_flush(c->lines);
	while (err == EVX_OK && (level = evx_tree_plan_last(&c->content)) >= 0)
		err = put_node(c->ring, &c->content, EVX_FRAME_DATA, level);
	while (err == EVX_OK && (level = evx_tree_plan_last(&c->listing)) >= 0)
		err = put_node(c->ring, &c->listing, EVX_FRAME_LISTING, level);
	for (unsigned i = 0; err == EVX_OK && i < c->sequences; i++) {
		struct evx_job padding = { .kind = EVX_JOB_PADDING, .stream = (uint8_t)i };

		evx_random(padding.key, sizeof(padding.key));
		err = evx_ring_put(c->ring, &padding);
	}
	if (err == EVX_OK)
		evx_ring_close(c->ring);
	return err;
}
