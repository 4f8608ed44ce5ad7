/* Short files given to a crew, and ended in the order of their lines. */
#include "open/short_files.h"

#include <stdlib.h>
#include <string.h>

#include "format/limits.h"
#include "open/file_crew.h"

#define LINES_MIN 2u   /* a thread is not worth starting for one */
#define HANDED_MAX 32u /* lines of a batch, where each may be an open file, */
#define HANDING_MAX 8u /* by so many threads */

struct evx_short_files {
	const struct evx_contents_opts *opts;
	const struct evx_contents_visitor *v;
	struct evx_file_crew *crew;
	size_t most; /* lines of a batch */
	bool failed; /* a visitor's call did; the first failure was told */
};

bool evx_short_files_wanted(
	const struct evx_contents_opts *opts, const struct evx_contents_visitor *v)
{
	if (opts->jobs < 2 || opts->part->lines < LINES_MIN || v->lines)
		return false;
	return v->hand != NULL ||
		(v->begin == NULL && v->data == NULL && v->wants == NULL && v->end != NULL);
}

enum evx_err evx_short_files_new(const struct evx_contents_opts *opts,
	const struct evx_contents_visitor *v, struct evx_short_files **out, struct evx_diag *diag)
{
	const unsigned most = v->hand != NULL ? HANDING_MAX : EVX_STREAM_HELD_MAX - 1;
	struct evx_short_files *f = calloc(1, sizeof(*f));
	enum evx_err err;

	*out = NULL;
	if (f == NULL)
		return evx_fail_memory(diag);
	f->opts = opts;
	f->v = v;
	f->most = v->hand != NULL ? HANDED_MAX : EVX_FILE_BATCH;
	err = evx_file_crew_new(opts->jobs < most ? opts->jobs : most, v->work, &f->crew, diag);
	if (err == EVX_OK)
		*out = f;
	else
		free(f);
	return err;
}

/* ---- lines that come back ---------------------------------------------------------------- */

static enum evx_err end_line(
	struct evx_short_files *f, const struct evx_batch_line *l, struct evx_diag *diag)
{
	const struct evx_contents_visitor *v = f->v;
	struct evx_progress *progress = f->opts->progress;
	struct evx_diag why = { 0 };
	const enum evx_err bad = evx_contents_differs(l->differs, &why);

	if (l->has_bytes && progress != NULL)
		atomic_fetch_add(&progress->files_done, 1);
	if (l->p != NULL && progress != NULL)
		atomic_fetch_add(&progress->bytes_done, l->item.stored);
	return l->handed != NULL ? v->back(v->ctx, &l->item, l->handed, bad, &why, diag) :
				   v->end(v->ctx, &l->item, bad, &why, diag);
}

/* Ends the lines of the batch that was given first. What was handed over always comes back. */
static enum evx_err take_back(
	struct evx_short_files *f, struct evx_stream *stream, struct evx_diag *diag)
{
	struct evx_file_batch *b = evx_file_crew_take(f->crew);
	struct evx_diag later = { 0 };
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < b->n; i++) {
		const struct evx_batch_line *l = &b->lines[i];

		if (!f->failed)
			err = end_line(f, l, diag);
		else if (l->handed != NULL)
			(void)end_line(f, l, &later);
		f->failed |= err != EVX_OK;
	}
	evx_stream_let_go(stream, b->frame);
	evx_file_crew_return(f->crew, b);
	return err;
}

enum evx_err evx_short_files_settle(
	struct evx_short_files *f, struct evx_stream *stream, struct evx_diag *diag)
{
	struct evx_file_batch *b = evx_file_crew_batch(f->crew);
	enum evx_err err = EVX_OK, one;

	if (b != NULL && b->n > 0)
		evx_file_crew_give(f->crew);
	while (evx_file_crew_away(f->crew) > 0) {
		one = take_back(f, stream, diag);
		err = err == EVX_OK ? one : err;
	}
	return err;
}

void evx_short_files_free(struct evx_short_files *f, struct evx_stream *stream)
{
	enum evx_err told;

	if (f == NULL)
		return;
	f->failed = true;
	told = evx_short_files_settle(f, stream, NULL); /* what comes back now fails for nobody */
	(void)told;
	evx_file_crew_free(f->crew);
	free(f);
}

/* ---- lines that go there ----------------------------------------------------------------- */

enum evx_err evx_short_files_next(struct evx_short_files *f, struct evx_stream *stream,
	const struct evx_listing_item *item, bool *taken, struct evx_diag *diag)
{
	const struct evx_entry *e = item->entry;
	const bool contents = e->type == EVX_FILE && !item->withheld && !item->repeats;
	const bool handed = f->v->hand != NULL;

	*taken = contents ?
		!e->has_map && item->stored <= EVX_CHUNK_MAX && !(handed && e->has_hardlink) :
		!handed && e->part == NULL;
	/* What is no file, and no other name of a file before it, can begin and end beside others.
	 */
	return *taken || (handed && e->type != EVX_FILE && !e->has_hardlink) ?
		EVX_OK :
		evx_short_files_settle(f, stream, diag);
}

/* A batch with room for a line. */
static enum evx_err room(struct evx_short_files *f, struct evx_stream *stream,
	struct evx_file_batch **out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	*out = evx_file_crew_batch(f->crew);
	if (*out == NULL) {
		err = take_back(f, stream, diag);
		*out = evx_file_crew_batch(f->crew);
	}
	return err;
}

/* Where the line goes: into the batch at hand, unless its bytes are in another frame than those of
 * the lines in there. */
static enum evx_err place(struct evx_short_files *f, struct evx_stream *stream, bool has_bytes,
	struct evx_file_batch **out, struct evx_diag *diag)
{
	struct evx_stream_frame *frame = has_bytes ? evx_stream_hold(stream) : NULL;
	enum evx_err err = room(f, stream, out, diag);

	if (err == EVX_OK && frame != NULL && (*out)->frame != NULL && (*out)->frame != frame) {
		evx_file_crew_give(f->crew);
		err = room(f, stream, out, diag);
	}
	if (err == EVX_OK && (*out)->frame == NULL)
		(*out)->frame = frame;
	else
		evx_stream_let_go(stream, frame);
	return err;
}

enum evx_err evx_short_files_add(struct evx_short_files *f, struct evx_stream *stream,
	const struct evx_listing_item *item, const uint8_t *p, struct evx_diag *diag)
{
	struct evx_file_batch *b;
	struct evx_batch_line *l;
	enum evx_err err = place(f, stream, p != NULL, &b, diag);
	void *handed = NULL;

	if (err != EVX_OK)
		return err;
	if (f->v->hand != NULL && (handed = f->v->hand(f->v->ctx)) == NULL)
		return evx_fail_memory(diag);
	l = evx_file_batch_add(b, item);
	l->has_bytes = l->entry.type == EVX_FILE && !item->withheld && !item->repeats;
	l->p = p;
	l->handed = handed;
	b->bytes += p != NULL ? item->stored : 0;
	if (b->n == f->most || b->bytes >= EVX_FILE_BATCH_LEN)
		evx_file_crew_give(f->crew);
	return EVX_OK;
}
