/* The walk: everything beneath one or more sources, as entries in listing order
 * (format-spec/listing.md "Order").
 *
 * Depth first, each directory before its content, names sorted as unsigned bytes. Works on
 * directory descriptors only (at most 64 of directories and 64 looked ahead are open), so paths may
 * be as long as a listing allows and no link on the way is ever followed. Memory: the names of the
 * directories from the source to where the walk stands. What cannot be reached or read is an entry
 * that says so. */
#ifndef EVX_CONTENT_WALK_H
#define EVX_CONTENT_WALK_H

#include "base/cancel.h"
#include "format/entry.h"

#define EVX_WALK_AHEAD_DEFAULT 8

struct evx_walk;

struct evx_walk_source {
	const char *name; /* in the exhibit: one path component */
	const char *path; /* on this machine, for messages */
	int fd;           /* what was opened there; O_PATH will do. Stays the caller's */
};

struct evx_walk_opts {
	bool one_file_system; /* directories on another file system than their source are listed as
				 not_crossed, not entered */
	unsigned ahead;       /* look-ahead threads; 0: none */
	/* What evx itself is writing, by the numbers that stat gives: listed as skipped, not
	 * entered, not read. NULL: nothing. */
	bool (*exclude)(void *ctx, uint64_t dev, uint64_t ino);
	void *exclude_ctx;
	const struct evx_cancel *cancel; /* may be NULL */
};

/* Prepares the walk of n sources, in the order of their names (not as given), and starts its
 * threads. Keeps opts->cancel and the sources' descriptors, copies everything else. Whatever
 * becomes of the sources' paths meanwhile, the walk stays with what was opened. EVX_E_USAGE: no
 * source, a name that is not one path component, the same name twice, a source that is a symbolic
 * link. */
enum evx_err evx_walk_new(const struct evx_walk_opts *opts, const struct evx_walk_source *sources,
	size_t n, struct evx_walk **out, struct evx_diag *diag) EVX_MUST_CHECK;

/* The next entry in *entry, NULL at the end; the caller owns it (evx_entry_delete). *fd is open for
 * reading from its beginning if the entry is a regular file or an image that can be read, else -1;
 * the caller closes it. A file that is not to be read (read_error or skipped) has an empty sparse
 * map. Failures of the source are in the entry; EVX_E_MEMORY, EVX_E_IO (no more descriptors) and
 * EVX_E_INTERRUPTED end the walk. */
enum evx_err evx_walk_next(struct evx_walk *w, struct evx_entry **entry, int *fd,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Ends its threads and releases everything. NULL does nothing. */
void evx_walk_free(struct evx_walk *w);

#endif
