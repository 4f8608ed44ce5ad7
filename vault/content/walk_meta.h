/* Everything the walk learns about one name: statx, owner numbers, link target, extended
 * attributes, ACLs, file flags, and the open file. Used by the walk's own thread and by its
 * look-ahead threads; keeps no state. */
#ifndef EVX_CONTENT_WALK_META_H
#define EVX_CONTENT_WALK_META_H

#include "format/entry.h"

enum {
	EVX_WALK_META_IMAGE = 1, /* name is a source: a block device is opened and becomes an image
				  */
	EVX_WALK_META_AHEAD = 2, /* the bytes will be read soon: have the kernel fetch the first
				    ones */
};

/* Extended attributes and ACLs of one file together may take so many bytes of memory and listing
 * line; what goes beyond is a metadata error. */
#define EVX_WALK_META_ATTRS_MAX 196608u

/* Describes name in the directory dirfd, or (name "") what dirfd itself is, in a new entry, all but
 * its path and the owner's names, and opens it if it is a directory, a regular file or an image;
 * *fd is -1 otherwise. Never waits for a FIFO's other end, never follows a link, and touches the
 * access time only where the kernel does not let it be left alone. What cannot be read is
 * recorded in the entry and is no failure; EVX_E_MEMORY and EVX_E_IO (no more descriptors:
 * *sys_errno) are. hint is the DT_ type its directory gives. The caller deletes *out and closes
 * *fd. */
enum evx_err evx_walk_meta_read(int dirfd, const char *name, unsigned char hint, unsigned flags,
	struct evx_entry **out, int *fd, int *sys_errno) EVX_MUST_CHECK;

/* Opens name in the directory dirfd, or (name "") what dirfd is, an O_PATH descriptor perhaps, for
 * reading with these flags more, in the same careful way. -1 with errno. */
int evx_walk_meta_open(int dirfd, const char *name, int flags);

/* Has the kernel fetch name's inode, and the first names of a directory, into its caches. */
void evx_walk_meta_touch(
	int dirfd, const char *name, bool maybe_dir, void *scratch, size_t scratch_len);

#endif
