/* seal --reread: what was sealed is noted in a spool file without a name; afterwards the sources
 * are walked and read again and compared. */
#ifndef EVX_SEAL_REREAD_H
#define EVX_SEAL_REREAD_H

#include "format/entry.h"

struct evx_reread;
struct evx_seal_run;

/* Makes the spool beside output (in the temporary directory for a stream). */
enum evx_err evx_reread_new(
	const char *output, struct evx_reread **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_reread_free(struct evx_reread *r);
/* Notes a line as it is sealed: path, type, digests. In listing order. */
enum evx_err evx_reread_note(
	struct evx_reread *r, const struct evx_entry *e, struct evx_diag *diag) EVX_MUST_CHECK;
/* Walks the sources of run again, reads every file (asking the kernel to forget what it cached),
 * and writes what differs into the details. A difference is no failure. */
enum evx_err evx_reread_compare(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
