/* A restored file from its bytes to its name and metadata: what needs nothing of the extraction
 * around it, and may be done by another thread. */
#ifndef EVX_CONTENT_RESTORE_JOB_H
#define EVX_CONTENT_RESTORE_JOB_H

#include "content/restore.h"

struct evx_restore_lost {
	char *what;
	int sys_errno;
};

struct evx_restore_job {
	int fd, dirfd; /* the file, owned; the directory it stands in, or will */
	bool nameless; /* the file has no name yet */
	bool by_proc;  /* give it one by way of /proc; comes back true when there is no other */
	bool owner, privileged, no_foreign; /* as in struct evx_restore_report */
	/* What came of it. */
	bool made;                   /* it stands there, whole */
	enum evx_err unwritten, err; /* of writing; of the rest. diag tells the first one */
	struct evx_diag diag;
	struct evx_restore_left left;
	struct evx_restore_lost *lost; /* in order */
	size_t n_lost;
};

/* Writes the n bytes at p, from the beginning of the file on. */
void evx_restore_job_write(struct evx_restore_job *job, const uint8_t *p, size_t n);
/* Gives the file of e its name and metadata if ok and it was written, else removes it; closes it.
 */
void evx_restore_job_end(struct evx_restore_job *job, const struct evx_entry *e, bool ok);
/* Closes what is open and releases all but the job itself. */
void evx_restore_job_clear(struct evx_restore_job *job);

#endif
