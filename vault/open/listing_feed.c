/* The listing read and decoded on a thread of its own. */
#include "open/listing_feed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/queue.h"

#define BATCH_LINES 128u
#define BATCH_BYTES 524288u /* of lines, after which a batch is handed over */
#define BATCHES 3u

struct batch {
	size_t n, bytes;
	struct evx_listing_item items[BATCH_LINES];
	struct evx_entry entries[BATCH_LINES];
	struct evx_buf lines; /* those of the items, one behind the other, where they are wanted */
};

struct evx_listing_feed {
	struct evx_listing_read_opts opts;
	bool lines;
	struct evx_queue *queue;
	pthread_t thread;
	struct batch *filling; /* the reader's */
	struct batch *taking;  /* the consumer's */
	size_t at;
	enum evx_err err; /* how the reading ended; read after joining */
	struct evx_diag diag;
};

static void free_batch(struct batch *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n; i++)
		evx_entry_free(&b->entries[i]);
	evx_buf_free(&b->lines);
	free(b);
}

static enum evx_err hand_over(struct evx_listing_feed *f)
{
	struct batch *b = f->filling;

	f->filling = NULL;
	/* The lines stay where they are from now on. */
	for (size_t i = 0, at = 0; b != NULL && f->lines && i < b->n; i++) {
		b->items[i].line = b->lines.data + at;
		at += b->items[i].line_len;
	}
	if (b == NULL || evx_queue_put(f->queue, b))
		return EVX_OK;
	free_batch(b);
	return EVX_E_INTERRUPTED; /* the consumer has had enough */
}

static enum evx_err each(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct evx_listing_feed *f = ctx;
	struct batch *b = f->filling;

	if (b == NULL) {
		b = f->filling = malloc(sizeof(*b));
		if (b == NULL)
			return evx_fail_memory(diag);
		b->n = b->bytes = 0;
		b->lines = (struct evx_buf)EVX_BUF_INIT;
	}
	if (f->lines && evx_buf_add(&b->lines, item->line, item->line_len) != EVX_OK)
		return evx_fail_memory(diag);
	/* The entry moves: the reader makes a new one for each line. */
	b->entries[b->n] = *item->entry;
	evx_entry_init(item->entry);
	b->items[b->n] = *item;
	b->items[b->n].entry = &b->entries[b->n];
	b->items[b->n].line = NULL;
	if (!f->lines)
		b->items[b->n].line_len = 0;
	b->bytes += item->line_len;
	b->n++;
	return b->n == BATCH_LINES || b->bytes >= BATCH_BYTES ? hand_over(f) : EVX_OK;
}

static void *work(void *feed)
{
	struct evx_listing_feed *f = feed;

	f->err = evx_listing_read(&f->opts, each, f, &f->diag);
	if (f->err == EVX_OK)
		f->err = hand_over(f);
	free_batch(f->filling);
	f->filling = NULL;
	evx_queue_close(f->queue);
	return NULL;
}

enum evx_err evx_listing_feed_start(const struct evx_listing_read_opts *opts, bool lines,
	struct evx_listing_feed **out, struct evx_diag *diag)
{
	struct evx_listing_feed *f = calloc(1, sizeof(*f));

	*out = NULL;
	if (f == NULL)
		return evx_fail_memory(diag);
	f->opts = *opts;
	f->lines = lines;
	f->queue = evx_queue_new(BATCHES);
	if (f->queue == NULL) {
		free(f);
		return evx_fail_memory(diag);
	}
	if (pthread_create(&f->thread, NULL, work, f) != 0) {
		evx_queue_free(f->queue);
		free(f);
		return evx_fail(diag, EVX_E_IO,
			"The system has no room for another thread. Close other programs and try "
			"again.");
	}
	*out = f;
	return EVX_OK;
}

const struct evx_listing_item *evx_listing_feed_next(struct evx_listing_feed *f)
{
	void *next;

	if (f->taking != NULL && f->at == f->taking->n) {
		free_batch(f->taking);
		f->taking = NULL;
	}
	if (f->taking == NULL) {
		if (!evx_queue_get(f->queue, &next))
			return NULL;
		f->taking = next;
		f->at = 0;
	}
	return &f->taking->items[f->at++];
}

enum evx_err evx_listing_feed_end(struct evx_listing_feed *f, struct evx_diag *diag)
{
	enum evx_err err;
	void *left;

	if (f == NULL)
		return EVX_OK;
	evx_queue_cancel(f->queue);
	(void)pthread_join(f->thread, NULL);
	while (evx_queue_try_get(f->queue, &left))
		free_batch(left);
	free_batch(f->taking);
	err = f->err;
	if (err == EVX_E_INTERRUPTED && !evx_cancelled(f->opts.cancel))
		err = EVX_OK;
	if (err != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = f->diag;
	evx_queue_free(f->queue);
	free(f);
	return err;
}
