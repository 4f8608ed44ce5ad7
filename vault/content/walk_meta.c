/* What the walk learns about one name, and the open file. */
#include "content/walk_meta.h"

#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"
#include "content/shut_out.h"
#include "content/walk_attrs.h"

#define AHEAD_BYTES 1048576
#define LINK_TARGET_MAX 65536

/* EMFILE and the like say nothing about the file: they end the walk, or evidence would be called
 * unreadable for want of a ulimit. */
static bool is_our_shortage(int e)
{
	return e == EMFILE || e == ENFILE || e == ENOMEM;
}

/* Some network file systems give nanoseconds that are none. */
static void set_time(
	const struct statx_timestamp *t, bool known, bool *has, struct evx_file_time *out)
{
	*has = known && t->tv_nsec < 1000000000;
	if (*has)
		*out = (struct evx_file_time){ t->tv_sec, t->tv_nsec };
}

static enum evx_entry_type type_of_mode(unsigned mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return EVX_DIR;
	case S_IFLNK:
		return EVX_SYMLINK;
	case S_IFIFO:
		return EVX_FIFO;
	case S_IFSOCK:
		return EVX_SOCKET;
	case S_IFCHR:
		return EVX_CHARDEV;
	case S_IFBLK:
		return EVX_BLOCKDEV;
	default:
		return EVX_FILE;
	}
}

static void set_stat(struct evx_entry *e, const struct statx *st)
{
	e->type = type_of_mode(st->stx_mode);
	e->has_stat = true;
	e->size = e->type == EVX_FILE ? st->stx_size : 0;
	e->blocks = st->stx_blocks;
	e->mode = st->stx_mode & 07777;
	e->uid = st->stx_uid;
	e->gid = st->stx_gid;
	e->dev = makedev(st->stx_dev_major, st->stx_dev_minor);
	e->ino = st->stx_ino;
	e->is_hard_link = st->stx_nlink > 1 && e->type != EVX_DIR;
	if (e->type == EVX_CHARDEV || e->type == EVX_BLOCKDEV) {
		e->rdev_major = st->stx_rdev_major;
		e->rdev_minor = st->stx_rdev_minor;
	}
}

static void set_times(struct evx_entry *e, const struct statx *st)
{
	set_time(&st->stx_atime, (st->stx_mask & STATX_ATIME) != 0, &e->has_atime, &e->atime);
	set_time(&st->stx_mtime, (st->stx_mask & STATX_MTIME) != 0, &e->has_mtime, &e->mtime);
	set_time(&st->stx_ctime, (st->stx_mask & STATX_CTIME) != 0, &e->has_ctime, &e->ctime);
	set_time(&st->stx_btime, (st->stx_mask & STATX_BTIME) != 0, &e->has_btime, &e->btime);
}

static int do_statx(int dirfd, const char *name, int flags, struct statx *st)
{
	return statx(dirfd, name, flags | AT_NO_AUTOMOUNT | AT_EMPTY_PATH,
		STATX_BASIC_STATS | STATX_BTIME, st);
}

int evx_walk_meta_open(int dirfd, const char *name, int flags)
{
	char self[32];
	flags |= O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	if (*name != '\0')
		flags |= O_NOFOLLOW;
	else if ((flags & O_DIRECTORY) != 0)
		name = ".";
	else {
		/* A link of the kernel's, which leads to what is open and nowhere else. */
		(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", dirfd);
		name = self;
	}
	int fd = openat(dirfd, name, flags | O_NOATIME);
	return fd < 0 && errno == EPERM ? openat(dirfd, name, flags) : fd;
}

/* Opens what st describes and looks again: the entry must describe the file whose bytes will be
 * read. */
static enum evx_err open_described(int dirfd, const char *name, struct evx_entry *e,
	struct statx *st, int *out, int *sys_errno)
{
	struct statx opened;
	int fd = evx_walk_meta_open(dirfd, name, e->type == EVX_DIR ? O_DIRECTORY : 0);
	if (fd < 0 && errno == ENOENT && *name == '\0' &&
		do_statx(AT_FDCWD, "/proc/self/fd", 0, &opened) != 0)
		return evx_entry_read_failed(
			e, ENOENT, "opening the source needs /proc, which is not mounted");
	if (fd < 0 || do_statx(fd, "", 0, &opened) != 0) {
		*sys_errno = errno;
		evx_close_quiet(&fd);
		return is_our_shortage(*sys_errno) ?
			EVX_E_IO :
			evx_entry_read_failed(
				e, *sys_errno, evx_shut_out(dirfd, *sys_errno, EVX_SHUT_OUT_OPEN));
	}
	if (opened.stx_ino != st->stx_ino || opened.stx_dev_major != st->stx_dev_major ||
		opened.stx_dev_minor != st->stx_dev_minor ||
		(opened.stx_mode & S_IFMT) != (st->stx_mode & S_IFMT)) {
		evx_close_quiet(&fd);
		return evx_entry_read_failed(e, ESTALE, "replaced while it was being opened");
	}
	*st = opened;
	set_stat(e, st);
	*out = fd;
	return EVX_OK;
}

static enum evx_err read_link_target(int dirfd, const char *name, struct evx_entry *e)
{
	char small[4097], *buf = small;
	ssize_t n = readlinkat(dirfd, name, small, sizeof(small));
	if (n == (ssize_t)sizeof(small)) {
		buf = malloc(LINK_TARGET_MAX);
		if (buf == NULL)
			return EVX_E_MEMORY;
		n = readlinkat(dirfd, name, buf, LINK_TARGET_MAX);
	}
	enum evx_err err;
	if (n < 0)
		err = evx_entry_read_failed(
			e, errno, evx_shut_out(dirfd, errno, EVX_SHUT_OUT_LINK));
	else if (n == LINK_TARGET_MAX)
		err = evx_entry_read_failed(e, ENAMETOOLONG, "reading the link");
	else
		err = evx_entry_set_link_target(e, buf, (size_t)n);
	if (buf != small)
		free(buf);
	return err;
}

static enum evx_err read_flags(int fd, struct evx_entry *e)
{
	int flags = 0;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0) {
		bool none = errno == ENOTTY || errno == EOPNOTSUPP || errno == EINVAL ||
			errno == ENOSYS;
		return none ? EVX_OK : evx_entry_metadata_failed(e, errno, "file flags");
	}
	e->has_fflags = true;
	e->fflags = (uint32_t)flags;
	if ((e->fflags & ~(uint32_t)FS_EXTENT_FL) == 0)
		return EVX_OK;
	struct archive_entry *ae = archive_entry_new();
	if (ae == NULL)
		return EVX_E_MEMORY;
	archive_entry_set_fflags(ae, e->fflags, 0);
	const char *text = archive_entry_fflags_text(ae);
	enum evx_err err = EVX_OK;
	if (text != NULL && *text != '\0' && (e->fflags_text = strdup(text)) == NULL)
		err = EVX_E_MEMORY;
	archive_entry_free(ae);
	return err;
}

static enum evx_err make_image(int fd, struct evx_entry *e)
{
	e->type = EVX_FILE;
	e->is_image = true;
	e->rdev_major = e->rdev_minor = 0;
	if (ioctl(fd, BLKGETSIZE64, &e->size) != 0)
		return evx_entry_read_failed(e, errno, "asking the device for its size");
	return EVX_OK;
}

static enum evx_err unreachable(struct evx_entry *e, unsigned char hint, int sys_errno)
{
	e->type = type_of_mode((unsigned)hint << 12); /* DTTOIF */
	return evx_entry_read_failed(e, sys_errno, "statx");
}

static enum evx_err describe(int dirfd, const char *name, unsigned char hint, unsigned flags,
	struct evx_entry *e, int *fd, int *sys_errno)
{
	struct statx st;
	enum evx_err err = EVX_OK;
	if (do_statx(dirfd, name, AT_SYMLINK_NOFOLLOW, &st) != 0) {
		*sys_errno = errno;
		return is_our_shortage(errno) ? EVX_E_IO : unreachable(e, hint, errno);
	}
	set_stat(e, &st);
	bool image = e->type == EVX_BLOCKDEV && (flags & EVX_WALK_META_IMAGE);
	if (e->type == EVX_FILE || e->type == EVX_DIR || image)
		err = open_described(dirfd, name, e, &st, fd, sys_errno);
	set_times(e, &st);
	if (err == EVX_OK && *fd >= 0 && (flags & EVX_WALK_META_AHEAD) && e->type == EVX_FILE &&
		e->size > 0)
		(void)posix_fadvise(*fd, 0, e->size < AHEAD_BYTES ? (off_t)e->size : AHEAD_BYTES,
			POSIX_FADV_WILLNEED);
	if (err == EVX_OK && e->type == EVX_SYMLINK)
		err = read_link_target(dirfd, name, e);
	if (err == EVX_OK)
		err = evx_walk_attrs_read(dirfd, name, *fd, e);
	if (err == EVX_OK && *fd >= 0 && (e->type == EVX_FILE || e->type == EVX_DIR))
		err = read_flags(*fd, e);
	if (err == EVX_OK && image && *fd >= 0)
		err = make_image(*fd, e);
	return err;
}

enum evx_err evx_walk_meta_read(int dirfd, const char *name, unsigned char hint, unsigned flags,
	struct evx_entry **out, int *fd, int *sys_errno)
{
	struct evx_entry *e = evx_entry_new();
	int opened = -1;
	*out = NULL;
	*fd = -1;
	*sys_errno = 0;
	if (e == NULL)
		return EVX_E_MEMORY;
	enum evx_err err = describe(dirfd, name, hint, flags, e, &opened, sys_errno);
	if (err != EVX_OK) {
		evx_close_quiet(&opened);
		evx_entry_delete(e);
		return err == EVX_E_IO && *sys_errno == ENOMEM ? EVX_E_MEMORY : err;
	}
	*out = e;
	*fd = opened;
	return EVX_OK;
}

void evx_walk_meta_touch(
	int dirfd, const char *name, bool maybe_dir, void *scratch, size_t scratch_len)
{
	struct statx st;
	if (statx(dirfd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &st) != 0 ||
		!maybe_dir || !S_ISDIR(st.stx_mode))
		return;
	int fd = evx_walk_meta_open(dirfd, name, O_DIRECTORY);
	if (fd >= 0)
		(void)!getdents64(fd, scratch, scratch_len);
	evx_close_quiet(&fd);
}
