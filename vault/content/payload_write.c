/* Sealing pipeline: its threads from start to finish. */
#include "content/payload_write.h"

#include <stdlib.h>
#include <string.h>

#include "content/listing_leaf.h"
#include "content/payload_writer.h"
#include "crypto/secret.h"

#define JOBS_MAX 256u
#define QUEUE 4u

void evx_payload_result_wipe(struct evx_payload_result *r)
{
	evx_wipe(r, sizeof(*r));
}

/* Of struct evx_payload_stop: nobody of the pipeline waits any longer. */
static void halt(void *writer)
{
	struct evx_payload_writer *w = writer;

	evx_ring_cancel(&w->ring);
	evx_slab_pool_cancel(w->pool);
	evx_queue_cancel(w->batches);
	evx_queue_cancel(w->digested);
}

/* ---- threads ---------------------------------------------------------------------------- */

static void *digest_work(void *writer)
{
	struct evx_payload_writer *w = writer;
	void *item;

	while (evx_queue_get(w->batches, &item)) {
		enum evx_err err = evx_digester_batch(&w->digester, item);

		if (err != EVX_OK)
			(void)evx_payload_stop_fail(&w->stop, err, NULL);
		if (err != EVX_OK || !evx_queue_put(w->digested, item)) {
			evx_batch_free(w->pool, item);
			return NULL;
		}
	}
	evx_queue_close(w->digested);
	return NULL;
}

static void *cut_work(void *writer)
{
	struct evx_payload_writer *w = writer;
	bool alone = w->opts.jobs <= 2;
	enum evx_err err = EVX_OK;
	void *item;

	while (err == EVX_OK && evx_queue_get(alone ? w->batches : w->digested, &item)) {
		if (alone)
			err = evx_digester_batch(&w->digester, item);
		if (err == EVX_OK)
			err = evx_cutter_batch(&w->cutter, item);
		evx_batch_free(w->pool, item);
	}
	if (err == EVX_OK && !atomic_load(&w->stop.failed))
		err = evx_cutter_finish(&w->cutter);
	if (err != EVX_OK)
		(void)evx_payload_stop_fail(&w->stop, err, NULL);
	return NULL;
}

static enum evx_err start(
	struct evx_payload_writer *w, void *(*work)(void *), void *stage, struct evx_diag *diag)
{
	int rc = pthread_create(&w->threads[w->n_threads], NULL, work, stage);

	if (rc != 0)
		return evx_fail(diag, EVX_E_IO,
			"evx cannot start a thread (%s). Nothing was sealed. Use fewer threads "
			"with --jobs.",
			strerrorname_np(rc));
	w->n_threads++;
	return EVX_OK;
}

static enum evx_err start_all(struct evx_payload_writer *w, struct evx_diag *diag)
{
	enum evx_err err = start(w, cut_work, w, diag);

	if (err == EVX_OK && w->opts.jobs > 2)
		err = start(w, digest_work, w, diag);
	if (err == EVX_OK)
		err = start(w, evx_packer_work, &w->packer, diag);
	for (unsigned i = 0; i < w->opts.jobs && err == EVX_OK; i++)
		err = start(w, evx_ring_work, &w->ring, diag);
	return err;
}

static void join_all(struct evx_payload_writer *w)
{
	while (w->n_threads > 0)
		(void)pthread_join(w->threads[--w->n_threads], NULL);
}

static void drain(struct evx_payload_writer *w, struct evx_queue *q)
{
	void *item;

	while (q != NULL && evx_queue_try_get(q, &item))
		evx_batch_free(w->pool, item);
	evx_queue_free(q);
}

enum evx_err evx_payload_write_new(const struct evx_payload_write_opts *opts,
	struct evx_payload_writer **out, struct evx_diag *diag)
{
	struct evx_payload_writer *w = NULL;
	enum evx_err err = EVX_E_MEMORY;

	*out = NULL;
	if (opts->jobs == 0 || opts->jobs > JOBS_MAX || opts->level < 0 || opts->level > 19)
		return evx_fail(diag, EVX_E_USAGE,
			"sealing: %u jobs (limit %u), level %d (limit 19)", opts->jobs, JOBS_MAX,
			opts->level);
	if (opts->lender != NULL && !opts->lender->anew && opts->borrowed.pack == NULL)
		return evx_fail(diag, EVX_E_USAGE,
			"sealing: a lender, but nothing that takes what is borrowed");
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return evx_fail_memory(diag);
	w->opts = *opts;
	if (opts->lender != NULL) {
		w->lender = *opts->lender;
		w->opts.lender = &w->lender;
	}
	w->pool = evx_slab_pool_new(opts->jobs + (opts->jobs > 2 ? 3 : 2));
	w->batches = evx_queue_new(QUEUE);
	w->digested = evx_queue_new(QUEUE);
	w->threads = calloc(opts->jobs + 3, sizeof(*w->threads));
	if (w->pool == NULL || w->batches == NULL || w->digested == NULL || w->threads == NULL)
		goto out;
	evx_lines_init(&w->lines, &w->opts,
		&(struct evx_lines_sink){ evx_cutter_listing, &w->cutter }, &w->stop);
	if ((err = evx_cutter_init(&w->cutter, &w->opts, &w->lines, &w->ring, w->pool)) != EVX_OK ||
		(err = evx_payload_stop_init(&w->stop, opts->cancel, halt, w)) != EVX_OK ||
		(err = evx_ring_init(&w->ring, &w->opts, w->pool, &w->stop)) != EVX_OK ||
		(err = evx_digester_init(&w->digester, &w->opts, &w->stop)) != EVX_OK ||
		(err = evx_packer_init(&w->packer, &w->opts, &w->ring, &w->stop)) != EVX_OK)
		goto out;
	w->opts.secret = NULL; /* the caller's */
	err = start_all(w, diag);
out:
	if (err != EVX_OK) {
		evx_payload_write_free(w);
		return evx_fail(diag, err, "sealing: the pipeline did not start");
	}
	*out = w;
	return EVX_OK;
}

void evx_payload_write_free(struct evx_payload_writer *w)
{
	if (w == NULL)
		return;
	if (w->n_threads > 0)
		(void)evx_payload_stop_fail(&w->stop, EVX_E_INTERRUPTED, NULL);
	join_all(w);
	drain(w, w->batches);
	drain(w, w->digested);
	evx_batch_free(w->pool, w->feed.batch);
	if (w->pool != NULL) {
		evx_cutter_free(&w->cutter);
		evx_ring_free(&w->ring);
	}
	evx_lines_free(&w->lines);
	evx_digester_free(&w->digester);
	evx_packer_free(&w->packer);
	evx_slab_pool_free(w->pool);
	free(w->threads);
	evx_payload_stop_free(&w->stop);
	free(w);
}

enum evx_err evx_payload_write_finish(
	struct evx_payload_writer *w, struct evx_payload_result *result, struct evx_diag *diag)
{
	const struct evx_payload_result *packed = &w->packer.result;
	uint8_t merkle_root[32];
	enum evx_err err = evx_payload_stop_check(&w->stop, diag);

	memset(result, 0, sizeof(*result));
	if (err == EVX_OK && w->feed.in_file)
		err = evx_fail(diag, EVX_E_USAGE, "sealing: ends inside a file");
	if (err == EVX_OK)
		err = evx_payload_feed_push(w, diag);
	if (err != EVX_OK)
		return err;
	evx_slab_drop(w->pool, w->feed.slab);
	w->feed.slab = NULL;
	evx_queue_close(w->batches);
	join_all(w);
	if ((err = evx_payload_stop_check(&w->stop, diag)) != EVX_OK)
		return err;
	if (w->lines.counts.lines == 0)
		return evx_fail(diag, EVX_E_USAGE, "sealing: nothing to seal");
	*result = w->lines.counts;
	result->content = packed->content;
	result->listing = packed->listing;
	memcpy(result->sequence_len, packed->sequence_len, sizeof(result->sequence_len));
	memcpy(result->has_padding, packed->has_padding, sizeof(result->has_padding));
	memcpy(result->padding, packed->padding, sizeof(result->padding));
	result->chunks = packed->chunks;
	result->duplicate_chunks = packed->duplicate_chunks;
	result->borrowed_chunks = packed->borrowed_chunks;
	result->borrowed_bytes = packed->borrowed_bytes;
	result->reused_chunks = packed->reused_chunks;
	result->reused_bytes = packed->reused_bytes;
	result->bad_loans = packed->bad_loans;
	result->content_bytes = w->feed.committed;
	result->hashes_left_out = w->digester.hashes_left_out;
	evx_merkle_root(&w->lines.merkle, merkle_root);
	evx_listing_leaf_root(w->lines.counts.lines, merkle_root, result->listing_root);
	return EVX_OK;
}
