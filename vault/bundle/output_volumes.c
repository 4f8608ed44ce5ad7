/* Numbered parts of one length. */
#include "bundle/output.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "format/limits.h"

struct volumes_output {
	struct evx_output_place place;
	uint64_t part_len, written; /* of the open part */
	unsigned parts, published;  /* created; the last `published` of them have their names */
	bool committed;
	int fd, lock_fd;
	pthread_mutex_t lock; /* of what follows */
	struct {
		uint64_t dev, ino;
	} made[EVX_VOLUMES_MAX];
	unsigned nmade;
};

static void part_name(const char *stem, unsigned part, char *out, size_t cap)
{
	(void)snprintf(out, cap, "%s.%03u", stem, part);
}

static enum evx_err next_part(struct volumes_output *v, struct evx_diag *diag)
{
	char name[512];
	struct stat st;
	bool known;

	if (v->parts == EVX_VOLUMES_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"The bundle would need more than %u volumes. Nothing was sealed. Choose "
			"larger volumes.",
			EVX_VOLUMES_MAX);
	part_name(v->place.partial, v->parts + 1, name, sizeof(name));
	/* Whoever sees the new file and asks whose it is waits until that is known. */
	(void)pthread_mutex_lock(&v->lock);
	v->fd = openat(
		v->place.dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	v->parts += v->fd >= 0;
	/* A lock of the first part says that somebody writes the set. */
	if (v->fd >= 0 && v->parts == 1) {
		v->lock_fd = fcntl(v->fd, F_DUPFD_CLOEXEC, 3);
		(void)flock(v->fd, LOCK_EX | LOCK_NB);
	}
	known = v->fd >= 0 && fstat(v->fd, &st) == 0;
	if (known) {
		v->made[v->nmade].dev = (uint64_t)st.st_dev;
		v->made[v->nmade++].ino = (uint64_t)st.st_ino;
	}
	(void)pthread_mutex_unlock(&v->lock);
	v->written = 0;
	return known ? EVX_OK : evx_fail_errno(diag, name, "The file cannot be created");
}

static enum evx_err end_part(struct volumes_output *v, struct evx_diag *diag)
{
	enum evx_err err = evx_fsync(v->fd, v->place.name, diag);

	return err != EVX_OK ? err : evx_close(&v->fd, v->place.name, diag);
}

static enum evx_err write_volumes(void *self, const void *p, size_t n, struct evx_diag *diag)
{
	struct volumes_output *v = self;
	const uint8_t *from = p;
	enum evx_err err = EVX_OK;

	while (err == EVX_OK && n > 0) {
		size_t now = n;

		if (v->fd < 0 && (err = next_part(v, diag)) != EVX_OK)
			break;
		if (now > v->part_len - v->written)
			now = (size_t)(v->part_len - v->written);
		err = evx_write_full(v->fd, from, now, v->place.name, diag);
		from += now;
		n -= now;
		v->written += now;
		if (err == EVX_OK && v->written == v->part_len)
			err = end_part(v, diag);
	}
	return err;
}

/* A stray file with the number behind the last would be taken for a part. */
static enum evx_err check_free(struct volumes_output *v, unsigned part, struct evx_diag *diag)
{
	char name[512];
	struct stat st;

	part_name(v->place.name, part, name, sizeof(name));
	if (fstatat(v->place.dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return EVX_OK;
	return evx_diag_in(diag, name,
		evx_fail(diag, EVX_E_EXISTS,
			"There is a file of this name already. Nothing was written. Choose another "
			"name."));
}

static enum evx_err commit_volumes(void *self, struct evx_diag *diag)
{
	struct volumes_output *v = self;
	char from[512], to[512];
	enum evx_err err = v->fd >= 0 ? end_part(v, diag) : EVX_OK;

	if (err != EVX_OK || (err = check_free(v, v->parts + 1, diag)) != EVX_OK)
		goto out;
	while (v->published < v->parts) {
		unsigned part = v->parts - v->published;

		/* The other names are on disk before the first part's is. */
		if (part == 1)
			err = evx_fsync(v->place.dirfd, v->place.name, diag);
		part_name(v->place.partial, part, from, sizeof(from));
		part_name(v->place.name, part, to, sizeof(to));
		if (err != EVX_OK ||
			(err = evx_output_publish(v->place.dirfd, from, to, diag)) != EVX_OK)
			goto out;
		v->published++;
	}
	err = evx_fsync(v->place.dirfd, v->place.name, diag);
out:
	v->committed = err == EVX_OK;
	return err;
}

static void free_volumes(void *self)
{
	struct volumes_output *v = self;
	char name[512];
	unsigned part;

	evx_close_quiet(&v->fd);
	evx_close_quiet(&v->lock_fd);
	for (part = 1; !v->committed && part <= v->parts; part++) {
		bool has_name = part > v->parts - v->published;

		part_name(has_name ? v->place.name : v->place.partial, part, name, sizeof(name));
		(void)unlinkat(v->place.dirfd, name, 0);
	}
	evx_output_place_free(&v->place);
	(void)pthread_mutex_destroy(&v->lock);
	free(v);
}

static bool owns_volume(void *self, uint64_t dev, uint64_t ino)
{
	struct volumes_output *v = self;
	bool found = false;

	(void)pthread_mutex_lock(&v->lock);
	for (unsigned i = 0; i < v->nmade && !found; i++)
		found = v->made[i].dev == dev && v->made[i].ino == ino;
	(void)pthread_mutex_unlock(&v->lock);
	return found;
}

enum evx_err evx_output_volumes(
	const char *path, uint64_t part_len, struct evx_output *out, struct evx_diag *diag)
{
	struct volumes_output *v;
	enum evx_err err;

	*out = (struct evx_output){ 0 };
	if (part_len == 0)
		return evx_fail(diag, EVX_E_USAGE, "The size of a volume must be more than 0.");
	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return evx_fail_memory(diag);
	if (pthread_mutex_init(&v->lock, NULL) != 0) {
		free(v);
		return evx_fail_memory(diag);
	}
	v->fd = v->lock_fd = -1;
	v->part_len = part_len;
	err = evx_output_place(path, &v->place, diag);
	if (err == EVX_OK)
		err = check_free(v, 1, diag);
	if (err != EVX_OK) {
		free_volumes(v);
		return err;
	}
	*out = (struct evx_output){ v, write_volumes, commit_volumes, free_volumes, owns_volume };
	return EVX_OK;
}
