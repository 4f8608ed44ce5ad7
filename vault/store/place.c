/* Files and directories of a vault, no link followed. */
#include "store/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/entries.h"
#include "base/io.h"

enum evx_err evx_place_open(int parent, const char *name, int *fd, struct evx_diag *diag)
{
	*fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd >= 0)
		return EVX_OK;
	if (errno == ELOOP || errno == ENOTDIR)
		return evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_CORRUPT,
				"This must be a directory, but it is something else. Nothing was "
				"read. "
				"Look for a backup."));
	return evx_fail_errno(diag, name, "vault: directory cannot be opened");
}

enum evx_err evx_place_make(int parent, const char *name, int *fd, struct evx_diag *diag)
{
	enum evx_err err;

	*fd = -1;
	if (mkdirat(parent, name, 0777) != 0 && errno != EEXIST)
		return evx_fail_errno(diag, name, "vault: directory cannot be made");
	/* Also of one that was there: whoever made it may have died before this. */
	err = evx_fsync(parent, name, diag);
	return err == EVX_OK ? evx_place_open(parent, name, fd, diag) : err;
}

static enum evx_err read_open(
	int fd, const char *name, size_t max, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len;
	struct stat st;
	size_t got = 0;
	enum evx_err err;

	if (fstat(fd, &st) != 0)
		return evx_fail_errno(diag, name, "vault: file cannot be looked at");
	if (!S_ISREG(st.st_mode))
		return evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_CORRUPT,
				"This must be a file, but it is something else. Nothing was read. "
				"Look for a backup."));
	if ((uint64_t)st.st_size > max)
		return evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_LIMIT, "vault: found a file of %lld bytes (limit %zu)",
				(long long)st.st_size, max));
	err = evx_buf_reserve(out, (size_t)st.st_size);
	if (err != EVX_OK)
		return evx_diag_in(
			diag, name, evx_fail(diag, err, "vault: file does not fit into memory"));
	if (st.st_size > 0)
		err = evx_read_full(fd, out->data + start, (size_t)st.st_size, &got, name, diag);
	out->len = err == EVX_OK ? start + got : start;
	return err;
}

enum evx_err evx_place_read(
	int parent, const char *name, size_t max, struct evx_buf *out, struct evx_diag *diag)
{
	int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	enum evx_err err;

	if (fd < 0 && (errno == ELOOP || errno == ENXIO))
		return evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_CORRUPT,
				"This must be a file, but it is something else. Nothing was read. "
				"Look for a backup."));
	if (fd < 0)
		return evx_fail_errno(diag, name, "vault: file cannot be opened");
	err = read_open(fd, name, max, out, diag);
	evx_close_quiet(&fd);
	return err;
}

enum evx_err evx_place_each_type(int fd,
	enum evx_err (*each)(void *ctx, const char *name, unsigned char type), void *ctx,
	struct evx_diag *diag)
{
	return evx_entries_each(fd, NULL, each, ctx, diag);
}

struct untyped {
	enum evx_err (*each)(void *ctx, const char *name);
	void *ctx;
};

static enum evx_err without_type(void *ctx, const char *name, unsigned char type)
{
	const struct untyped *u = ctx;

	(void)type;
	return u->each(u->ctx, name);
}

enum evx_err evx_place_each(
	int fd, enum evx_err (*each)(void *ctx, const char *name), void *ctx, struct evx_diag *diag)
{
	struct untyped u = { each, ctx };

	return evx_place_each_type(fd, without_type, &u, diag);
}

struct removal {
	int fd;
	unsigned depth;
	struct evx_diag *diag;
};

static enum evx_err remove_one(void *ctx, const char *name)
{
	const struct removal *r = ctx;

	return evx_place_remove(r->fd, name, r->depth - 1, r->diag);
}

enum evx_err evx_place_remove(int parent, const char *name, unsigned depth, struct evx_diag *diag)
{
	struct removal r = { -1, depth, diag };
	enum evx_err err = EVX_OK;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return EVX_OK;
	if (errno != EISDIR && errno != EPERM)
		return evx_fail_errno(diag, name, "vault: file cannot be removed");
	if (depth > 0) {
		err = evx_place_open(parent, name, &r.fd, diag);
		if (err == EVX_OK)
			err = evx_place_each(r.fd, remove_one, &r, diag);
		evx_close_quiet(&r.fd);
	}
	if (err == EVX_OK && unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
		err = evx_fail_errno(diag, name, "vault: directory cannot be removed");
	return err;
}

bool evx_place_is_shared(int fd)
{
	/* linux/magic.h has not all of them. FUSE may be local, too; what is told is that locks may
	 * not hold. */
	static const unsigned long shared[] = { 0x6969 /* nfs */, 0x517b /* smb */,
		0xff534d42 /* cifs */, 0xfe534d42 /* smb2 */, 0x5346414f /* afs */,
		0x6b414653 /* kafs */, 0x00c36400 /* ceph */, 0x01021997 /* 9p */,
		0x73757245 /* coda */, 0x0bd00bd0 /* lustre */, 0x65735546 /* fuse */ };
	struct statfs st;

	if (fstatfs(fd, &st) != 0)
		return false;
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		if (((unsigned long)st.f_type & 0xffffffffUL) == shared[i])
			return true;
	return false;
}
