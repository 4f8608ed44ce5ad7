/* Look-ahead of the walk: threads that describe and open the next names of a directory while the
 * caller still reads earlier ones, so that many slow disk accesses are under way at once.
 *
 * Up to EVX_WALK_AHEAD_MAX names are described ahead, never past one that may be a directory: what
 * the walk enters next would push them out again. Names after it are only touched (their inodes
 * brought into the kernel's cache). A name that no thread has begun when the walk gets there is
 * described by the walk's own thread, so a warm tree costs what it costs without threads. */
#ifndef EVX_CONTENT_WALK_AHEAD_H
#define EVX_CONTENT_WALK_AHEAD_H

#include "content/walk_dir.h"

#define EVX_WALK_AHEAD_MAX 64

struct evx_walk_ahead;

/* Starts so many threads (0: none, the caller's does everything). */
enum evx_err evx_walk_ahead_new(
	unsigned threads, struct evx_walk_ahead **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends the threads and releases what was not taken. Directories must outlive it, or have been left.
 * NULL does nothing. */
void evx_walk_ahead_free(struct evx_walk_ahead *a);

/* Takes the next name of d (d->next < d->count), as evx_walk_meta_read describes it, and steps over
 * it. */
enum evx_err evx_walk_ahead_take(struct evx_walk_ahead *a, struct evx_walk_dir *d,
	struct evx_entry **e, int *fd, int *sys_errno) EVX_MUST_CHECK;
/* Releases what was described ahead, if anything: the walk enters another directory. The names will
 * be described again. */
void evx_walk_ahead_drop(struct evx_walk_ahead *a);
/* Waits until no thread uses d's descriptor any more, and forgets all plans for d. */
void evx_walk_ahead_leave(struct evx_walk_ahead *a, struct evx_walk_dir *d);

#endif
