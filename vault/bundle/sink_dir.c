/* Members into a directory, the index last. */
#include "base/array.h"
#include "bundle/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

/* The index of a group is written under this name until all else is durable: its own name commits
 * the group. */
#define PARTIAL ".evx-index-partial"

static const char *const folders[] = { "custody", "data", "keys", "origin", "origin/custody" };
#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

/* Files written are made durable this many later: the disk writes them meanwhile, and nobody waits
 * for it file by file. */
#define LATER 8u

struct later {
	int fd;
	const char *name; /* one of those made */
};

struct dir_sink {
	int dirfd, fd;
	bool replace, committed;
	struct later later[LATER]; /* files whose bytes are on their way to the disk */
	size_t nlater;
	char *name;  /* of the member begun */
	bool index;  /* it is an index, still under PARTIAL */
	char **made; /* names of the files made, to take back */
	size_t count;
};

static enum evx_err remember(struct dir_sink *d, struct evx_diag *diag)
{
	char **one = EVX_ARRAY_ADD(d->made, d->count);

	if (one == NULL)
		return evx_fail_memory(diag);
	*one = strdup(d->index ? PARTIAL : d->name);
	if (*one != NULL)
		return EVX_OK;
	d->count--;
	return evx_fail_memory(diag);
}

/* Makes the n files that were written first durable. */
static enum evx_err sync_files(struct dir_sink *d, size_t n, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; i < n; i++)
		if ((err = evx_fsync(d->later[i].fd, d->later[i].name, diag)) != EVX_OK ||
			(err = evx_close(&d->later[i].fd, d->later[i].name, diag)) != EVX_OK)
			return err;
	d->nlater -= n;
	memmove(d->later, d->later + n, d->nlater * sizeof(d->later[0]));
	return err;
}

/* Makes everything so far durable: first the files, then their names. */
static enum evx_err sync_all(struct dir_sink *d, struct evx_diag *diag)
{
	enum evx_err err = sync_files(d, d->nlater, diag);
	size_t i;
	int fd;

	for (i = 0; err == EVX_OK && i < FOLDERS; i++) {
		fd = openat(d->dirfd, folders[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0)
			return evx_fail_errno(diag, folders[i], "The directory cannot be opened");
		err = evx_fsync(fd, folders[i], diag);
		evx_close_quiet(&fd);
	}
	return err != EVX_OK ? err : evx_fsync(d->dirfd, "", diag);
}

/* Opens the folder that name lies in, and makes what is not there; *fd stays -1 for none. */
static enum evx_err open_folder(
	struct dir_sink *d, const char *name, int *fd, struct evx_diag *diag)
{
	const char *slash;
	char folder[16];
	enum evx_err err = EVX_OK;

	*fd = -1;
	for (; err == EVX_OK && (slash = strchr(name, '/')) != NULL; name = slash + 1) {
		const size_t n = (size_t)(slash - name);
		int at = *fd >= 0 ? *fd : d->dirfd, next;

		if (n >= sizeof(folder))
			break;
		memcpy(folder, name, n);
		folder[n] = '\0';
		if (mkdirat(at, folder, 0755) != 0 && errno != EEXIST)
			err = evx_fail_errno(diag, folder, "The directory cannot be made");
		next = err != EVX_OK ?
			-1 :
			openat(at, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (err == EVX_OK && next < 0)
			err = evx_fail_errno(diag, folder, "The directory cannot be opened");
		evx_close_quiet(fd);
		*fd = next;
	}
	return err;
}

/* Gives the index its name; it is the last file made. */
static enum evx_err publish_index(struct dir_sink *d, struct evx_diag *diag)
{
	char *name = strdup(d->name);
	enum evx_err err;

	if (name == NULL)
		return evx_fail_memory(diag);
	err = evx_output_publish(d->dirfd, PARTIAL, d->name, diag);
	if (err != EVX_OK) {
		free(name);
		return err;
	}
	free(d->made[d->count - 1]);
	d->made[d->count - 1] = name;
	d->index = false;
	return EVX_OK;
}

static enum evx_err begin_dir(
	void *self, const char *name, const uint8_t *header, uint64_t size, struct evx_diag *diag)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	struct dir_sink *d = self;
	const char *slash = strrchr(name, '/'), *last;
	int folder = -1, at;
	enum evx_err err;

	(void)header;
	(void)size;
	err = d->index ? publish_index(d, diag) : EVX_OK;
	if (err != EVX_OK)
		return err;
	d->index = strncmp(name, "index-", 6) == 0;
	free(d->name);
	d->name = strdup(name);
	if (d->name == NULL)
		return evx_fail_memory(diag);
	err = d->index ? sync_all(d, diag) : open_folder(d, name, &folder, diag);
	if (err != EVX_OK)
		goto out;
	at = folder >= 0 ? folder : d->dirfd;
	last = d->index ? PARTIAL : slash != NULL ? slash + 1 : name;
	d->fd = openat(at, last, flags, 0644);
	if (d->fd < 0 && errno == EEXIST && (d->replace || d->index) && unlinkat(at, last, 0) == 0)
		d->fd = openat(at, last, flags, 0644);
	if (d->fd < 0) {
		err = evx_fail_errno(diag, name, "The file cannot be created");
		goto out;
	}
	err = remember(d, diag);
	if (err != EVX_OK)
		(void)unlinkat(at, last, 0);
out:
	evx_close_quiet(&folder);
	return err;
}

static enum evx_err data_dir(void *self, const void *p, size_t n, struct evx_diag *diag)
{
	struct dir_sink *d = self;

	return evx_write_full(d->fd, p, n, d->name, diag);
}

static enum evx_err end_dir(void *self, struct evx_diag *diag)
{
	struct dir_sink *d = self;
	enum evx_err err = EVX_OK;

	if (d->index) {
		err = evx_fsync(d->fd, d->name, diag);
		return err != EVX_OK ? err : evx_close(&d->fd, d->name, diag);
	}
	if (d->nlater == LATER)
		err = sync_files(d, 1, diag);
	if (err != EVX_OK)
		return err;
	/* A hint: what fails here fails again, and is checked, at the fsync. */
	(void)sync_file_range(d->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	d->later[d->nlater++] = (struct later){ d->fd, d->made[d->count - 1] };
	d->fd = -1;
	return EVX_OK;
}

static enum evx_err commit_dir(void *self, struct evx_diag *diag)
{
	struct dir_sink *d = self;
	enum evx_err err;

	if (d->name == NULL || !d->index)
		return evx_fail(diag, EVX_E_USAGE, "directory: expected an index last");
	err = publish_index(d, diag);
	if (err != EVX_OK)
		return err;
	d->committed = true;
	return evx_fsync(d->dirfd, d->name, diag);
}

static void free_dir(void *self)
{
	struct dir_sink *d = self;
	size_t i;

	evx_close_quiet(&d->fd);
	for (i = 0; i < d->nlater; i++)
		evx_close_quiet(&d->later[i].fd);
	for (i = 0; i < d->count; i++) {
		if (!d->committed)
			(void)unlinkat(d->dirfd, d->made[i], 0);
		free(d->made[i]);
	}
	evx_close_quiet(&d->dirfd);
	free(d->made);
	free(d->name);
	free(d);
}

enum evx_err evx_sink_dir(int dirfd, bool replace, struct evx_sink *sink, struct evx_diag *diag)
{
	struct dir_sink *d = calloc(1, sizeof(*d));

	*sink = (struct evx_sink){ NULL, NULL, NULL, NULL, NULL, NULL };
	if (d == NULL)
		return evx_fail_memory(diag);
	d->fd = -1;
	d->replace = replace;
	d->dirfd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	if (d->dirfd < 0) {
		enum evx_err err = evx_fail_errno(
			diag, NULL, "The system has no room for another open file");

		free(d);
		return err;
	}
	*sink = (struct evx_sink){ d, begin_dir, data_dir, end_dir, commit_dir, free_dir };
	return EVX_OK;
}
