/* One directory of the walk: its descriptor and its names, sorted as unsigned bytes. */
#ifndef EVX_CONTENT_WALK_DIR_H
#define EVX_CONTENT_WALK_DIR_H

#include "base/buf.h"
#include "format/entry.h"

struct evx_walk_dir {
	int fd;             /* -1 while closed to save descriptors, and when lost */
	uint64_t dev, ino;  /* to know it again */
	size_t path_len;    /* of its path in the exhibit */
	char *names;        /* for each: one byte DT_ type, the name, NUL */
	size_t *at;         /* where each begins in names, in order */
	size_t count, next; /* next: the first name not taken yet */
	int lost; /* errno: it could not be opened again on the way back, so the names from next on
		     cannot be reached */
	size_t touched;    /* walk_ahead: names before this one were touched */
	unsigned touching; /* walk_ahead: touches under way, which use fd */
};

#define EVX_WALK_NAME_MAX 255

/* Reads all names of the directory open as fd into *out (new memory), which then owns fd. What
 * could not be read (a failing disk; names longer than EVX_WALK_NAME_MAX bytes, which no listing
 * can hold) is recorded as e's read_error, the names that were read are kept. scratch is a buffer
 * of at least 32 KiB. */
enum evx_err evx_walk_dir_read(int fd, struct evx_entry *e, void *scratch, size_t scratch_len,
	struct evx_walk_dir **out) EVX_MUST_CHECK;
/* Closes and releases. NULL does nothing. */
void evx_walk_dir_free(struct evx_walk_dir *d);

const char *evx_walk_dir_name(const struct evx_walk_dir *d, size_t i);
/* The DT_ value of name i; DT_UNKNOWN when the file system does not say. */
unsigned char evx_walk_dir_hint(const struct evx_walk_dir *d, size_t i);
/* True when name i may be a directory. */
bool evx_walk_dir_maybe_dir(const struct evx_walk_dir *d, size_t i);

#endif
