/* The caller's side of the sealing pipeline: bytes into slabs, events into batches. */
#include <stdlib.h>
#include <string.h>

#include "content/payload_writer.h"
#include "format/listing.h"

/* Less room than this at the end of a slab is not worth a read. */
#define SCRAP 16384u

enum evx_err evx_payload_feed_push(struct evx_payload_writer *w, struct evx_diag *diag)
{
	struct evx_batch *b = w->feed.batch;

	w->feed.batch = NULL;
	if (b == NULL)
		return EVX_OK;
	if (evx_queue_put(w->batches, b))
		return EVX_OK;
	evx_batch_free(w->pool, b);
	return evx_payload_stop_check(&w->stop, diag);
}

/* Appends an event to the batch, beginning one where there is none. */
static enum evx_err add_event(struct evx_payload_writer *w, const struct evx_payload_event *ev,
	size_t weight, struct evx_diag *diag)
{
	if (w->feed.batch == NULL)
		w->feed.batch = calloc(1, sizeof(*w->feed.batch));
	if (w->feed.batch == NULL)
		return evx_fail_memory(diag);
	w->feed.batch->events[w->feed.batch->count++] = *ev;
	w->feed.batch->weight += weight;
	if (w->feed.batch->count == EVX_BATCH_EVENTS || w->feed.batch->weight >= EVX_BATCH_WEIGHT)
		return evx_payload_feed_push(w, diag);
	return EVX_OK;
}

enum evx_err evx_payload_write_begin(
	struct evx_payload_writer *w, uint64_t size, struct evx_diag *diag)
{
	struct evx_payload_event ev = { .kind = EVX_PAYLOAD_BEGIN, .n = size };
	enum evx_err err = evx_payload_stop_check(&w->stop, diag);

	if (err != EVX_OK)
		return err;
	if (w->feed.in_file)
		return evx_fail(diag, EVX_E_USAGE, "sealing: a file begins inside another one");
	w->feed.in_file = true;
	w->feed.file_committed = 0;
	return add_event(w, &ev, 0, diag);
}

enum evx_err evx_payload_write_buffer(
	struct evx_payload_writer *w, uint8_t **p, size_t *cap, struct evx_diag *diag)
{
	enum evx_err err = evx_payload_stop_check(&w->stop, diag);

	*p = NULL;
	*cap = 0;
	if (err != EVX_OK)
		return err;
	if (!w->feed.in_file)
		return evx_fail(diag, EVX_E_USAGE, "sealing: bytes outside a file");
	if (w->feed.slab != NULL && EVX_SLAB_DATA - w->feed.filled < SCRAP) {
		if ((err = evx_payload_feed_push(w, diag)) != EVX_OK)
			return err;
		evx_slab_drop(w->pool, w->feed.slab);
		w->feed.slab = NULL;
	}
	if (w->feed.slab == NULL) {
		w->feed.slab = evx_slab_get(w->pool);
		w->feed.filled = 0;
		if (w->feed.slab == NULL) {
			err = evx_payload_stop_check(&w->stop, diag);
			return err != EVX_OK ? err : evx_fail_memory(diag);
		}
	}
	*p = w->feed.slab->data + w->feed.filled;
	*cap = EVX_SLAB_DATA - w->feed.filled;
	return EVX_OK;
}

enum evx_err evx_payload_write_commit(struct evx_payload_writer *w, size_t n, struct evx_diag *diag)
{
	struct evx_payload_event ev = { .kind = EVX_PAYLOAD_DATA, .n = n };
	struct evx_batch *b = w->feed.batch;
	enum evx_err err;

	if (!w->feed.in_file || w->feed.slab == NULL || n > EVX_SLAB_DATA - w->feed.filled)
		return evx_fail(
			diag, EVX_E_USAGE, "sealing: %zu bytes committed without room for them", n);
	if (n == 0)
		return EVX_OK;
	w->feed.file_committed += n;
	w->feed.committed += n;
	if (b != NULL && b->slab != NULL && b->events[b->count - 1].kind == EVX_PAYLOAD_DATA) {
		b->events[b->count - 1].n += n;
		w->feed.filled += n;
		return EVX_OK;
	}
	if (b == NULL && (b = w->feed.batch = calloc(1, sizeof(*b))) == NULL)
		return evx_fail_memory(diag);
	if (b->slab == NULL) {
		evx_slab_hold(w->pool, w->feed.slab);
		b->slab = w->feed.slab;
		b->data = w->feed.slab->data + w->feed.filled;
	}
	w->feed.filled += n;
	err = add_event(w, &ev, 0, diag);
	return err;
}

enum evx_err evx_payload_write_hole(struct evx_payload_writer *w, uint64_t n, struct evx_diag *diag)
{
	struct evx_payload_event ev = { .kind = EVX_PAYLOAD_HOLE, .n = n };
	enum evx_err err = evx_payload_stop_check(&w->stop, diag);

	if (err != EVX_OK || n == 0)
		return err;
	if (!w->feed.in_file)
		return evx_fail(diag, EVX_E_USAGE, "sealing: a hole outside a file");
	return add_event(w, &ev, 0, diag);
}

static size_t weight_of(const struct evx_entry *e)
{
	size_t n = sizeof(*e) + e->path_len + e->link_target_len +
		(e->n_extents + e->n_bad) * sizeof(*e->extents);

	for (size_t i = 0; i < e->n_xattrs; i++)
		n += e->xattrs[i].len + sizeof(e->xattrs[i]);
	return n;
}

/* Moves *e into the event, which becomes the batch's. */
static enum evx_err add_entry(struct evx_payload_writer *w, enum evx_payload_event_kind kind,
	struct evx_entry *e, struct evx_diag *diag)
{
	struct evx_payload_event ev = { .kind = kind, .entry = evx_entry_new() };
	enum evx_err err;

	if (ev.entry == NULL) {
		evx_entry_free(e);
		return evx_fail_memory(diag);
	}
	*ev.entry = *e;
	evx_entry_init(e);
	err = add_event(w, &ev, weight_of(ev.entry), diag);
	return err;
}

enum evx_err evx_payload_write_end(
	struct evx_payload_writer *w, struct evx_entry *e, struct evx_diag *diag)
{
	enum evx_err err = evx_payload_stop_check(&w->stop, diag);

	if (err == EVX_OK &&
		(!w->feed.in_file || e->type != EVX_FILE || e->path == NULL || e->has_hardlink ||
			e->read_error != NULL || e->skipped || w->opts.disclosure))
		err = evx_fail(diag, EVX_E_USAGE, "sealing: no file that was read ends here");
	if (err == EVX_OK && evx_listing_stored_length(e) != w->feed.file_committed)
		err = evx_fail(diag, EVX_E_USAGE,
			"sealing: the entry says %llu bytes, %llu were committed",
			(unsigned long long)evx_listing_stored_length(e),
			(unsigned long long)w->feed.file_committed);
	w->feed.in_file = false;
	if (err == EVX_OK)
		return add_entry(w, EVX_PAYLOAD_END, e, diag);
	evx_entry_free(e);
	return err;
}

enum evx_err evx_payload_write_entry(
	struct evx_payload_writer *w, struct evx_entry *e, struct evx_diag *diag)
{
	enum evx_err err = evx_payload_stop_check(&w->stop, diag);
	bool bytes = e->type == EVX_FILE && !e->has_hardlink && e->read_error == NULL &&
		!e->skipped;

	if (err == EVX_OK && (w->feed.in_file || bytes || e->path == NULL || w->opts.disclosure))
		err = evx_fail(diag, EVX_E_USAGE,
			"sealing: this entry has bytes, or stands inside a file");
	if (err == EVX_OK)
		return add_entry(w, EVX_PAYLOAD_ENTRY, e, diag);
	evx_entry_free(e);
	return err;
}

enum evx_err evx_payload_write_shown(struct evx_payload_writer *w, const uint8_t *text, size_t n,
	uint64_t position, struct evx_diag *diag)
{
	struct evx_payload_event ev = { .kind = EVX_PAYLOAD_SHOWN, .n = position, .text_len = n };
	enum evx_err err = evx_payload_stop_check(&w->stop, diag);

	if (err != EVX_OK)
		return err;
	if (!w->opts.disclosure || n == 0 || n > EVX_FRAME_PLAIN_MAX / 2 + EVX_LISTING_LINE_MAX / 2)
		return evx_fail(diag, EVX_E_USAGE, "sealing: no record of a disclosure");
	ev.text = malloc(n);
	if (ev.text == NULL)
		return evx_fail_memory(diag);
	memcpy(ev.text, text, n);
	w->feed.in_file = false;
	return add_event(w, &ev, n, diag);
}
