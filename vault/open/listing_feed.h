/* A listing read and decoded on a thread of its own, ahead of whoever works on the files. */
#ifndef EVX_OPEN_LISTING_FEED_H
#define EVX_OPEN_LISTING_FEED_H

#include "content/listing_read.h"

struct evx_listing_feed;

/* Starts reading; opts and what it points to stay the caller's until evx_listing_feed_end. Memory:
 * that of evx_listing_read, and about 2 MiB of lines ahead, or four lines where they are longer
 * than that. EVX_E_MEMORY, EVX_E_IO. */
enum evx_err evx_listing_feed_start(const struct evx_listing_read_opts *opts, bool lines,
	struct evx_listing_feed **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The next line, valid until the next call; its text is kept with `lines` only (else line is NULL).
 * NULL at the end, and after a failure. */
const struct evx_listing_item *evx_listing_feed_next(struct evx_listing_feed *f);
/* Stops reading, releases everything, and says how the reading went: EVX_OK only when every line
 * was handed out and all checks of evx_listing_read passed, or when it was stopped early without a
 * failure. NULL is EVX_OK. */
enum evx_err evx_listing_feed_end(struct evx_listing_feed *f, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
