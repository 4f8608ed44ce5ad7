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

enum evx_err evx_spool_make(
	int parent, const char *prefix, struct evx_spool *out, struct evx_diag *diag)
{
	struct sweep dead = { parent, prefix };
	uint8_t random[16];
	char hex[33];

	*out = (struct evx_spool){ .parent = parent, .fd = -1 };
	(void)evx_entries_each(parent, NULL, sweep_one, &dead, NULL);
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
