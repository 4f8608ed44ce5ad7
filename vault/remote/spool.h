/* A directory for files that are made on the way to or from a remote, and hold ciphertext only. */
#ifndef EVX_REMOTE_SPOOL_H
#define EVX_REMOTE_SPOOL_H

#include "base/err.h"

struct evx_spool {
	int parent, fd; /* -1: closed */
	char name[56];
};

/* Makes one in the open directory parent (which stays the caller's), under a name that begins with
 * prefix (16 characters at most), and takes away those of this user that dead processes left there.
 * evx_spool_end in any case. */
enum evx_err evx_spool_make(int parent, const char *prefix, struct evx_spool *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes it away with what is in it. */
void evx_spool_end(struct evx_spool *s);
/* A new file in it, open for writing and reading. */
enum evx_err evx_spool_file(
	const struct evx_spool *s, const char *name, int *fd, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
