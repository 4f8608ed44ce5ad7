/* seal --reread: what was sealed is noted in a spool file without a name; afterwards the sources
 * are walked and read again and compared. */
#ifndef EVX_SEAL_REREAD_H
#define EVX_SEAL_REREAD_H

#include "base/cancel.h"
#include "content/walk.h"
#include "format/details.h"

struct evx_reread;

/* Makes the spool beside output (in the temporary directory for a stream). */
enum evx_err evx_reread_new(
	const char *output, struct evx_reread **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_reread_free(struct evx_reread *r);
/* Notes a line as it is sealed: path, type, digests. In listing order. */
enum evx_err evx_reread_note(
	struct evx_reread *r, const struct evx_entry *e, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_reread_opts {
	/* Called for each difference. NULL allowed. */
	void (*remark)(void *ctx, const char *path, size_t path_len, const char *what);
	void *remark_ctx;
	struct evx_progress *progress;   /* NULL allowed */
	const struct evx_cancel *cancel; /* NULL allowed */
};
/* Reads every file of a second walk of the same sources (asking the kernel to forget what it
 * cached), and says in *out what differs from what was noted. A difference is no failure. Once
 * only. */
enum evx_err evx_reread_compare(struct evx_reread *r, struct evx_walk *walk,
	const struct evx_reread_opts *opts, struct evx_details_reread *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
