/* What stands in the way of an extraction, compared with what would be restored there. */
#ifndef EVX_CONTENT_RESTORE_SAME_H
#define EVX_CONTENT_RESTORE_SAME_H

#include "base/cancel.h"
#include "format/entry.h"

/* Sets *same when name, in the directory open as dirfd, is what e describes: a file whose bytes
 * have the SHA-256 of e, a link with the same target, a FIFO, a socket, or the same device. Owner,
 * mode and times are not compared; links are not followed, and only a regular file is opened. A
 * file of which e has no hash over its whole length, or of which parts could not be read when it
 * was sealed, is not the same. EVX_E_INTERRUPTED, EVX_E_MEMORY. */
enum evx_err evx_restore_same(int dirfd, const char *name, const struct evx_entry *e,
	const struct evx_cancel *cancel, bool *same, struct evx_diag *diag) EVX_MUST_CHECK;
/* True when the directory open as fd, found in the one open as above, may be extracted into: it is
 * on the same file system, and belongs to this user, or (of root, with_owner) to the user whom e
 * names. Anybody else could move it away meanwhile. */
bool evx_restore_same_dir(int above, int fd, const struct evx_entry *e, bool with_owner);

#endif
