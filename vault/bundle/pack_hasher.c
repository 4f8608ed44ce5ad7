/* Threads that hash packs and compare them with their names. */
#include "bundle/pack_hasher.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/queue.h"
#include "bundle/bundle_walk.h"
#include "crypto/hash.h"

/* Small enough to stay in a core's cache between reading and hashing. */
#define PIECE ((size_t)256 << 10)
#define JOBS_MAX 256u

struct job {
	size_t number;
	struct evx_bundle_pack pack;
	struct evx_pack_buffer *buffer; /* of a pipe, else NULL */
};

struct evx_pack_hasher {
	const struct evx_bundle *b;
	const struct evx_bundle_walk_packs *packs; /* or NULL */
	struct evx_progress *progress;
	const struct evx_cancel *cancel;
	struct evx_queue *work, *buffers;
	size_t buffers_made, buffers_max;
	pthread_t threads[JOBS_MAX];
	unsigned running;
	pthread_mutex_t lock; /* of what follows */
	struct evx_pack_fault *faults;
	size_t count;
	bool out_of_memory;
};

static void note(struct evx_pack_hasher *h, size_t pack, enum evx_err err, const char *text)
{
	struct evx_pack_fault *fault;

	(void)pthread_mutex_lock(&h->lock);
	fault = EVX_ARRAY_ADD(h->faults, h->count);
	if (fault != NULL) {
		fault->pack = pack;
		fault->err = err;
		(void)snprintf(fault->text, sizeof(fault->text), "%s", text);
	} else {
		h->out_of_memory = true;
	}
	(void)pthread_mutex_unlock(&h->lock);
}

/* Reads the pack piece by piece and hashes it. */
static enum evx_err hash_stored(struct evx_pack_hasher *h, const struct job *job,
	struct evx_hash *hash, uint8_t *piece, struct evx_diag *diag)
{
	struct evx_pack_file file = { .fd = -1 };
	enum evx_err err = EVX_OK;
	uint64_t done = 0;
	size_t want, got;

	if (h->b->dir != NULL)
		err = evx_pack_file_open(h->b->dir, h->b->recipes, job->pack.hash, &file, diag);
	while (err == EVX_OK && done < job->pack.length) {
		if (evx_cancelled(h->cancel)) {
			err = EVX_E_INTERRUPTED;
			break;
		}
		want = job->pack.length - done < PIECE ? (size_t)(job->pack.length - done) : PIECE;
		err = h->b->dir != NULL ? evx_pack_file_read(&file, done, piece, want, &got, diag) :
					  evx_volume_pread(h->b->volume, piece, want,
						  job->pack.content + done, &got, diag);
		if (err == EVX_OK && got < want)
			err = evx_fail(diag, EVX_E_TRUNCATED,
				"pack: expected %llu bytes, found %llu",
				(unsigned long long)job->pack.length,
				(unsigned long long)(done + got));
		if (err != EVX_OK)
			break;
		evx_hash_update(hash, piece, got);
		done += got;
		if (h->progress != NULL)
			atomic_fetch_add_explicit(
				&h->progress->bytes_done, got, memory_order_relaxed);
	}
	evx_pack_file_close(&file);
	return err;
}

static void do_job(
	struct evx_pack_hasher *h, const struct job *job, struct evx_hash *hash, uint8_t *piece)
{
	struct evx_diag diag = { 0 };
	enum evx_err err = EVX_OK;
	uint8_t sum[32];

	evx_hash_reset(hash);
	if (job->buffer != NULL)
		evx_hash_update(hash, job->buffer->bytes, (size_t)job->pack.length);
	else
		err = hash_stored(h, job, hash, piece, &diag);
	if (err == EVX_OK && evx_hash_final(hash, sum) != EVX_OK)
		err = evx_fail(&diag, EVX_E_MEMORY, "pack: its hash could not be computed");
	if (err != EVX_OK) {
		if (err != EVX_E_INTERRUPTED)
			note(h, job->number, err, diag.text);
	} else if (!evx_hash_equal(sum, job->pack.hash)) {
		err = EVX_E_FORGED;
		note(h, job->number, err,
			"pack: its bytes do not have the SHA-256 that is its name");
	}
	if (h->packs == NULL || h->packs->hashed == NULL || err == EVX_E_INTERRUPTED)
		return;
	(void)pthread_mutex_lock(&h->lock);
	h->packs->hashed(h->packs->ctx, job->number, err == EVX_OK);
	(void)pthread_mutex_unlock(&h->lock);
}

static void *work(void *arg)
{
	struct evx_pack_hasher *h = arg;
	struct evx_hash *hash = evx_hash_new(EVX_SHA256);
	uint8_t *piece = malloc(PIECE);
	void *item;

	while (evx_queue_get(h->work, &item)) {
		struct job *job = item;

		if (hash == NULL || piece == NULL)
			note(h, job->number, EVX_E_MEMORY, "pack: out of memory");
		else
			do_job(h, job, hash, piece);
		if (job->buffer != NULL)
			evx_pack_hasher_return(h, job->buffer);
		free(job);
	}
	evx_hash_free(hash);
	free(piece);
	return NULL;
}

void evx_pack_hasher_return(struct evx_pack_hasher *h, struct evx_pack_buffer *buffer)
{
	/* There is room for all buffers, so this never waits; the queue is cancelled only when all
	 * are to be freed. */
	if (!evx_queue_put(h->buffers, buffer))
		free(buffer);
}

static void join(struct evx_pack_hasher *h)
{
	while (h->running > 0)
		(void)pthread_join(h->threads[--h->running], NULL);
}

void evx_pack_hasher_free(struct evx_pack_hasher *h)
{
	void *item;

	if (h == NULL)
		return;
	if (h->work != NULL)
		evx_queue_cancel(h->work);
	join(h);
	while (h->work != NULL && evx_queue_try_get(h->work, &item)) {
		free(((struct job *)item)->buffer);
		free(item);
	}
	while (h->buffers != NULL && evx_queue_try_get(h->buffers, &item))
		free(item);
	evx_queue_free(h->work);
	evx_queue_free(h->buffers);
	(void)pthread_mutex_destroy(&h->lock);
	free(h->faults);
	free(h);
}

enum evx_err evx_pack_hasher_new(const struct evx_bundle *b, unsigned jobs,
	const struct evx_bundle_walk_packs *packs, struct evx_progress *progress,
	const struct evx_cancel *cancel, struct evx_pack_hasher **out, struct evx_diag *diag)
{
	struct evx_pack_hasher *h = calloc(1, sizeof(*h));
	int why = 0;

	*out = NULL;
	if (h == NULL)
		return evx_fail_memory(diag);
	jobs = jobs == 0 ? 1 : jobs > JOBS_MAX ? JOBS_MAX : jobs;
	h->b = b;
	h->packs = packs;
	h->progress = progress;
	h->cancel = cancel;
	h->buffers_max = (size_t)jobs + 1;
	if (pthread_mutex_init(&h->lock, NULL) != 0) {
		free(h);
		return evx_fail_memory(diag);
	}
	h->work = evx_queue_new((size_t)jobs * 2);
	h->buffers = evx_queue_new(h->buffers_max);
	if (h->work == NULL || h->buffers == NULL) {
		evx_pack_hasher_free(h);
		return evx_fail_memory(diag);
	}
	while (why == 0 && h->running < jobs) {
		why = pthread_create(&h->threads[h->running], NULL, work, h);
		h->running += why == 0;
	}
	if (h->running == 0) {
		evx_pack_hasher_free(h);
		errno = why;
		return evx_fail_errno(diag, NULL, "thread: cannot start one");
	}
	*out = h;
	return EVX_OK;
}

enum evx_err evx_pack_hasher_give(struct evx_pack_hasher *h, size_t i,
	const struct evx_bundle_pack *pack, struct evx_pack_buffer *buffer)
{
	struct job *job = malloc(sizeof(*job));
	enum evx_err err = EVX_E_MEMORY;

	if (job != NULL) {
		*job = (struct job){ i, *pack, buffer };
		if (evx_queue_put(h->work, job))
			return EVX_OK;
		err = EVX_E_INTERRUPTED;
	}
	if (buffer != NULL)
		evx_pack_hasher_return(h, buffer);
	free(job);
	return err;
}

enum evx_err evx_pack_hasher_add(
	struct evx_pack_hasher *h, size_t i, const struct evx_bundle_pack *pack)
{
	return evx_pack_hasher_give(h, i, pack, NULL);
}

static struct evx_pack_buffer *new_buffer(struct evx_pack_hasher *h, size_t length)
{
	struct evx_pack_buffer *buffer = malloc(sizeof(*buffer) + length);

	if (buffer == NULL)
		return NULL;
	buffer->room = length;
	h->buffers_made++;
	return buffer;
}

struct evx_pack_buffer *evx_pack_hasher_buffer(struct evx_pack_hasher *h, size_t length)
{
	struct evx_pack_buffer *buffer = NULL;
	void *item;

	if (!evx_queue_try_get(h->buffers, &item)) {
		if (h->buffers_made < h->buffers_max)
			buffer = new_buffer(h, length);
		if (buffer != NULL || h->buffers_made == 0)
			return buffer;
		if (!evx_queue_get(h->buffers, &item))
			return NULL;
	}
	buffer = item;
	if (buffer->room >= length)
		return buffer;
	free(buffer);
	h->buffers_made--;
	return new_buffer(h, length);
}

static int by_pack(const void *a, const void *b)
{
	const struct evx_pack_fault *x = a, *y = b;

	return x->pack < y->pack ? -1 : x->pack > y->pack;
}

enum evx_err evx_pack_hasher_finish(
	struct evx_pack_hasher *h, const struct evx_pack_fault **faults, size_t *count)
{
	evx_queue_close(h->work);
	join(h);
	if (h->count > 0)
		qsort(h->faults, h->count, sizeof(*h->faults), by_pack);
	*faults = h->faults;
	*count = h->count;
	if (evx_cancelled(h->cancel))
		return EVX_E_INTERRUPTED;
	return h->out_of_memory ? EVX_E_MEMORY : EVX_OK;
}
