/* Sealing pipeline: files into chunks, checkpoints. */
#include "content/payload_chunk.h"

#include <string.h>

#include "base/buf.h"
#include "content/chunk_id.h"
#include "crypto/secret.h"
#include "format/listing.h"

enum evx_err evx_cutter_init(struct evx_cutter *c, const struct evx_payload_write_opts *o,
	struct evx_lines *lines, struct evx_ring *ring, struct evx_slab_pool *pool)
{
	evx_chunker_init(&c->chunker);
	c->lines = lines;
	c->ring = ring;
	c->pool = pool;
	c->progress = o->progress;
	c->sequences = o->lender != NULL && !o->lender->anew ? 2 : 1;
	c->ranges = !o->disclosure;
	c->group = evx_hash_new(EVX_SHA256);
	return c->group != NULL ? EVX_OK : EVX_E_MEMORY;
}

void evx_cutter_free(struct evx_cutter *c)
{
	evx_slab_drop(c->pool, c->slab);
	evx_hash_free(c->group);
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

/* Sends the first n bytes that are in no chunk yet as a chunk. */
static enum evx_err put_chunk(struct evx_cutter *c, struct evx_job *job, size_t n)
{
	job->kind = EVX_JOB_DATA;
	job->plain = c->start;
	job->n = (uint32_t)n;
	job->slab = c->slab;
	evx_slab_hold(c->pool, c->slab);
	c->start += n;
	c->have -= n;
	return put_frame(c, job);
}

/* The files of the group become a chunk, if there are any. */
static enum evx_err put_group(struct evx_cutter *c)
{
	struct evx_job job = { .id_known = true, .quick = true };
	const size_t n = c->grouped;
	enum evx_err err;

	if (n == 0)
		return EVX_OK;
	c->grouped = 0;
	err = evx_hash_final(c->group, job.id);
	return err == EVX_OK ? put_chunk(c, &job, n) : err;
}

/* A chunk of the open file, which is large. */
static enum evx_err put_part(struct evx_cutter *c, size_t n)
{
	struct evx_job job = { .quick = c->quick,
		.ranged = c->ranges,
		.offset = c->position - c->file_position - c->have,
		.block = c->block };

	c->block += (n + EVX_BLOCK_LEN - 1) / EVX_BLOCK_LEN;
	return put_chunk(c, &job, n);
}

/* Cuts what can be cut of a large file; the whole rest when it ends. */
static enum evx_err cut(struct evx_cutter *c, bool end_of_file)
{
	enum evx_err err = EVX_OK;
	size_t n;

	while (err == EVX_OK && c->have > 0 &&
		(n = evx_chunker_cut(&c->chunker, c->start, c->have, end_of_file)) > 0)
		err = put_part(c, n);
	return err;
}

static void begin(struct evx_cutter *c, uint64_t size)
{
	c->large = false;
	c->block = 0;
	c->quick = size < EVX_LARGE_FILE;
	c->file_position = c->position;
}

/* The open file turns out not to fit a chunk. */
static void begin_large(struct evx_cutter *c)
{
	struct evx_hmac_key key;

	c->large = true;
	if (!c->ranges)
		return;
	evx_lines_range_key(c->lines, &key);
	evx_ring_range_begin(c->ring, &key);
	evx_hmac_key_wipe(&key);
}

/* The open file goes on with n bytes at p in slab; what is in no chunk yet and stands in another
 * slab is moved in front of them. */
static enum evx_err data(struct evx_cutter *c, struct evx_slab *slab, uint8_t *p, size_t n)
{
	enum evx_err err = c->have + n > EVX_CHUNK_MAX ? put_group(c) : EVX_OK;

	if (err != EVX_OK)
		return err;
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
	if (!c->large && c->have - c->grouped > EVX_CHUNK_MAX)
		begin_large(c);
	return c->large ? cut(c, false) : EVX_OK;
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

/* The file's n bytes join the group. Whether the group ends there is found from the file itself: so
 * groups of a second acquisition are the same again behind a file that was added. */
static enum evx_err join_group(struct evx_cutter *c, size_t n, const uint8_t digest[32])
{
	if (c->grouped == 0)
		evx_chunk_id_begin(c->group);
	evx_chunk_id_add(c->group, n, digest);
	c->grouped += n;
	return c->grouped >= EVX_GROUP_MIN &&
			(uint64_t)evx_get_be32(digest) * EVX_GROUP_MEAN < (uint64_t)n << 32 ?
		put_group(c) :
		EVX_OK;
}

/* The open file has ended. digest: of its stored bytes, where they fit a chunk. */
static enum evx_err end_file(struct evx_cutter *c, const uint8_t digest[32])
{
	const size_t n = c->have - c->grouped;
	struct evx_job job = { .id_known = true, .quick = c->quick };
	enum evx_err err;

	if (c->large)
		return cut(c, true);
	if (n == 0)
		return EVX_OK;
	if (n < EVX_FILE_ALONE)
		return join_group(c, n, digest);
	if ((err = put_group(c)) != EVX_OK)
		return err;
	evx_chunk_id_file(n, digest, job.id);
	return put_chunk(c, &job, n);
}

static enum evx_err end_entry(struct evx_cutter *c, struct evx_payload_event *ev)
{
	const uint64_t stored = c->position - c->file_position;
	struct evx_entry *e = ev->entry;
	enum evx_err err = end_file(c, ev->stored);

	if (err == EVX_OK && c->large) {
		err = evx_ring_range_end(c->ring, stored, e->range_root);
		e->has_range_root = true;
	}
	c->large = false;
	return err == EVX_OK ? evx_lines_entry(c->lines, e, c->file_position) : err;
}

/* A record without bytes has nothing to end. */
static enum evx_err end_shown(struct evx_cutter *c, struct evx_payload_event *ev)
{
	enum evx_err err = end_file(c, ev->stored);

	c->large = false;
	return err == EVX_OK ? evx_lines_text(c->lines, ev->text, ev->text_len, ev->n) : err;
}

static enum evx_err event(struct evx_cutter *c, struct evx_payload_event *ev)
{
	enum evx_err err = EVX_OK;

	switch (ev->kind) {
	case EVX_PAYLOAD_BEGIN:
		begin(c, ev->n);
		return EVX_OK;
	case EVX_PAYLOAD_END:
		err = end_entry(c, ev);
		break;
	case EVX_PAYLOAD_ENTRY:
		err = evx_lines_entry(c->lines, ev->entry, c->position);
		break;
	case EVX_PAYLOAD_SHOWN:
		err = end_shown(c, ev);
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
	enum evx_err err = put_group(c);
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
