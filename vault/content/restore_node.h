/* What has no bytes: links, FIFOs, sockets, device nodes. Nothing of it is changed by its name once
 * it is there: a FIFO is opened and changed by its descriptor; what cannot be opened (and whose
 * descriptor the kernel would take for any file's) is made as its owner, with its mode as far as
 * the umask lets it have that. */
#ifndef EVX_CONTENT_RESTORE_NODE_H
#define EVX_CONTENT_RESTORE_NODE_H

#include "content/restore_meta.h"

/* Whether fd, opened under a name that was made in dirfd just now, is what was made there: of our
 * user, on the same file system, closed to others. File systems that keep no owners are believed.
 */
bool evx_restore_node_is_new(int dirfd, int fd);
/* Makes e in dirfd under name and restores its metadata. *what: the kind in words, for messages.
 * devices: device nodes, too. False with errno. */
bool evx_restore_node(int dirfd, const char *name, const struct evx_entry *e, bool devices,
	const struct evx_restore_report *report, const char **what);

#endif
