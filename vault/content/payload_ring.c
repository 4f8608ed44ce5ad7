/* Sealing pipeline: chunks sealed by several threads, taken in order. */
#include "content/payload_ring.h"

#include <stdlib.h>
#include <string.h>

#include "content/chunk_id.h"
#include "content/payload_loan.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#define BODY_CAP (EVX_FRAME_PLAIN_MAX + EVX_FRAME_BODY_EXTRA)

static struct evx_job *job_at(struct evx_ring *r, uint64_t ordinal)
{
	return &r->jobs[ordinal % EVX_RING];
}

enum evx_err evx_ring_init(struct evx_ring *r, const struct evx_payload_write_opts *o,
	struct evx_slab_pool *pool, struct evx_payload_stop *stop)
{
	r->level = o->level;
	r->lender = o->lender;
	r->pool = pool;
	r->stop = stop;
	if (pthread_mutex_init(&r->lock, NULL) != 0 || pthread_cond_init(&r->space, NULL) != 0 ||
		pthread_cond_init(&r->work, NULL) != 0 || pthread_cond_init(&r->done, NULL) != 0 ||
		pthread_cond_init(&r->hashed_one, NULL) != 0)
		return EVX_E_MEMORY;
	r->max_bodies = 2 * o->jobs + 1;
	r->bodies = calloc(r->max_bodies, sizeof(*r->bodies));
	r->lookback = evx_lookback_new();
	return r->bodies == NULL || r->lookback == NULL ? EVX_E_MEMORY : EVX_OK;
}

static void release_plain(struct evx_slab_pool *pool, struct evx_job *j)
{
	evx_slab_drop(pool, j->slab);
	j->slab = NULL;
	if (j->kind == EVX_JOB_LISTING && j->plain != NULL) {
		struct evx_buf b = { (uint8_t *)(uintptr_t)j->plain, j->n, j->n, 0 };

		evx_buf_free(&b);
	}
	j->plain = NULL;
}

/* All threads are gone. */
void evx_ring_free(struct evx_ring *r)
{
	for (uint64_t i = r->head; i < r->tail; i++) {
		release_plain(r->pool, job_at(r, i));
		free(job_at(r, i)->body);
	}
	for (unsigned i = 0; i < r->n_bodies; i++)
		free(r->bodies[i]);
	free(r->bodies);
	evx_lookback_free(r->lookback);
	evx_wipe(r->jobs, sizeof(r->jobs));
	evx_hmac_key_wipe(&r->range_key);
	(void)pthread_cond_destroy(&r->hashed_one);
	(void)pthread_cond_destroy(&r->space);
	(void)pthread_cond_destroy(&r->work);
	(void)pthread_cond_destroy(&r->done);
	(void)pthread_mutex_destroy(&r->lock);
}

static void wake_all(struct evx_ring *r)
{
	(void)pthread_cond_broadcast(&r->space);
	(void)pthread_cond_broadcast(&r->work);
	(void)pthread_cond_broadcast(&r->done);
	(void)pthread_cond_broadcast(&r->hashed_one);
}

void evx_ring_cancel(struct evx_ring *r)
{
	(void)pthread_mutex_lock(&r->lock);
	r->cancelled = true;
	wake_all(r);
	(void)pthread_mutex_unlock(&r->lock);
}

void evx_ring_close(struct evx_ring *r)
{
	(void)pthread_mutex_lock(&r->lock);
	r->closed = true;
	wake_all(r);
	(void)pthread_mutex_unlock(&r->lock);
}

/* A buffer for a sealed body, one that is free or a new one; NULL when out of memory. */
static uint8_t *take_body(struct evx_ring *r)
{
	if (r->n_bodies > 0)
		return r->bodies[--r->n_bodies];
	r->made_bodies++;
	return malloc(BODY_CAP);
}

/* True when j is a duplicate of a chunk that the look-back knows. */
static bool find_duplicate(struct evx_ring *r, struct evx_job *j)
{
	j->slot = evx_lookback_find(r->lookback, j->id);
	if (j->slot == EVX_LOOKBACK_NONE) {
		j->slot = evx_lookback_add(r->lookback, j->id);
		return false;
	}
	/* An earlier chunk that is not placed yet is still in the ring, so its slot is safe until
	 * this job's turn; a placed one's may be taken over before. */
	j->ref_known = evx_lookback_get(r->lookback, j->slot, &j->ref);
	return true;
}

/* Takes the leaves of the jobs whose turn it is into the range root. Locked. */
static void gather(struct evx_ring *r)
{
	for (; r->ranged < r->tail; r->ranged++) {
		const struct evx_job *j = job_at(r, r->ranged);

		if (!j->ranged)
			continue;
		if (j->state < EVX_JOB_HASHED)
			break;
		for (unsigned i = 0; i < j->leaves; i++)
			evx_merkle_add(&r->range, r->leaves[r->ranged % EVX_RING][i]);
	}
	(void)pthread_cond_signal(&r->hashed_one);
}

/* Decides on the jobs whose turn it is, strictly in order, so that the first of equal chunks is the
 * one stored however the workers run; and since buffers are given out here, a later job never holds
 * the one that an earlier one waits for. Locked. */
static enum evx_err decide(struct evx_ring *r)
{
	gather(r);
	for (; r->decided < r->tail; r->decided++) {
		struct evx_job *j = job_at(r, r->decided);

		if (j->kind == EVX_JOB_NODE || j->kind == EVX_JOB_PADDING) {
			j->state = EVX_JOB_READY;
			(void)pthread_cond_signal(&r->done);
			continue;
		}
		if (j->state != EVX_JOB_HASHED)
			return EVX_OK;
		if (r->n_bodies == 0 && r->made_bodies == r->max_bodies)
			return EVX_OK;
		if (j->kind == EVX_JOB_DATA && find_duplicate(r, j)) {
			j->duplicate = true;
			release_plain(r->pool, j);
			j->state = EVX_JOB_READY;
			(void)pthread_cond_signal(&r->done);
			continue;
		}
		j->body = take_body(r);
		if (j->body == NULL)
			return EVX_E_MEMORY;
		if (j->kind == EVX_JOB_DATA && r->lender != NULL)
			evx_payload_loan_find(r->lender, j);
		j->state = EVX_JOB_DECIDED;
		r->to_seal[r->seal_tail++ % EVX_RING] = r->decided;
		(void)pthread_cond_signal(&r->work);
	}
	return EVX_OK;
}

enum evx_err evx_ring_put(struct evx_ring *r, const struct evx_job *job)
{
	enum evx_err err = EVX_E_INTERRUPTED;
	struct evx_job *j;

	(void)pthread_mutex_lock(&r->lock);
	while (!r->cancelled && r->tail - r->head == EVX_RING)
		(void)pthread_cond_wait(&r->space, &r->lock);
	if (!r->cancelled) {
		j = job_at(r, r->tail++);
		*j = *job;
		if (job->id_known)
			j->state = EVX_JOB_HASHED;
		err = decide(r);
		(void)pthread_cond_signal(&r->work);
	}
	(void)pthread_mutex_unlock(&r->lock);
	if (err == EVX_E_INTERRUPTED) {
		struct evx_job dropped = *job;

		release_plain(r->pool, &dropped);
	}
	return err;
}

struct evx_job *evx_ring_next(struct evx_ring *r)
{
	struct evx_job *j = NULL;

	(void)pthread_mutex_lock(&r->lock);
	while (!r->cancelled &&
		!(r->head < r->tail && job_at(r, r->head)->state == EVX_JOB_READY) &&
		!(r->closed && r->head == r->tail))
		(void)pthread_cond_wait(&r->done, &r->lock);
	if (!r->cancelled && r->head < r->tail)
		j = job_at(r, r->head);
	(void)pthread_mutex_unlock(&r->lock);
	return j;
}

void evx_ring_duplicate_of(struct evx_ring *r, const struct evx_job *job, struct evx_ref *ref)
{
	*ref = job->ref;
	if (job->ref_known)
		return;
	(void)pthread_mutex_lock(&r->lock);
	(void)evx_lookback_get(r->lookback, job->slot, ref);
	(void)pthread_mutex_unlock(&r->lock);
}

void evx_ring_pop(struct evx_ring *r, const struct evx_ref *placed)
{
	struct evx_job *j = job_at(r, r->head);
	enum evx_err err;

	(void)pthread_mutex_lock(&r->lock);
	if (j->body != NULL)
		r->bodies[r->n_bodies++] = j->body;
	if (placed != NULL)
		evx_lookback_place(r->lookback, j->slot, placed);
	evx_wipe(j, sizeof(*j));
	r->head++;
	err = decide(r);
	(void)pthread_cond_signal(&r->space);
	if (r->closed && r->head == r->tail)
		wake_all(r);
	(void)pthread_mutex_unlock(&r->lock);
	if (err != EVX_OK)
		(void)evx_payload_stop_fail(r->stop, err, NULL);
}

/* ---- workers ---------------------------------------------------------------------------- */

struct worker {
	struct evx_frame_codec *codec;
	struct evx_loan_room room;
};

/* The job's id; for the range root, its blocks' hashes become leaves. */
static void hash_job(
	const struct evx_ring *r, struct evx_job *j, uint8_t blocks[EVX_CHUNK_BLOCKS][32])
{
	uint8_t salt[32];

	if (j->kind == EVX_JOB_LISTING) {
		evx_sha256(j->plain, j->n, j->id);
		return;
	}
	j->leaves = evx_chunk_id_blocks(j->plain, j->n, blocks, j->id);
	for (unsigned i = 0; j->ranged && i < j->leaves; i++) {
		const uint32_t at = i * EVX_BLOCK_LEN,
			       n = j->n - at < EVX_BLOCK_LEN ? j->n - at : EVX_BLOCK_LEN;

		evx_range_salt(&r->range_key, j->block + i, salt);
		evx_range_leaf(salt, j->offset + at, n, blocks[i], blocks[i]);
	}
	evx_wipe(salt, sizeof(salt));
}

static enum evx_err seal_job(const struct evx_lender *lender, struct worker *self,
	struct evx_job *j, struct evx_diag *diag)
{
	uint8_t type = j->kind == EVX_JOB_DATA ? EVX_FRAME_DATA : EVX_FRAME_LISTING;
	enum evx_err err = j->lent ? evx_payload_loan_take(lender, &self->room, self->codec, j) :
				     EVX_OK;

	if (err != EVX_OK || j->lent || j->reused)
		return err;
	evx_frame_codec_quick(self->codec, j->quick);
	return evx_frame_codec_seal(
		self->codec, type, 0, j->key, j->plain, j->n, j->body, &j->body_len, diag);
}

/* Skips jobs that have nothing to hash. */
static bool find_unhashed(struct evx_ring *r)
{
	while (r->hashed < r->tail) {
		const struct evx_job *j = job_at(r, r->hashed);

		if ((j->kind == EVX_JOB_DATA || j->kind == EVX_JOB_LISTING) && !j->id_known)
			return true;
		r->hashed++;
	}
	return false;
}

/* Hashes the job that find_unhashed found. Locked on entry and exit. */
static enum evx_err hash_next(struct evx_ring *r)
{
	const uint64_t ordinal = r->hashed++;
	struct evx_job *j = job_at(r, ordinal);

	j->state = EVX_JOB_HASHING;
	(void)pthread_mutex_unlock(&r->lock);
	hash_job(r, j, r->leaves[ordinal % EVX_RING]);
	(void)pthread_mutex_lock(&r->lock);
	j->state = EVX_JOB_HASHED;
	return decide(r);
}

/* One step of a worker, locked on entry and exit. False when there is nothing to do now. */
static bool step(struct evx_ring *r, struct worker *self)
{
	struct evx_diag diag = { 0 };
	enum evx_err err = EVX_OK;
	struct evx_job *j;

	if (r->seal_head < r->seal_tail) {
		j = job_at(r, r->to_seal[r->seal_head++ % EVX_RING]);
		(void)pthread_mutex_unlock(&r->lock);
		err = seal_job(r->lender, self, j, &diag);
		release_plain(r->pool, j);
		(void)pthread_mutex_lock(&r->lock);
		j->state = EVX_JOB_READY;
		(void)pthread_cond_signal(&r->done);
	} else if (find_unhashed(r)) {
		err = hash_next(r);
	} else {
		return false;
	}
	if (err != EVX_OK) {
		(void)pthread_mutex_unlock(&r->lock);
		(void)evx_payload_stop_fail(r->stop, err, &diag);
		(void)pthread_mutex_lock(&r->lock);
	}
	return true;
}

void evx_ring_range_begin(struct evx_ring *r, const struct evx_hmac_key *key)
{
	(void)pthread_mutex_lock(&r->lock);
	r->range_key = *key;
	evx_merkle_init(&r->range);
	(void)pthread_mutex_unlock(&r->lock);
}

enum evx_err evx_ring_range_end(struct evx_ring *r, uint64_t stored, uint8_t root[32])
{
	uint8_t merkle_root[32];
	enum evx_err err = EVX_OK;

	(void)pthread_mutex_lock(&r->lock);
	while (err == EVX_OK && !r->cancelled && r->ranged < r->tail) {
		if (find_unhashed(r))
			err = hash_next(r);
		else if (r->ranged < r->tail)
			(void)pthread_cond_wait(&r->hashed_one, &r->lock);
	}
	if (err == EVX_OK && r->cancelled)
		err = EVX_E_INTERRUPTED;
	evx_merkle_root(&r->range, merkle_root);
	evx_range_root(stored, r->range.count, merkle_root, root);
	(void)pthread_mutex_unlock(&r->lock);
	return err;
}

void *evx_ring_work(void *ring)
{
	struct evx_ring *r = ring;
	struct worker self = { 0 };
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_frame_codec_new(r->level, &self.codec, &diag);

	if (err != EVX_OK) {
		(void)evx_payload_stop_fail(r->stop, err, &diag);
		return NULL;
	}
	(void)pthread_mutex_lock(&r->lock);
	while (!r->cancelled && !(r->closed && r->head == r->tail)) {
		if (evx_cancelled(r->stop->cancel)) {
			(void)pthread_mutex_unlock(&r->lock);
			(void)evx_payload_stop_fail(r->stop, EVX_E_INTERRUPTED, NULL);
			(void)pthread_mutex_lock(&r->lock);
		} else if (!step(r, &self)) {
			(void)pthread_cond_wait(&r->work, &r->lock);
		}
	}
	(void)pthread_mutex_unlock(&r->lock);
	evx_loan_room_free(&self.room);
	evx_frame_codec_free(self.codec);
	return NULL;
}
