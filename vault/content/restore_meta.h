/* The metadata of one restored entry. Nothing here fails: what cannot be restored is reported. */
#ifndef EVX_CONTENT_RESTORE_META_H
#define EVX_CONTENT_RESTORE_META_H

#include "content/restore.h"

/* What to work on: by descriptor where there is one. Without, only the times of name in dirfd (not
 * followed) can be set. */
struct evx_restore_target {
	int fd, dirfd;
	const char *name;
};

struct evx_restore_report {
	void (*lost)(void *ctx, const char *what, int sys_errno);
	void *ctx;
	bool owner;      /* restore owners */
	bool privileged; /* set-id bits, file capabilities, attributes that are not user.*, file
			    flags */
	bool no_foreign; /* no access list that names somebody else */
	struct evx_restore_left *left;
};

/* The extended attributes. For a directory at once, since making its content is not affected; for a
 * file before its mode forbids writing. A file capability is given only to the owner it was given
 * to: it is left to evx_restore_meta_apply. */
void evx_restore_meta_attrs(const struct evx_restore_target *t, const struct evx_entry *e,
	const struct evx_restore_report *report);

/* Owner, file capability, ACLs, mode, times, file flags, in the order in which none undoes another.
 */
void evx_restore_meta_apply(const struct evx_restore_target *t, const struct evx_entry *e,
	const struct evx_restore_report *report);

/* Takes from the file name in dirfd (not followed) the flags that forbid another name, and opens
 * it. -1 when it has none, or they cannot be taken; else the descriptor for evx_restore_meta_lock,
 * which gives *flags back and closes it. */
int evx_restore_meta_unlock(int dirfd, const char *name, int *flags);
void evx_restore_meta_lock(int *fd, int flags);

#endif
