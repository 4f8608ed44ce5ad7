/* Directories of files on their way. */
#include "remote/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "crypto/secret.h"
#include "format/text.h"

static void empty(int fd)
{
	const int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *e;

	if (d == NULL) {
		if (copy >= 0)
			(void)close(copy);
		return;
	}
	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			(void)unlinkat(fd, e->d_name, 0);
	(void)closedir(d);
}

/* Whoever lives holds the lock of its own. */
static bool is_dead(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
		flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static void sweep(int parent, const char *prefix)
{
	const int copy = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *e;

	if (d == NULL) {
		if (copy >= 0)
			(void)close(copy);
		return;
	}
	while ((e = readdir(d)) != NULL) {
		int fd;

		if (strncmp(e->d_name, prefix, strlen(prefix)) != 0)
			continue;
		fd = openat(parent, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (is_dead(fd)) {
			empty(fd);
			(void)unlinkat(parent, e->d_name, AT_REMOVEDIR);
		}
		evx_close_quiet(&fd);
	}
	(void)closedir(d);
}

enum evx_err evx_spool_make(
	int parent, const char *prefix, struct evx_spool *out, struct evx_diag *diag)
{
	uint8_t random[16];
	char hex[33];

	*out = (struct evx_spool){ .parent = parent, .fd = -1 };
	sweep(parent, prefix);
	evx_random(random, sizeof(random));
	evx_hex_encode(random, sizeof(random), hex);
	(void)snprintf(out->name, sizeof(out->name), "%.16s%s", prefix, hex);
	if (mkdirat(parent, out->name, 0700) != 0)
		return evx_fail_errno(
			diag, out->name, "A directory for temporary files cannot be made");
	out->fd = openat(parent, out->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out->fd < 0 || flock(out->fd, LOCK_EX | LOCK_NB) != 0)
		return evx_fail_errno(
			diag, out->name, "The directory for temporary files cannot be used");
	return EVX_OK;
}

void evx_spool_end(struct evx_spool *s)
{
	if (s->fd < 0)
		return;
	empty(s->fd);
	(void)unlinkat(s->parent, s->name, AT_REMOVEDIR);
	evx_close_quiet(&s->fd);
}

enum evx_err evx_spool_file(
	const struct evx_spool *s, const char *name, int *fd, struct evx_diag *diag)
{
	*fd = openat(s->fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *fd >= 0 ? EVX_OK : evx_fail_errno(diag, name, "A temporary file cannot be made");
}
