/* The short files of an exhibit: several are compared, and where the visitor wants that are dealt
 * with, at a time while the visit goes on. They come to their end in the order of their lines. */
#ifndef EVX_OPEN_SHORT_FILES_H
#define EVX_OPEN_SHORT_FILES_H

#include "content/stream.h"
#include "open/contents.h"

struct evx_short_files;

/* Whether a visit can have any: the visitor has hand, or an end only, and there is more than one
 * thread and more than one line. */
bool evx_short_files_wanted(
	const struct evx_contents_opts *opts, const struct evx_contents_visitor *v);
/* Both are borrowed. EVX_E_MEMORY, EVX_E_IO. */
enum evx_err evx_short_files_new(const struct evx_contents_opts *opts,
	const struct evx_contents_visitor *v, struct evx_short_files **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Before the stream ends. The visitor's end is not called any more, its back is. NULL does nothing.
 */
void evx_short_files_free(struct evx_short_files *f, struct evx_stream *stream);

/* The line comes. *taken: it is one for evx_short_files_add, a file that was not cut, without a
 * map, or with an end only no file. Else all lines before it came to their end, unless it has no
 * contents and does not depend on them. */
enum evx_err evx_short_files_next(struct evx_short_files *f, struct evx_stream *stream,
	const struct evx_listing_item *item, bool *taken, struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes the line over and leaves an initialised entry, unless it fails; p is what evx_stream_next
 * of stream gave last, all stored bytes of the file, or NULL when there are none to compare. Lines
 * before it may come to their end: fails as the visitor's end does. */
enum evx_err evx_short_files_add(struct evx_short_files *f, struct evx_stream *stream,
	const struct evx_listing_item *item, const uint8_t *p,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Brings all lines so far to their end; fails as the visitor's end does. Must come before the
 * stream is freed, and before a line that was not added is ended. */
enum evx_err evx_short_files_settle(
	struct evx_short_files *f, struct evx_stream *stream, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
