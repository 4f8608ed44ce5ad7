/* A stream's frames opened ahead by several threads, in order. */
#include "content/stream.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "content/chunk_id.h"
#include "crypto/secret.h"

#define JOBS_MAX 256u
#define WINDOW \
	64u /* references read ahead at most; frames opened ahead are fewer, bounded by the \
	       buffers */

enum state { FREE, QUEUED, BUSY, DONE };

/* A frame that is opened or will be. Guarded by the stream's lock, but for what a worker fills in
 * while BUSY. */
struct evx_stream_frame {
	enum state state;
	struct evx_ref ref;
	unsigned uses;       /* by the window */
	uint64_t used_last;  /* the one that was given up longest ago is reused first */
	struct evx_buf room; /* as large as the largest frame it held: most streams are short */
	const uint8_t *plain;
	bool hashed; /* the hashes of its blocks are wanted, */
	uint8_t blocks[EVX_CHUNK_BLOCKS][32];
	enum evx_err err;
	struct evx_diag diag;
};

struct ahead {
	struct evx_stream_frame *frame;
	uint64_t offset; /* in the stream */
};

struct evx_stream {
	struct evx_stream_opts opts;
	struct evx_tree_reader *tree;
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	bool stop;
	struct evx_stream_frame *frames;
	unsigned n_frames;
	struct ahead window[WINDOW];
	unsigned first, count;
	struct evx_stream_frame *queue[WINDOW]; /* frames a worker should take, at most one entry
						   per frame */
	unsigned queue_first, queue_count;
	uint64_t clock;
	pthread_t *threads;
	unsigned n_threads;

	/* the consumer's */
	uint64_t offset;
	uint64_t hash_from, hash_to;   /* blocks of frames that begin there are hashed */
	size_t given;                  /* bytes that evx_stream_next gave last */
	const struct evx_ref *pending; /* read from the tree, waiting for a buffer */
	uint64_t pending_offset;
	bool tree_ended, tree_failed;
	enum evx_err broken;
};

/* ---- workers ---------------------------------------------------------------------------- */

static void open_frame(struct evx_stream *s, struct evx_frame_codec *codec, struct evx_buf *scratch,
	struct evx_stream_frame *f)
{
	size_t need = f->ref.plain + EVX_FRAME_BODY_EXTRA;

	evx_diag_clear(&f->diag);
	if (codec == NULL || evx_buf_reserve(&f->room, need) != EVX_OK ||
		evx_buf_reserve(scratch, need) != EVX_OK)
		f->err = evx_fail(&f->diag, EVX_E_MEMORY, "out of memory");
	else
		f->err = evx_frame_read_into(codec, s->opts.src, s->opts.stream, 0, &f->ref,
			s->opts.check_ids, f->room.data, scratch->data, &f->plain, &f->diag);
	if (f->err == EVX_OK && f->hashed)
		evx_chunk_id_each_block(f->plain, f->ref.plain, f->blocks);
}

static void *work(void *stream)
{
	struct evx_stream *s = stream;
	struct evx_frame_codec *codec = NULL;
	struct evx_buf scratch = { .max = EVX_FRAME_ROOM };

	if (evx_frame_codec_new(0, &codec, NULL) != EVX_OK)
		codec = NULL;
	(void)pthread_mutex_lock(&s->lock);
	while (!s->stop) {
		struct evx_stream_frame *f;

		if (s->queue_count == 0) {
			(void)pthread_cond_wait(&s->work, &s->lock);
			continue;
		}
		f = s->queue[s->queue_first];
		s->queue_first = (s->queue_first + 1) % WINDOW;
		s->queue_count--;
		f->state = BUSY;
		(void)pthread_mutex_unlock(&s->lock);
		open_frame(s, codec, &scratch, f);
		(void)pthread_mutex_lock(&s->lock);
		f->state = DONE;
		(void)pthread_cond_signal(&s->done);
	}
	(void)pthread_mutex_unlock(&s->lock);
	evx_frame_codec_free(codec);
	evx_buf_free(&scratch);
	return NULL;
}

/* ---- life ------------------------------------------------------------------------------- */

enum evx_err evx_stream_open(
	const struct evx_stream_opts *opts, struct evx_stream **out, struct evx_diag *diag)
{
	struct evx_stream *s;
	enum evx_err err;

	*out = NULL;
	if (opts->jobs == 0 || opts->jobs > JOBS_MAX)
		return evx_fail(
			diag, EVX_E_USAGE, "stream: %u jobs (limit %u)", opts->jobs, JOBS_MAX);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return evx_fail_memory(diag);
	s->opts = *opts;
	s->n_frames = 2 * opts->jobs + 2 < WINDOW ? 2 * opts->jobs + 2 : WINDOW;
	s->frames = calloc(s->n_frames, sizeof(*s->frames));
	for (unsigned i = 0; s->frames != NULL && i < s->n_frames; i++)
		s->frames[i].room.max = EVX_FRAME_ROOM;
	s->threads = calloc(opts->jobs, sizeof(*s->threads));
	if (pthread_mutex_init(&s->lock, NULL) != 0 || pthread_cond_init(&s->work, NULL) != 0 ||
		pthread_cond_init(&s->done, NULL) != 0 || s->frames == NULL || s->threads == NULL)
		err = evx_fail_memory(diag);
	else
		err = evx_tree_read_new(opts->src, opts->stream, opts->root, &s->tree, diag);
	for (; err == EVX_OK && s->n_threads < opts->jobs; s->n_threads++)
		if (pthread_create(&s->threads[s->n_threads], NULL, work, s) != 0) {
			err = evx_fail(diag, EVX_E_IO,
				"evx cannot start a thread. No evidence was changed. Use fewer "
				"threads with --jobs.");
			break;
		}
	if (err != EVX_OK) {
		evx_stream_free(s);
		return err;
	}
	*out = s;
	return EVX_OK;
}

void evx_stream_free(struct evx_stream *s)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_lock(&s->lock);
	s->stop = true;
	(void)pthread_cond_broadcast(&s->work);
	(void)pthread_mutex_unlock(&s->lock);
	while (s->n_threads > 0)
		(void)pthread_join(s->threads[--s->n_threads], NULL);
	for (unsigned i = 0; s->frames != NULL && i < s->n_frames; i++) {
		evx_buf_free(&s->frames[i].room);
		evx_wipe(&s->frames[i], sizeof(s->frames[i]));
	}
	evx_tree_read_free(s->tree);
	free(s->frames);
	free(s->threads);
	(void)pthread_cond_destroy(&s->work);
	(void)pthread_cond_destroy(&s->done);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

uint64_t evx_stream_length(const struct evx_stream *s)
{
	return evx_tree_read_length(s->tree);
}

uint64_t evx_stream_offset(const struct evx_stream *s)
{
	return s->offset;
}

/* ---- the window; all locked ------------------------------------------------------------- */

static bool same_frame(const struct evx_ref *a, const struct evx_ref *b)
{
	return a->position == b->position && a->sequence == b->sequence && a->stored == b->stored &&
		a->plain == b->plain && evx_hash_equal(a->key, b->key) &&
		evx_hash_equal(a->id, b->id);
}

/* The frame of ref where it is open or about to be, or a buffer to open it in; NULL when all are in
 * use. */
static struct evx_stream_frame *find_frame(
	struct evx_stream *s, const struct evx_ref *ref, bool *known)
{
	struct evx_stream_frame *oldest = NULL;

	*known = true;
	for (unsigned i = 0; i < s->n_frames; i++) {
		struct evx_stream_frame *f = &s->frames[i];

		if (f->state != FREE && !(f->state == DONE && f->err != EVX_OK) &&
			same_frame(&f->ref, ref))
			return f;
		if (f->uses == 0 && (f->state == FREE || f->state == DONE) &&
			(oldest == NULL || f->used_last < oldest->used_last))
			oldest = f;
	}
	*known = false;
	return oldest;
}

/* Puts the pending reference into the window. False when no buffer is free. */
static bool admit(struct evx_stream *s)
{
	struct ahead *a = &s->window[(s->first + s->count) % WINDOW];
	bool known;

	a->frame = find_frame(s, s->pending, &known);
	if (a->frame == NULL)
		return false;
	a->offset = s->pending_offset;
	a->frame->uses++;
	s->count++;
	if (!known) {
		a->frame->ref = *s->pending;
		a->frame->hashed = s->pending_offset >= s->hash_from &&
			s->pending_offset < s->hash_to;
		a->frame->state = QUEUED;
		s->queue[(s->queue_first + s->queue_count++) % WINDOW] = a->frame;
		(void)pthread_cond_signal(&s->work);
	}
	s->pending = NULL;
	return true;
}

static void leave_first(struct evx_stream *s)
{
	struct evx_stream_frame *f = s->window[s->first].frame;

	f->uses--;
	f->used_last = ++s->clock;
	s->first = (s->first + 1) % WINDOW;
	s->count--;
}

/* Forgets what is queued for nobody. */
static void drop_queued(struct evx_stream *s)
{
	while (s->queue_count > 0) {
		s->queue[s->queue_first]->state = FREE;
		s->queue_first = (s->queue_first + 1) % WINDOW;
		s->queue_count--;
	}
}

/* ---- the consumer ----------------------------------------------------------------------- */

/* Reads references ahead as far as there is room. The tree is read unlocked: only the consumer
 * touches it. */
static enum evx_err fill(struct evx_stream *s, struct evx_diag *diag)
{
	enum evx_err err;
	bool admitted = true;

	while (s->count < WINDOW && admitted) {
		if (s->pending == NULL && !s->tree_ended) {
			err = evx_tree_read_next(
				s->tree, &s->pending, &s->pending_offset, &s->tree_ended, diag);
			s->tree_failed = err != EVX_OK;
			if (err != EVX_OK)
				return err;
		}
		if (s->pending == NULL)
			return EVX_OK;
		(void)pthread_mutex_lock(&s->lock);
		admitted = admit(s);
		(void)pthread_mutex_unlock(&s->lock);
	}
	return EVX_OK;
}

static enum evx_err wait_first(struct evx_stream *s, struct evx_diag *diag)
{
	struct evx_stream_frame *f = s->window[s->first].frame;

	(void)pthread_mutex_lock(&s->lock);
	while (f->state != DONE)
		(void)pthread_cond_wait(&s->done, &s->lock);
	(void)pthread_mutex_unlock(&s->lock);
	if (f->err != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = f->diag;
	return f->err;
}

/* Drops from the window what lies before the offset. */
static void catch_up(struct evx_stream *s)
{
	(void)pthread_mutex_lock(&s->lock);
	while (s->count > 0 &&
		s->window[s->first].offset + s->window[s->first].frame->ref.plain <= s->offset)
		leave_first(s);
	(void)pthread_mutex_unlock(&s->lock);
}

enum evx_err evx_stream_next(
	struct evx_stream *s, uint64_t max, const uint8_t **p, size_t *n, struct evx_diag *diag)
{
	const struct ahead *a;
	uint64_t skip, left;
	enum evx_err err;

	*p = NULL;
	*n = 0;
	if (s->broken != EVX_OK)
		return evx_fail(diag, s->broken, "stream: failed before");
	if (evx_cancelled(s->opts.cancel))
		return evx_fail(diag, EVX_E_INTERRUPTED, "Interrupted. No evidence was changed.");
	if (max == 0 || s->offset >= evx_stream_length(s))
		return EVX_OK;
	catch_up(s);
	err = fill(s, diag);
	if (err == EVX_OK && (s->count == 0 || s->window[s->first].offset > s->offset))
		err = evx_fail(
			diag, EVX_E_CORRUPT, "stream: ends at %llu", (unsigned long long)s->offset);
	if (err == EVX_OK)
		err = wait_first(s, diag);
	if (err != EVX_OK) {
		s->broken = err;
		return err;
	}
	a = &s->window[s->first];
	skip = s->offset - a->offset;
	left = a->frame->ref.plain - skip;
	*p = a->frame->plain + skip;
	*n = (size_t)(left < max ? left : max);
	s->offset += *n;
	s->given = *n;
	return EVX_OK;
}

bool evx_stream_at_cut(const struct evx_stream *s)
{
	const struct ahead *a = &s->window[s->first];

	return s->count > 0 && s->offset == a->offset + a->frame->ref.plain;
}

struct evx_stream_frame *evx_stream_hold(struct evx_stream *s)
{
	struct evx_stream_frame *f = s->window[s->first].frame;

	(void)pthread_mutex_lock(&s->lock);
	f->uses++;
	(void)pthread_mutex_unlock(&s->lock);
	return f;
}

void evx_stream_let_go(struct evx_stream *s, struct evx_stream_frame *f)
{
	if (f == NULL)
		return;
	(void)pthread_mutex_lock(&s->lock);
	f->uses--;
	f->used_last = ++s->clock;
	(void)pthread_mutex_unlock(&s->lock);
}

void evx_stream_hash_blocks(struct evx_stream *s, uint64_t from, uint64_t to)
{
	s->hash_from = from;
	s->hash_to = to;
}

const uint8_t *evx_stream_blocks(const struct evx_stream *s)
{
	const struct evx_stream_frame *f = s->window[s->first].frame;

	return evx_stream_at_cut(s) && f->hashed && s->given == f->ref.plain ? f->blocks[0] : NULL;
}

enum evx_err evx_stream_seek(struct evx_stream *s, uint64_t offset, struct evx_diag *diag)
{
	const struct ahead *last = s->count > 0 ? &s->window[(s->first + s->count - 1) % WINDOW] :
						  NULL;
	enum evx_err err = EVX_OK;

	s->given = 0;
	if (offset > evx_stream_length(s))
		return evx_fail(diag, EVX_E_USAGE, "stream: seek to %llu of %llu bytes",
			(unsigned long long)offset, (unsigned long long)evx_stream_length(s));
	if (last != NULL && !s->tree_failed && offset >= s->window[s->first].offset &&
		offset < last->offset + last->frame->ref.plain) {
		s->offset = offset;
		s->broken = EVX_OK;
		return EVX_OK;
	}
	(void)pthread_mutex_lock(&s->lock);
	while (s->count > 0)
		leave_first(s);
	drop_queued(s);
	(void)pthread_mutex_unlock(&s->lock);
	s->pending = NULL;
	s->offset = offset;
	s->tree_failed = false;
	s->tree_ended = offset == evx_stream_length(s);
	if (!s->tree_ended)
		err = evx_tree_read_seek(s->tree, offset, diag);
	s->broken = err;
	return err;
}
