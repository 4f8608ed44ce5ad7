/* A new file, there complete or not at all. */
#include "bundle/output.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

/* Pages are handed to the disk in steps of this many bytes, so that the fsync at the end has little
 * left to do. */
#define FLUSH_STEP ((uint64_t)64 << 20)

struct file_output {
	struct evx_output_place place;
	int fd;
	bool named;    /* the temporary file exists */
	bool replaces; /* what stands at the name gives way */
	uint64_t written, flushed;
	uint64_t dev, ino;
};

static enum evx_err write_file(void *self, const void *p, size_t n, struct evx_diag *diag)
{
	struct file_output *f = self;
	enum evx_err err = evx_write_full(f->fd, p, n, f->place.name, diag);

	if (err != EVX_OK)
		return err;
	f->written += n;
	if (f->written - f->flushed >= FLUSH_STEP) {
		/* A hint: what fails here fails again, and is checked, at the fsync. */
		(void)sync_file_range(f->fd, (off_t)f->flushed, (off_t)(f->written - f->flushed),
			SYNC_FILE_RANGE_WRITE);
		f->flushed = f->written;
	}
	return EVX_OK;
}

static enum evx_err take_name(struct file_output *f, struct evx_diag *diag)
{
	const struct evx_output_place *p = &f->place;

	if (!f->replaces)
		return evx_output_publish(p->dirfd, p->partial, p->name, diag);
	return renameat(p->dirfd, p->partial, p->dirfd, p->name) == 0 ?
		EVX_OK :
		evx_fail_errno(diag, p->name, "The file cannot be given its name");
}

static enum evx_err commit_file(void *self, struct evx_diag *diag)
{
	struct file_output *f = self;
	enum evx_err err = evx_fsync(f->fd, f->place.name, diag);

	if (err == EVX_OK)
		err = evx_close(&f->fd, f->place.name, diag);
	if (err == EVX_OK)
		err = take_name(f, diag);
	if (err != EVX_OK)
		return err;
	f->named = false;
	err = evx_fsync(f->place.dirfd, f->place.name, diag);
	if (err != EVX_OK && !f->replaces)
		(void)unlinkat(f->place.dirfd, f->place.name, 0);
	return err;
}

static void free_file(void *self)
{
	struct file_output *f = self;

	evx_close_quiet(&f->fd);
	if (f->named)
		(void)unlinkat(f->place.dirfd, f->place.partial, 0);
	evx_output_place_free(&f->place);
	free(f);
}

static bool owns_file(void *self, uint64_t dev, uint64_t ino)
{
	const struct file_output *f = self;

	return f->dev == dev && f->ino == ino;
}

static enum evx_err open_output(
	const char *path, bool replaces, struct evx_output *out, struct evx_diag *diag)
{
	struct file_output *f = calloc(1, sizeof(*f));
	struct stat st;
	enum evx_err err;

	*out = (struct evx_output){ 0 };
	if (f == NULL)
		return evx_fail_memory(diag);
	f->fd = -1;
	f->replaces = replaces;
	err = evx_output_place(path, &f->place, diag);
	if (err != EVX_OK)
		goto out;
	if (!replaces && fstatat(f->place.dirfd, f->place.name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		err = evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_EXISTS,
				"There is a file of this name already. Nothing was written. Choose "
				"another name."));
		goto out;
	}
	f->fd = openat(f->place.dirfd, f->place.partial,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (f->fd < 0) {
		err = evx_fail_errno(diag, path, "The file cannot be created");
		goto out;
	}
	f->named = true;
	(void)flock(f->fd, LOCK_EX | LOCK_NB); /* or it could be taken for a leftover */
	if (fstat(f->fd, &st) != 0) {
		err = evx_fail_errno(diag, path, "The file cannot be created");
		goto out;
	}
	f->dev = (uint64_t)st.st_dev;
	f->ino = (uint64_t)st.st_ino;
	*out = (struct evx_output){ f, write_file, commit_file, free_file, owns_file };
	f = NULL;
out:
	if (f != NULL)
		free_file(f);
	return err;
}

enum evx_err evx_output_file(const char *path, struct evx_output *out, struct evx_diag *diag)
{
	return open_output(path, false, out, diag);
}

static void start_output(
	struct evx_start *s, const char *path, bool replaces, struct evx_output *out)
{
	const struct file_output *f;

	*out = (struct evx_output){ 0 };
	if (evx_start_good(s))
		s->err = open_output(path, replaces, out, s->diag);
	if (!evx_start_good(s))
		return;
	f = out->self;
	evx_start_beneath(s, f->place.dirfd, EVX_CONFINE_NAMES);
	evx_start_beneath(s, f->fd, EVX_CONFINE_WRITE);
}

void evx_output_file_start(struct evx_start *s, const char *path, struct evx_output *out)
{
	start_output(s, path, false, out);
}

void evx_output_replace_start(struct evx_start *s, const char *path, struct evx_output *out)
{
	start_output(s, path, true, out);
}
