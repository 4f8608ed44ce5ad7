/* The files of an unpacked bundle, without following links. */
#include "bundle/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/entries.h"
#include "base/io.h"
#include "format/member.h"

/* Each behind the one that it lies in. */
static const char *const folders[] = { "custody", "data", "keys", "origin", "origin/custody" };
#define FOLDERS (sizeof(folders) / sizeof(folders[0]))
#define ORIGIN 3u
#define ORIGIN_CUSTODY 4u

struct evx_directory {
	int fd;
	int sub[FOLDERS]; /* -1 when there is none */
};

void evx_directory_close(struct evx_directory *d)
{
	size_t i;

	if (d == NULL)
		return;
	for (i = 0; i < FOLDERS; i++)
		evx_close_quiet(&d->sub[i]);
	evx_close_quiet(&d->fd);
	free(d);
}

enum evx_err evx_directory_open_real(const char *path, int *fd, char **name, struct evx_diag *diag)
{
	char *real = realpath(path, NULL);
	const char *slash = real == NULL ? NULL : strrchr(real, '/');
	enum evx_err err = EVX_OK;

	*name = NULL;
	*fd = real == NULL ? -1 : open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0) {
		err = evx_fail_errno(diag, path, "The file cannot be opened");
		goto out;
	}
	*name = strdup(slash != NULL ? slash + 1 : real);
	if (*name == NULL) {
		evx_close_quiet(fd);
		err = evx_fail_memory(diag);
	}
out:
	free(real);
	return err;
}

enum evx_err evx_directory_open(int dirfd, struct evx_directory **out, struct evx_diag *diag)
{
	struct evx_directory *d = malloc(sizeof(*d));
	size_t i;

	*out = NULL;
	if (d == NULL)
		return evx_fail_memory(diag);
	for (i = 0; i < FOLDERS; i++)
		d->sub[i] = -1;
	d->fd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	if (d->fd < 0)
		goto failed;
	for (i = 0; i < FOLDERS; i++) {
		const int at = i == ORIGIN_CUSTODY ? d->sub[ORIGIN] : d->fd;

		if (at < 0)
			continue;
		d->sub[i] = openat(at, i == ORIGIN_CUSTODY ? "custody" : folders[i],
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (d->sub[i] < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
			goto failed;
	}
	*out = d;
	return EVX_OK;
failed : {
	enum evx_err err = evx_fail_errno(diag, NULL, "The directory cannot be opened");

	evx_directory_close(d);
	return err;
}
}

/* The folder that name lies in, and its last component. */
static int folder_of(const struct evx_directory *d, const char *name, const char **last)
{
	const char *slash = strrchr(name, '/');
	size_t i;

	*last = slash != NULL ? slash + 1 : name;
	if (slash == NULL)
		return d->fd;
	for (i = 0; i < FOLDERS; i++)
		if (strlen(folders[i]) == (size_t)(slash - name) &&
			strncmp(folders[i], name, (size_t)(slash - name)) == 0)
			return d->sub[i];
	return -1;
}

enum evx_err evx_directory_file(int folder, const char *last, const char *name, int *fd,
	uint64_t *size, struct evx_diag *diag)
{
	struct stat st;

	*size = 0;
	*fd = openat(folder, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*fd < 0 && (errno == ELOOP || errno == ENXIO))
		return evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_CORRUPT,
				"member: expected a regular file, found a link or a socket"));
	if (*fd < 0)
		return evx_fail_errno(diag, name, "The file cannot be opened");
	if (fstat(*fd, &st) != 0) {
		enum evx_err err = evx_fail_errno(
			diag, name, "The length and times of the file cannot be read");

		evx_close_quiet(fd);
		return err;
	}
	if (!S_ISREG(st.st_mode)) {
		evx_close_quiet(fd);
		return evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_CORRUPT,
				"member: expected a regular file, found something else"));
	}
	*size = (uint64_t)st.st_size;
	return EVX_OK;
}

enum evx_err evx_directory_member(const struct evx_directory *d, const char *name, int *fd,
	uint64_t *size, struct evx_diag *diag)
{
	const char *last;
	int folder = folder_of(d, name, &last);

	*size = 0;
	*fd = -1;
	if (folder < 0)
		return evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_NOT_FOUND,
				"member: expected a file, found no folder for it"));
	return evx_directory_file(folder, last, name, fd, size, diag);
}

struct prefixed {
	const char *prefix;
	evx_directory_each_fn each;
	void *ctx;
};

static enum evx_err with_prefix(void *ctx, const char *entry, unsigned char type)
{
	const struct prefixed *p = ctx;
	char name[NAME_MAX + 16];

	(void)type;
	(void)snprintf(name, sizeof(name), "%s%s", p->prefix, entry);
	return p->each(p->ctx, name);
}

/* Calls each for the entries of the open directory fd. */
static enum evx_err list(
	int fd, const char *prefix, evx_directory_each_fn each, void *ctx, struct evx_diag *diag)
{
	struct prefixed p = { prefix, each, ctx };

	return evx_entries_each(fd, prefix, with_prefix, &p, diag);
}

struct highest {
	unsigned group;
	bool found;
};

static enum evx_err see_index(void *ctx, const char *name)
{
	struct highest *h = ctx;
	struct evx_member_id id;

	if (evx_member_parse(name, &id, NULL) != EVX_OK || id.kind != EVX_MEMBER_INDEX)
		return EVX_OK;
	if (!h->found || id.number > h->group)
		h->group = id.number;
	h->found = true;
	return EVX_OK;
}

enum evx_err evx_directory_last_index(
	const struct evx_directory *d, unsigned *group, struct evx_diag *diag)
{
	struct highest h = { 0, false };
	enum evx_err err = list(d->fd, "", see_index, &h, diag);

	*group = h.group;
	if (err == EVX_OK && !h.found)
		return evx_fail(diag, EVX_E_NOT_OURS,
			"directory: expected an unpacked bundle, found no index");
	return err;
}

struct filter {
	const struct evx_directory *d;
	evx_directory_each_fn each;
	void *ctx;
};

static enum evx_err pass_on(void *ctx, const char *name)
{
	const struct filter *f = ctx;
	size_t i;

	/* A folder is looked into by itself. */
	for (i = 0; i < FOLDERS; i++)
		if (f->d->sub[i] >= 0 && strcmp(name, folders[i]) == 0)
			return EVX_OK;
	return f->each(f->ctx, name);
}

enum evx_err evx_directory_each(
	const struct evx_directory *d, evx_directory_each_fn each, void *ctx, struct evx_diag *diag)
{
	struct filter f = { d, each, ctx };
	enum evx_err err = list(d->fd, "", pass_on, &f, diag);
	char prefix[16];
	size_t i;

	for (i = 0; err == EVX_OK && i < FOLDERS; i++) {
		(void)snprintf(prefix, sizeof(prefix), "%s/", folders[i]);
		if (d->sub[i] >= 0)
			err = list(d->sub[i], prefix, pass_on, &f, diag);
	}
	return err;
}
