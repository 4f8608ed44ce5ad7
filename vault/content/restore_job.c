/* One file completed where it stands. */
#include "content/restore_job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "content/restore_meta.h"

static void note(void *ctx, const char *what, int sys_errno)
{
	struct evx_restore_job *job = ctx;
	struct evx_restore_lost *more = EVX_ARRAY_ADD(job->lost, job->n_lost);

	if (more != NULL) {
		more->sys_errno = sys_errno;
		more->what = strdup(what);
	}
	if (more == NULL || more->what == NULL)
		job->err = evx_fail_memory(&job->diag);
}

static const char *name_of(const struct evx_entry *e)
{
	const char *slash = memrchr(e->path, '/', e->path_len);

	return slash != NULL ? slash + 1 : e->path;
}

/* Gives the nameless file its name, which nothing may have taken since. */
static enum evx_err give_name(struct evx_restore_job *job, const struct evx_entry *e)
{
	const char *name = name_of(e);
	char self[32];

	if (!job->by_proc && linkat(job->fd, "", job->dirfd, name, AT_EMPTY_PATH) == 0)
		return EVX_OK;
	/* Without a capability older kernels say ENOENT; the way by /proc, which costs four times
	 * as much, they allow. */
	if (job->by_proc || errno == ENOENT || errno == EPERM) {
		job->by_proc = true;
		(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", job->fd);
		if (linkat(AT_FDCWD, self, job->dirfd, name, AT_SYMLINK_FOLLOW) == 0)
			return EVX_OK;
	}
	return evx_fail_errno(&job->diag, e->path,
		"The file cannot get its name, and the extraction stopped here");
}

void evx_restore_job_write(struct evx_restore_job *job, const uint8_t *p, size_t n)
{
	job->unwritten = evx_pwrite_full(job->fd, p, n, 0, NULL, &job->diag);
}

void evx_restore_job_end(struct evx_restore_job *job, const struct evx_entry *e, bool ok)
{
	const struct evx_restore_target t = { job->fd, job->dirfd, name_of(e) };
	const struct evx_restore_report report = { note, job, job->owner, job->privileged,
		job->no_foreign, &job->left };
	enum evx_err err;

	ok = ok && job->unwritten == EVX_OK;
	if (ok && job->nameless && (job->err = give_name(job, e)) != EVX_OK) {
		evx_close_quiet(&job->fd);
		return;
	}
	if (ok) {
		evx_restore_meta_attrs(&t, e, &report);
		evx_restore_meta_apply(&t, e, &report);
	}
	err = evx_close(&job->fd, e->path, &job->diag);
	if (job->err == EVX_OK)
		job->err = err;
	job->made = err == EVX_OK && ok;
	if (job->made || (job->nameless && !ok))
		return;
	if (unlinkat(job->dirfd, t.name, 0) != 0 && errno != ENOENT)
		job->err = evx_fail_errno(&job->diag, e->path,
			"A file that failed its check cannot be removed. Do not use this file");
}

void evx_restore_job_clear(struct evx_restore_job *job)
{
	evx_close_quiet(&job->fd);
	for (size_t i = 0; i < job->n_lost; i++)
		free(job->lost[i].what);
	free(job->lost);
	job->lost = NULL;
	job->n_lost = 0;
}
