/* Extended attributes and ACLs of one file of the walk. */
#ifndef EVX_CONTENT_WALK_ATTRS_H
#define EVX_CONTENT_WALK_ATTRS_H

#include "format/entry.h"

/* Adds to e the extended attributes and ACLs of the file open as fd, or, when fd is -1, of name in
 * dirfd without following it, or (name "") of what dirfd itself is. What cannot be read is recorded
 * as a metadata error; a file system without attributes is none. At most EVX_WALK_META_ATTRS_MAX
 * bytes are kept. */
enum evx_err evx_walk_attrs_read(
	int dirfd, const char *name, int fd, struct evx_entry *e) EVX_MUST_CHECK;

#endif
