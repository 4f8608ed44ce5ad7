/* Directories of files on their way. */
#include "remote/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/entries.h"
#include "base/io.h"
#include "crypto/secret.h"
#include "format/text.h"

#define ATTEMPTS 50u /* each is lost only to a process that sweeps at this moment */

static enum evx_err remove_one(void *ctx, const char *name, unsigned char type)
{
	const int *fd = ctx;

	(void)type;
	(void)unlinkat(*fd, name, 0);
	return EVX_OK;
}

/* Whoever lives holds the lock of its own. */
static bool is_dead(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
		flock(fd, LOCK_EX | LOCK_NB) == 0;
}

struct sweep {
	int parent;
	const char *prefix;
};

static enum evx_err sweep_one(void *ctx, const char *name, unsigned char type)
{
	const struct sweep *s = ctx;
	int fd;

	(void)type;
	if (strncmp(name, s->prefix, strlen(s->prefix)) != 0)
		return EVX_OK;
	fd = openat(s->parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (is_dead(fd)) {
		(void)evx_entries_each(fd, NULL, remove_one, &fd, NULL);
		(void)unlinkat(s->parent, name, AT_REMOVEDIR);
	}
	evx_close_quiet(&fd);
	return EVX_OK;
}

/* Makes one directory and locks it. *lost: another process that sweeps took the new, not yet locked
 * directory for one of a dead process. */
static enum evx_err make_one(struct evx_spool *s, bool *lost, struct evx_diag *diag)
{
	struct stat st;

	*lost = false;
	if (mkdirat(s->parent, s->name, 0700) != 0)
		return evx_fail_errno(
			diag, s->name, "A directory for temporary files cannot be made");
	s->fd = openat(s->parent, s->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	*lost = s->fd < 0 && errno == ENOENT;
	if (s->fd >= 0 && flock(s->fd, LOCK_EX | LOCK_NB) != 0)
		*lost = errno == EWOULDBLOCK;
	else if (s->fd >= 0 && fstat(s->fd, &st) == 0 && st.st_nlink > 0)
		return EVX_OK; /* from here on nobody takes it away */
	else if (s->fd >= 0) {
		*lost = true;
		errno = EAGAIN;
	}
	evx_close_quiet(&s->fd);
	return evx_fail_errno(diag, s->name, "The directory for temporary files cannot be used");
}

enum evx_err evx_spool_make(
	int parent, const char *prefix, struct evx_spool *out, struct evx_diag *diag)
{
	struct sweep dead = { parent, prefix };
	enum evx_err err = EVX_E_IO;
	uint8_t random[16];
	bool lost = true;
	char hex[33];

	*out = (struct evx_spool){ .parent = parent, .fd = -1 };
	(void)evx_entries_each(parent, NULL, sweep_one, &dead, NULL);
	for (unsigned i = 0; i < ATTEMPTS && lost; i++) {
		evx_random(random, sizeof(random));
		evx_hex_encode(random, sizeof(random), hex);
		(void)snprintf(out->name, sizeof(out->name), "%.16s%s", prefix, hex);
		evx_diag_clear(diag);
		err = make_one(out, &lost, diag);
	}
	return err;
}

void evx_spool_end(struct evx_spool *s)
{
	if (s->fd < 0)
		return;
	(void)evx_entries_each(s->fd, NULL, remove_one, &s->fd, NULL);
	(void)unlinkat(s->parent, s->name, AT_REMOVEDIR);
	evx_close_quiet(&s->fd);
}

enum evx_err evx_spool_file(
	const struct evx_spool *s, const char *name, int *fd, struct evx_diag *diag)
{
	*fd = openat(s->fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *fd >= 0 ? EVX_OK : evx_fail_errno(diag, name, "A temporary file cannot be made");
}
