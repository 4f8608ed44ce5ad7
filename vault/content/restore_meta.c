/* Owner, mode, times, ACLs and attributes of what was made. */
#include "content/restore_meta.h"

#include <archive_entry.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/posix_acl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/io.h"
#include "content/acl.h"

#define CAPABILITY "security.capability"

/* Those that a person may set (chattr), in the order of setting: the last two forbid whatever comes
 * after. */
static const unsigned settable[] = {
	FS_SECRM_FL,
	FS_UNRM_FL,
	FS_COMPR_FL,
	FS_SYNC_FL,
	FS_NODUMP_FL,
	FS_NOATIME_FL,
	FS_NOCOMP_FL,
	FS_JOURNAL_DATA_FL,
	FS_NOTAIL_FL,
	FS_DIRSYNC_FL,
	FS_TOPDIR_FL,
	FS_NOCOW_FL,
	FS_PROJINHERIT_FL,
	FS_APPEND_FL,
	FS_IMMUTABLE_FL,
};

static void lost(const struct evx_restore_report *report, const char *what, int sys_errno)
{
	report->lost(report->ctx, what, sys_errno);
}

static int set_attr(
	const struct evx_restore_target *t, const char *name, const void *value, size_t n)
{
	if (t->fd >= 0)
		return fsetxattr(t->fd, name, value, n, 0);
	errno = EOPNOTSUPP; /* only by its name, which may mean something else by now */
	return -1;
}

static void restore_attr(const struct evx_restore_target *t, const struct evx_xattr *x,
	const struct evx_restore_report *report)
{
	char what[XATTR_NAME_MAX + 64];
	snprintf(what, sizeof(what), "extended attribute %.*s", XATTR_NAME_MAX, x->name);
	/* "system." is the kernel's own: ACLs, which a listing holds as text. */
	if (strncmp(x->name, "system.", 7) == 0)
		lost(report, what, EPERM);
	else if (!report->privileged && strncmp(x->name, "user.", 5) != 0)
		report->left->attributes++;
	else if (set_attr(t, x->name, x->value, x->len) != 0)
		lost(report, what, errno);
}

void evx_restore_meta_attrs(const struct evx_restore_target *t, const struct evx_entry *e,
	const struct evx_restore_report *report)
{
	for (size_t i = 0; i < e->n_xattrs; i++)
		if (strcmp(e->xattrs[i].name, CAPABILITY) != 0)
			restore_attr(t, &e->xattrs[i], report);
}

static bool restore_owner(const struct evx_restore_target *t, const struct evx_entry *e,
	const struct evx_restore_report *report)
{
	/* What has no descriptor was made as its owner (restore_node.c). */
	if (!report->owner || t->fd < 0)
		return false;
	int failed = fchown(t->fd, e->uid, e->gid);
	if (failed)
		lost(report, "owner", errno);
	return !failed;
}

static void restore_capability(const struct evx_restore_target *t, const struct evx_entry *e,
	bool owned, const struct evx_restore_report *report)
{
	for (size_t i = 0; i < e->n_xattrs; i++) {
		if (strcmp(e->xattrs[i].name, CAPABILITY) != 0)
			continue;
		if (!report->privileged)
			report->left->attributes++;
		else if (owned)
			restore_attr(t, &e->xattrs[i], report);
		else
			lost(report, "file capability", 0);
	}
}

/* Numbers of another machine: on this one they may be anybody. */
static bool names_others(const struct evx_buf *acl)
{
	struct {
		uint16_t tag, permissions;
		uint32_t id;
	} entry;
	for (size_t at = 4; at + sizeof(entry) <= acl->len; at += sizeof(entry)) {
		memcpy(&entry, acl->data + at, sizeof(entry));
		entry.tag = le16toh(entry.tag);
		entry.id = le32toh(entry.id);
		if ((entry.tag == ACL_USER && entry.id != geteuid()) ||
			(entry.tag == ACL_GROUP && entry.id != getegid()))
			return true;
	}
	return false;
}

static void restore_acl(const struct evx_restore_target *t, const char *text, const char *attr,
	const struct evx_restore_report *report)
{
	struct evx_buf acl = EVX_BUF_INIT;
	if (text == NULL)
		return;
	enum evx_err err = evx_acl_from_text(text, &acl);
	if (err != EVX_OK)
		lost(report, "access control list", err == EVX_E_MEMORY ? ENOMEM : EINVAL);
	else if (report->no_foreign && names_others(&acl))
		report->left->acls++;
	else if (set_attr(t, attr, acl.data, acl.len) != 0)
		lost(report, "access control list", errno);
	evx_buf_free(&acl);
}

static void restore_mode(const struct evx_restore_target *t, const struct evx_entry *e, bool owned,
	const struct evx_restore_report *report)
{
	mode_t mode = e->mode & 07777;
	if (!report->privileged && (mode & (S_ISUID | S_ISGID)) != 0) {
		report->left->set_ids += e->type != EVX_SYMLINK;
		mode &= ~(mode_t)(S_ISUID | S_ISGID);
	}
	if (e->type == EVX_SYMLINK || t->fd < 0)
		return;
	if (!owned && (mode & (S_ISUID | S_ISGID)) != 0) {
		lost(report, "set-user-id or set-group-id bit", 0);
		mode &= ~(mode_t)(S_ISUID | S_ISGID);
	}
	if (fchmod(t->fd, mode) != 0)
		lost(report, "mode", errno);
}

static struct timespec time_of(bool has, struct evx_file_time t)
{
	if (!has)
		return (struct timespec){ 0, UTIME_OMIT };
	return (struct timespec){ (time_t)t.seconds, (long)t.nanoseconds };
}

/* From 1980 to 2038 every file system has times, to two seconds at least. Beyond it puts the
 * nearest one that it has, and says nothing. */
static bool is_rare(bool has, struct evx_file_time t)
{
	return has && (t.seconds < 315619200 || t.seconds >= INT32_MAX);
}

static bool was_kept(struct evx_file_time t, const struct timespec *found)
{
	return t.seconds >= found->tv_sec - 2 && t.seconds <= found->tv_sec + 2;
}

static void check_times(const struct evx_restore_target *t, const struct evx_entry *e,
	const struct evx_restore_report *report)
{
	const bool access = is_rare(e->has_atime, e->atime);
	const bool modified = is_rare(e->has_mtime, e->mtime);
	struct stat st;

	if ((!access && !modified) ||
		(t->fd >= 0 ? fstat(t->fd, &st) :
			      fstatat(t->dirfd, t->name, &st, AT_SYMLINK_NOFOLLOW)) != 0)
		return;
	if (modified && !was_kept(e->mtime, &st.st_mtim))
		lost(report, "modification time, which this file system cannot hold", 0);
	if (access && !was_kept(e->atime, &st.st_atim))
		lost(report, "access time, which this file system cannot hold", 0);
}

static void restore_times(const struct evx_restore_target *t, const struct evx_entry *e,
	const struct evx_restore_report *report)
{
	struct timespec times[2] = { time_of(e->has_atime, e->atime),
		time_of(e->has_mtime, e->mtime) };
	if (t->fd >= 0 ? futimens(t->fd, times) :
			 utimensat(t->dirfd, t->name, times, AT_SYMLINK_NOFOLLOW))
		lost(report, "times", errno);
	else
		check_times(t, e, report);
}

static unsigned flags_of_text(const char *text, const struct evx_restore_report *report)
{
	unsigned long set = 0, clear = 0;
	struct archive_entry *ae = archive_entry_new();
	if (ae == NULL) {
		lost(report, "file flags", ENOMEM);
		return 0;
	}
	if (archive_entry_copy_fflags_text(ae, text) != NULL)
		lost(report, "a file flag that this system does not know", EINVAL);
	archive_entry_fflags(ae, &set, &clear);
	archive_entry_free(ae);
	return (unsigned)set;
}

static void restore_flags(const struct evx_restore_target *t, const char *text,
	const struct evx_restore_report *report)
{
	int flags = 0;
	if (text != NULL && !report->privileged)
		report->left->flags++;
	unsigned wanted = text != NULL && report->privileged ? flags_of_text(text, report) : 0;
	if (wanted == 0)
		return;
	if (t->fd < 0 || ioctl(t->fd, FS_IOC_GETFLAGS, &flags) != 0) {
		lost(report, "file flags", t->fd < 0 ? EOPNOTSUPP : errno);
		return;
	}
	for (size_t i = 0; i < sizeof(settable) / sizeof(*settable); i++) {
		if ((wanted & settable[i]) == 0 || ((unsigned)flags & settable[i]) != 0)
			continue;
		int more = flags | (int)settable[i];
		if (ioctl(t->fd, FS_IOC_SETFLAGS, &more) == 0)
			flags = more;
		else
			lost(report, "file flags", errno);
	}
}

void evx_restore_meta_apply(const struct evx_restore_target *t, const struct evx_entry *e,
	const struct evx_restore_report *report)
{
	if (!e->has_stat)
		return;
	bool owned = restore_owner(t, e, report);
	restore_capability(t, e, owned, report);
	restore_acl(t, e->acl_access, "system.posix_acl_access", report);
	restore_acl(t, e->acl_default, "system.posix_acl_default", report);
	restore_mode(t, e, owned, report);
	restore_times(t, e, report);
	restore_flags(t, e->fflags_text, report);
}

int evx_restore_meta_unlock(int dirfd, const char *name, int *flags)
{
	const int forbid = FS_IMMUTABLE_FL | FS_APPEND_FL;
	struct stat st;
	int less, fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	*flags = 0;
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
		ioctl(fd, FS_IOC_GETFLAGS, flags) != 0 || (*flags & forbid) == 0)
		goto refused;
	less = *flags & ~forbid;
	if (ioctl(fd, FS_IOC_SETFLAGS, &less) == 0)
		return fd;
refused:
	evx_close_quiet(&fd);
	return -1;
}

void evx_restore_meta_lock(int *fd, int flags)
{
	if (*fd >= 0)
		(void)ioctl(*fd, FS_IOC_SETFLAGS, &flags);
	evx_close_quiet(fd);
}
