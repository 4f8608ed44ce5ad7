/* The directories an extraction is in: from the target to the innermost one that it made and did
 * not leave yet. */
#ifndef EVX_CONTENT_RESTORE_TREE_H
#define EVX_CONTENT_RESTORE_TREE_H

#include "base/buf.h"
#include "format/entry.h"

struct evx_restore_level {
	int fd;                 /* -1 while closed to save descriptors */
	uint64_t dev, ino;      /* to know it again */
	size_t path_len;        /* of its path; 0: the target */
	struct evx_entry *meta; /* what is restored on leaving: owner, mode, times, ACLs, flags.
				   NULL for the target */
	size_t meta_len;
	bool merged;   /* it was there before, and keeps what it has */
	uint64_t jobs; /* number of the last job that works in it; 0: none does */
};

/* One that was left while jobs worked in it: it gets its metadata when all up to that number are
 * back. */
struct evx_restore_left_dir {
	int fd;
	struct evx_entry *meta;
	size_t meta_len;
	bool merged;
	char *path;
	size_t path_len;
	uint64_t jobs;
};

struct evx_restore_tree {
	struct evx_restore_level *levels;
	size_t depth, cap;
	struct evx_buf path; /* of the innermost */
	size_t meta_total;
	struct evx_restore_left_dir *left; /* in order, those before first_left are done */
	size_t n_left, first_left;
	uint64_t back; /* jobs up to this number are back */
};

/* Begins with the target open as fd (duplicated). */
enum evx_err evx_restore_tree_init(
	struct evx_restore_tree *t, int fd, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_restore_tree_free(struct evx_restore_tree *t);
struct evx_restore_level *evx_restore_tree_top(const struct evx_restore_tree *t);
/* True when the n bytes at path are the path of the innermost directory, or of something beneath
 * it. */
bool evx_restore_tree_holds(const struct evx_restore_tree *t, const char *path, size_t n);
/* Enters the directory e, just made and open as *fd (taken over, also on failure). *whole is false
 * when its ACLs are too many to be kept in memory until it is left. */
enum evx_err evx_restore_tree_enter(struct evx_restore_tree *t, const struct evx_entry *e, int *fd,
	bool *whole, struct evx_diag *diag) EVX_MUST_CHECK;
/* Makes sure that the directory above the innermost, which is not the target, is open. To be called
 * before the innermost gets a mode that may forbid it. EVX_E_IO when it is no longer there. */
enum evx_err evx_restore_tree_look_up(
	struct evx_restore_tree *t, struct evx_diag *diag) EVX_MUST_CHECK;
/* Leaves the innermost directory, which is not the target. */
void evx_restore_tree_leave(struct evx_restore_tree *t);
/* The same while jobs work in it: it stays open. */
enum evx_err evx_restore_tree_leave_later(
	struct evx_restore_tree *t, struct evx_diag *diag) EVX_MUST_CHECK;
/* The next directory that was left and in which no job works any more; NULL: none.
 * evx_restore_tree_left_done closes it, once it has its metadata. */
struct evx_restore_left_dir *evx_restore_tree_left(const struct evx_restore_tree *t);
void evx_restore_tree_left_done(struct evx_restore_tree *t);

#endif
