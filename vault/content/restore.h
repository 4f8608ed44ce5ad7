/* Extraction: makes what a hostile listing describes, beneath one directory and nowhere else.
 *
 * Every name is used as one path component relative to a directory descriptor that this extraction
 * opened, without following links (O_NOFOLLOW, O_EXCL, the *at calls); no path of several
 * components is ever given to the kernel. So a symbolic link may be made the moment its line is
 * read: nothing that comes later can go through it. A directory receives entries only from when
 * this extraction made it, or (merge) entered it, until it leaves it, which the listing's order
 * allows. Owners, modes and
 * attributes are set by descriptors that were opened beneath the target, never by names. The
 * process's umask and directory are left alone. Nothing outside the target is opened, so it works
 * confined (base/confine.h).
 *
 * Where the file system can (O_TMPFILE), a file has no name before evx_restore_finish found it
 * good, so that nothing half-made is left even when the process is killed; elsewhere it is written
 * under its name and removed when it is not good.
 *
 * What cannot be restored (a name or an attribute that the file system cannot hold, an owner
 * without being root) is reported and counted, and the extraction goes on. Usage, per listing line
 * in order: evx_restore_begin → when *fd is not -1: write the bytes with pwrite, evx_restore_finish
 *   or, for a line with a hard link: evx_restore_link, and when that could not link: as above
 * and in the end evx_restore_end. */
#ifndef EVX_CONTENT_RESTORE_H
#define EVX_CONTENT_RESTORE_H

#include "base/cancel.h"
#include "format/entry.h"

struct evx_restore;

struct evx_restore_opts {
	bool no_owner;   /* leave owners as they come; also the case when not root. Set-id bits and
			    file capabilities are then dropped. When it   is asked for, access lists
			    that name other users or groups are left out, too */
	bool devices;    /* make device nodes, when root */
	bool privileged; /* restore what gives a file powers, or takes them from its owner: set-id
			    bits, file capabilities, attributes other than user.*, file flags.
			    Without it they are left out and counted */
	bool merge;      /* go on in directories that are there already and are this user's own,
			    which keep their owner, mode and times; pass over what is there already
			    and is the same (content/restore_same.h) */
	const struct evx_cancel *cancel; /* while that is compared; NULL: never */
	/* Called for each thing not restored (NULL allowed): the entry's path (path_len bytes, no
	 * NUL after them), what it was
	 * ("owner", "extended attribute user.x", …; hostile text), errno or 0. */
	void (*lost)(void *ctx, const char *path, size_t path_len, const char *what, int sys_errno);
	void *ctx;
};

/* What was left out because nobody asked for it. */
struct evx_restore_left {
	uint64_t set_ids;    /* files and directories with set-user-id or set-group-id bits */
	uint64_t attributes; /* that are not user.*, file capabilities among them */
	uint64_t flags;      /* files and directories with file flags */
	uint64_t acls;       /* access lists that name somebody else */
};

struct evx_restore_counts {
	uint64_t entries;      /* made */
	uint64_t not_restored; /* calls of lost */
	uint64_t same;         /* were there already, and left */
	uint64_t merged;       /* directories that were there already */
	struct evx_restore_left left;
};

/* What the process must be allowed for these options (base/confine.h), of enum evx_confine_may. */
unsigned evx_restore_needs(bool no_owner, bool devices, bool privileged);

/* Prepares extraction into the directory open as target_fd (borrowed until evx_restore_free). */
enum evx_err evx_restore_new(int target_fd, const struct evx_restore_opts *opts,
	struct evx_restore **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Closes all, restores no further metadata. NULL does nothing. */
void evx_restore_free(struct evx_restore *r);

/* Makes e. *fd: open for writing when e is a regular file that now wants its bytes (already e->size
 * bytes long with a sparse map, else empty), else -1: e is complete, or was reported as not
 * restored (as is a file that was not read when it was sealed), or counted as the same, or stands
 * beneath a directory that could not be made: that is reported for the directory alone.
 * EVX_E_EXISTS: there is something else of that name; nothing was changed, the extraction may go
 * on. EVX_E_CORRUPT: no path a listing may hold, or its directory has no line before it. EVX_E_IO,
 * EVX_E_MEMORY: the disk is full, failing or read-only, a directory was moved, or there are no more
 * descriptors. */
enum evx_err evx_restore_begin(struct evx_restore *r, const struct evx_entry *e, int *fd,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Completes and closes the file that evx_restore_begin gave for e last: with its metadata if ok,
 * else (it could not be verified) removes it. EVX_E_EXISTS: something took its name meanwhile; the
 * file is gone, the extraction may go on. */
enum evx_err evx_restore_finish(struct evx_restore *r, const struct evx_entry *e, int *fd, bool ok,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The same in parts, for a file without a map: evx_restore_hand moves *fd into *job; any thread may
 * write its bytes and end it (content/restore_job.h) while the extraction goes on; then
 * evx_restore_take_back, for all in the order of evx_restore_hand, reports and counts what came of
 * it, and fails as evx_restore_finish does, or because the bytes could not be written. A directory
 * gets its metadata when all in it are back; evx_restore_end comes after the last one. */
struct evx_restore_job;
void evx_restore_hand(struct evx_restore *r, int *fd, struct evx_restore_job *job);
enum evx_err evx_restore_take_back(struct evx_restore *r, const struct evx_entry *e,
	struct evx_restore_job *job, struct evx_diag *diag) EVX_MUST_CHECK;

/* Makes e another name of the file at first, which this extraction restored and found good. *done
 * false: it could not be linked, or what stands at first was not surely made by this extraction
 * (reported); restore e as a file of its own. Errors as evx_restore_begin. */
enum evx_err evx_restore_link(struct evx_restore *r, const struct evx_entry *e, const char *first,
	size_t first_len, bool *done, struct evx_diag *diag) EVX_MUST_CHECK;

/* After the last entry: completes the directories that are still open. */
enum evx_err evx_restore_end(struct evx_restore *r, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_restore_counts evx_restore_counts(const struct evx_restore *r);

#endif
