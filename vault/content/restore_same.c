/* What stands in the way of an extraction, compared with what would be restored there. */
#include "content/restore_same.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/hash.h"

#define READ_SIZE 262144u

static enum evx_err same_bytes(int fd, const struct evx_entry *e, const struct evx_cancel *cancel,
	bool *same, struct evx_diag *diag)
{
	struct evx_hash *hash = evx_hash_new(EVX_SHA256);
	uint8_t *buf = malloc(READ_SIZE), found[32];
	enum evx_err err = hash != NULL && buf != NULL ? EVX_OK : evx_fail_memory(diag);
	struct evx_diag why = { 0 };
	size_t got = READ_SIZE;
	uint64_t at = 0;

	while (err == EVX_OK && got == READ_SIZE) {
		if (evx_cancelled(cancel)) {
			err = evx_fail(diag, EVX_E_INTERRUPTED,
				"Interrupted. The files so far are in the target directory.");
			break;
		}
		/* What cannot be read is not known to be the same. */
		if (evx_pread_full(fd, buf, READ_SIZE, at, &got, NULL, &why) != EVX_OK)
			goto out;
		evx_hash_update(hash, buf, got);
		at += got;
	}
	if (err == EVX_OK && evx_hash_final(hash, found) != EVX_OK)
		err = evx_fail_memory(diag);
	*same = err == EVX_OK && at == e->size && evx_hash_equal(found, e->sha256);
out:
	evx_hash_free(hash);
	free(buf);
	return err;
}

/* Opened only once it is known to be a file: to open a device could move its tape. */
static enum evx_err same_file(int dirfd, const char *name, const struct stat *seen,
	const struct evx_entry *e, const struct evx_cancel *cancel, bool *same,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	struct stat st;
	int fd;

	if (!S_ISREG(seen->st_mode) || (uint64_t)seen->st_size != e->size || !e->has_sha256 ||
		e->n_bad > 0 || e->read_error != NULL)
		return EVX_OK;
	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return EVX_OK;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_dev == seen->st_dev &&
		st.st_ino == seen->st_ino)
		err = same_bytes(fd, e, cancel, same, diag);
	evx_close_quiet(&fd);
	return err;
}

static bool same_link(
	int dirfd, const char *name, const struct stat *seen, const struct evx_entry *e)
{
	char *to;
	ssize_t n;
	bool same;

	if (!S_ISLNK(seen->st_mode) || e->link_target == NULL)
		return false;
	to = malloc(e->link_target_len + 1);
	if (to == NULL)
		return false;
	n = readlinkat(dirfd, name, to, e->link_target_len + 1);
	same = n >= 0 && (size_t)n == e->link_target_len &&
		memcmp(to, e->link_target, (size_t)n) == 0;
	free(to);
	return same;
}

static bool same_device(const struct stat *seen, const struct evx_entry *e)
{
	return (e->type == EVX_CHARDEV ? S_ISCHR(seen->st_mode) : S_ISBLK(seen->st_mode)) &&
		seen->st_rdev == makedev(e->rdev_major, e->rdev_minor);
}

enum evx_err evx_restore_same(int dirfd, const char *name, const struct evx_entry *e,
	const struct evx_cancel *cancel, bool *same, struct evx_diag *diag)
{
	struct stat st;

	*same = false;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return EVX_OK;
	switch (e->type) {
	case EVX_FILE:
		return same_file(dirfd, name, &st, e, cancel, same, diag);
	case EVX_SYMLINK:
		*same = same_link(dirfd, name, &st, e);
		break;
	case EVX_FIFO:
		*same = S_ISFIFO(st.st_mode);
		break;
	case EVX_SOCKET:
		*same = S_ISSOCK(st.st_mode);
		break;
	case EVX_CHARDEV:
	case EVX_BLOCKDEV:
		*same = same_device(&st, e);
		break;
	case EVX_DIR:
		break;
	}
	return EVX_OK;
}

bool evx_restore_same_dir(int above, int fd, const struct evx_entry *e, bool with_owner)
{
	struct stat up, st;

	if (fstat(above, &up) != 0 || fstat(fd, &st) != 0 || st.st_dev != up.st_dev)
		return false;
	return st.st_uid == geteuid() || (with_owner && e->has_stat && st.st_uid == e->uid);
}
