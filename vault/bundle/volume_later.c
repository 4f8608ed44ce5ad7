/* Opens volumes of a large set when they are read. */
#include "bundle/volume_later.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/io.h"
#include "base/path.h"

#define OPEN_MAX 32u     /* parts at once */
#define OTHER_FILES 128u /* descriptors that everything else may need */

/* A part as it was found first. */
struct seen {
	uint64_t dev, ino, size;
};

struct evx_volume_later {
	pthread_mutex_t lock;
	int dirfd;
	char *base; /* the name of a part without its number */
	struct seen *seen;
	size_t nseen;
	size_t open[OPEN_MAX]; /* parts; the one at hand gives way next */
	size_t nopen, hand;
};

bool evx_volume_later_room(size_t parts)
{
	struct rlimit limit;
	const rlim_t need = (rlim_t)parts + OTHER_FILES;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= need)
		return true;
	if (limit.rlim_max < need)
		return false;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

enum evx_err evx_volume_later_new(
	const char *base, struct evx_volume_later **out, struct evx_diag *diag)
{
	struct evx_volume_later *d = calloc(1, sizeof(*d));
	char *folder = evx_path_parent(base);
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (d == NULL || pthread_mutex_init(&d->lock, NULL) != 0) {
		free(d);
		free(folder);
		return evx_fail_memory(diag);
	}
	d->dirfd = -1;
	d->base = strdup(evx_path_base(base));
	if (d->base == NULL || folder == NULL)
		err = evx_fail_memory(diag);
	else if ((d->dirfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		err = evx_fail_errno(diag, folder, "The directory cannot be opened");
	free(folder);
	if (err == EVX_OK)
		*out = d;
	else
		evx_volume_later_free(d);
	return err;
}

void evx_volume_later_free(struct evx_volume_later *d)
{
	if (d == NULL)
		return;
	evx_close_quiet(&d->dirfd);
	(void)pthread_mutex_destroy(&d->lock);
	free(d->base);
	free(d->seen);
	free(d);
}

static enum evx_err look(int fd, const char *name, struct seen *out, struct evx_diag *diag)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return evx_fail_errno(
			diag, name, "The length and times of the file cannot be read");
	*out = (struct seen){ (uint64_t)st.st_dev, (uint64_t)st.st_ino, (uint64_t)st.st_size };
	return EVX_OK;
}

enum evx_err evx_volume_later_note(struct evx_volume_later *d, int fd, struct evx_diag *diag)
{
	struct seen *next = EVX_ARRAY_ADD(d->seen, d->nseen);

	return next == NULL ? evx_fail_memory(diag) : look(fd, d->base, next, diag);
}

int evx_volume_later_directory(const struct evx_volume_later *d)
{
	return d == NULL ? -1 : d->dirfd;
}

/* Opens the part, closing the one that was opened longest ago. Locked. */
static enum evx_err open_now(
	struct evx_volume_later *d, int *fds, size_t part, struct evx_diag *diag)
{
	struct seen now = { 0, 0, 0 };
	char name[512];
	enum evx_err err;
	int fd;

	if (fds[part] >= 0)
		return EVX_OK;
	(void)snprintf(name, sizeof(name), "%s%03zu", d->base, part + 1);
	fd = openat(d->dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return evx_fail_errno(diag, name, "The file cannot be opened");
	if ((err = look(fd, name, &now, diag)) != EVX_OK)
		goto out;
	if (now.dev != d->seen[part].dev || now.ino != d->seen[part].ino ||
		now.size != d->seen[part].size) {
		err = evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_IO,
				"This volume was replaced or changed while evx read the bundle. "
				"Try "
				"again when nobody else works on it."));
		goto out;
	}
	if (d->nopen < OPEN_MAX) {
		d->open[d->nopen++] = part;
	} else {
		evx_close_quiet(&fds[d->open[d->hand]]);
		d->open[d->hand] = part;
		d->hand = (d->hand + 1) % OPEN_MAX;
	}
	fds[part] = fd;
	fd = -1;
out:
	evx_close_quiet(&fd);
	return err;
}

enum evx_err evx_volume_later_pread(struct evx_volume_later *d, int *fds, size_t part, void *p,
	size_t n, uint64_t offset, size_t *got, struct evx_diag *diag)
{
	enum evx_err err;

	*got = 0;
	(void)pthread_mutex_lock(&d->lock);
	if ((err = open_now(d, fds, part, diag)) == EVX_OK)
		err = evx_pread_full(fds[part], p, n, offset, got, d->base, diag);
	(void)pthread_mutex_unlock(&d->lock);
	return err;
}
