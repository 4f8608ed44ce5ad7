/* Links, FIFOs, sockets and device nodes made. */
#include "content/restore_node.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"

/* ---- Being what was made ---------------------------------------------------------------- */

/* Those that show one owner for all, or somebody else's: not in every <linux/magic.h>. */
static bool keeps_owners(int fd)
{
	static const unsigned without[] = {
		MSDOS_SUPER_MAGIC,
		0x2011bab0 /* exFAT */,
		0x5346544e,
		0x7366746e /* NTFS */,
		0xfe534d42,
		0xff534d42 /* SMB */,
		NFS_SUPER_MAGIC,
		FUSE_SUPER_MAGIC,
		V9FS_MAGIC,
	};
	struct statfs fs;
	size_t i;

	if (fstatfs(fd, &fs) != 0)
		return true;
	for (i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		if ((unsigned)fs.f_type == without[i])
			return false;
	return true;
}

bool evx_restore_node_is_new(int dirfd, int fd)
{
	struct stat above, st;

	if (fstat(dirfd, &above) != 0 || fstat(fd, &st) != 0)
		return false;
	if (st.st_dev == above.st_dev &&
		((st.st_uid == geteuid() && (st.st_mode & 077) == 0) || !keeps_owners(fd)))
		return true;
	errno = ESTALE;
	return false;
}

/* ---- Being another user for one call ---------------------------------------------------- */

/* Changing the user for files takes the capabilities for files away; they may come back while they
 * are permitted. Of this thread only. */
static void raise_permitted(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct have[2];
	int i;

	if (syscall(SYS_capget, &head, have) != 0)
		return;
	for (i = 0; i < 2; i++)
		have[i].effective = have[i].permitted;
	(void)syscall(SYS_capset, &head, have);
}

static void files_as(uid_t uid, gid_t gid)
{
	(void)setfsgid(gid);
	(void)setfsuid(uid);
	raise_permitted();
}

/* ---- The kinds -------------------------------------------------------------------------- */

static bool make_link(int dirfd, const char *name, const struct evx_entry *e)
{
	if (e->link_target == NULL || strlen(e->link_target) != e->link_target_len) {
		errno = EINVAL; /* its target could not be read when it was sealed */
		return false;
	}
	return symlinkat(e->link_target, dirfd, name) == 0;
}

/* By descriptor: nobody can put something else in its place. */
static bool make_fifo(int dirfd, const char *name, const struct evx_entry *e,
	const struct evx_restore_report *report)
{
	struct stat st;
	int fd;

	if (mkfifoat(dirfd, name, 0600) != 0)
		return false;
	fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode) || st.st_nlink != 1 ||
		!evx_restore_node_is_new(dirfd, fd)) {
		report->lost(report->ctx, "owner, mode and times", fd < 0 ? errno : ESTALE);
	} else {
		const struct evx_restore_target t = { fd, dirfd, name };

		evx_restore_meta_attrs(&t, e, report);
		evx_restore_meta_apply(&t, e, report);
	}
	evx_close_quiet(&fd);
	return true;
}

/* What has no descriptor of its own was made with all that it can have; told is what it has not. */
static void look_at(int dirfd, const char *name, const struct evx_entry *e, bool as_owner,
	const struct evx_restore_report *report)
{
	const struct evx_restore_target t = { -1, dirfd, name };
	struct stat st;

	evx_restore_meta_attrs(&t, e, report);
	if (!e->has_stat)
		return;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		report->lost(report->ctx, "owner, mode and times", errno);
		return;
	}
	if (as_owner && (st.st_uid != e->uid || st.st_gid != e->gid))
		report->lost(report->ctx, "owner", EPERM);
	if (e->type != EVX_SYMLINK && ((st.st_mode ^ e->mode) & 0777) != 0)
		report->lost(report->ctx, "mode", EPERM);
	evx_restore_meta_apply(&t, e, report);
}

bool evx_restore_node(int dirfd, const char *name, const struct evx_entry *e, bool devices,
	const struct evx_restore_report *report, const char **what)
{
	const bool as_owner = e->has_stat && report->owner;
	const mode_t mode = e->has_stat ? e->mode & 0777 : 0600;
	bool made = false;
	int sys_errno;

	if (e->type == EVX_FIFO) {
		*what = "FIFO";
		return make_fifo(dirfd, name, e, report);
	}
	if (as_owner)
		files_as(e->uid, e->gid);
	switch (e->type) {
	case EVX_SYMLINK:
		*what = "symbolic link";
		made = make_link(dirfd, name, e);
		break;
	case EVX_SOCKET:
		*what = "socket";
		made = mknodat(dirfd, name, S_IFSOCK | mode, 0) == 0;
		break;
	default:
		*what = "device node";
		errno = EPERM;
		if (devices && geteuid() == 0)
			made = mknodat(dirfd, name,
				       (e->type == EVX_CHARDEV ? S_IFCHR : S_IFBLK) | mode,
				       makedev(e->rdev_major, e->rdev_minor)) == 0;
	}
	sys_errno = errno;
	if (as_owner)
		files_as(geteuid(), getegid());
	if (made)
		look_at(dirfd, name, e, as_owner, report);
	errno = sys_errno;
	return made;
}
