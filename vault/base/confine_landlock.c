/* Landlock by raw system calls: neither the C library nor the kernel headers of Debian 12 know all
 * of it. Numbers and rights are those of the kernel's Documentation/userspace-api/landlock.rst. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/confine_inner.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1u

/* Rights to files, in the order of their bits: bits 0 to 12 came with version 1 of the interface.
 */
#define FS_EXECUTE (UINT64_C(1) << 0)
#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_CHAR (UINT64_C(1) << 6)
#define FS_MAKE_REG (UINT64_C(1) << 8)
#define FS_MAKE_SOCK (UINT64_C(1) << 9)
#define FS_MAKE_FIFO (UINT64_C(1) << 10)
#define FS_MAKE_BLOCK (UINT64_C(1) << 11)
#define FS_MAKE_SYM (UINT64_C(1) << 12)
#define FS_OF_ABI_1 ((UINT64_C(1) << 13) - 1)
#define FS_REFER (UINT64_C(1) << 13)     /* version 2 */
#define FS_TRUNCATE (UINT64_C(1) << 14)  /* version 3 */
#define FS_IOCTL_DEV (UINT64_C(1) << 15) /* version 5 */

#define NET_BIND_TCP (UINT64_C(1) << 0) /* version 4 */
#define NET_CONNECT_TCP (UINT64_C(1) << 1)

#define SCOPE_ABSTRACT_UNIX_SOCKET (UINT64_C(1) << 0) /* version 6 */
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

/* The rights that mean something for a file that is no directory; the kernel refuses a rule on one
 * that names others. */
#define FS_FILE (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net; /* version 4 */
	uint64_t scoped;             /* version 6 */
};

struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

static int interface_version(void)
{
	int version = (int)syscall(
		SYS_landlock_create_ruleset, NULL, (size_t)0, CREATE_RULESET_VERSION);

#ifdef EVX_CONFINE_FORCED
	/* Only in a test that is built for it: be an older kernel, or (0) one without Landlock. */
	extern int evx_confine_forced_abi;

	if (evx_confine_forced_abi == 0) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (evx_confine_forced_abi > 0 && evx_confine_forced_abi < version)
		return evx_confine_forced_abi;
#endif
	return version;
}

/* What a kernel of the given version can restrict; *len is how much of the structure it knows. */
static struct ruleset_attr handled(int abi, unsigned may, size_t *len)
{
	struct ruleset_attr a = { FS_OF_ABI_1, 0, 0 };

	*len = offsetof(struct ruleset_attr, handled_access_net);
	if (abi >= 2)
		a.handled_access_fs |= FS_REFER;
	if (abi >= 3)
		a.handled_access_fs |= FS_TRUNCATE;
	if (abi >= 4) {
		a.handled_access_net = NET_BIND_TCP |
			((may & EVX_CONFINE_MAY_NETWORK) == 0 ? NET_CONNECT_TCP : 0);
		*len = offsetof(struct ruleset_attr, scoped);
	}
	if (abi >= 5)
		a.handled_access_fs |= FS_IOCTL_DEV;
	if (abi >= 6) {
		a.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
		*len = sizeof(a);
	}
	return a;
}

/* Beneath a writable directory: files, directories, renames between them; in an extraction links,
 * FIFOs and sockets, too, and devices when it is asked to make them. Never programs, nor devices
 * that are there. */
static uint64_t rights(enum evx_confine_how how, unsigned may, uint64_t all)
{
	switch (how) {
	case EVX_CONFINE_NAMES:
		/* To open what has these names would take another right. */
		return FS_MAKE_REG | FS_REMOVE_FILE;
	case EVX_CONFINE_WRITE:
	case EVX_CONFINE_MOVE:
		all &= ~(FS_EXECUTE | FS_IOCTL_DEV);
		if ((may & EVX_CONFINE_MAY_RESTORE) == 0)
			all &= ~(FS_MAKE_SYM | FS_MAKE_FIFO | FS_MAKE_SOCK);
		if ((may & EVX_CONFINE_MAY_DEVICES) == 0)
			all &= ~(FS_MAKE_CHAR | FS_MAKE_BLOCK);
		return all;
	case EVX_CONFINE_READ:
		break;
	}
	return FS_READ_FILE | FS_READ_DIR;
}

/* A block device that is named itself, a source, may also be asked for its size (that is an ioctl).
 */
static enum evx_err allow(int ruleset, const struct evx_confine_dir *dir, unsigned may,
	uint64_t all, struct evx_diag *diag)
{
	struct path_beneath_attr rule = { .parent_fd = dir->fd };
	struct stat st;

	if (fstat(dir->fd, &st) != 0)
		return evx_fail_errno(diag, NULL, "Landlock: stat of an allowed directory failed");
	rule.allowed_access = rights(dir->writable, may, all);
	if (S_ISBLK(st.st_mode))
		rule.allowed_access |= all & FS_IOCTL_DEV;
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= FS_FILE;
	if (rule.allowed_access != 0 &&
		syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0u) != 0)
		return evx_fail_errno(diag, NULL, "Landlock: rule refused");
	return EVX_OK;
}

static enum evx_err restrict_to(int ruleset, const struct evx_confine_dir *dirs, size_t ndirs,
	unsigned may, uint64_t all, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; err == EVX_OK && i < ndirs; i++)
		err = allow(ruleset, &dirs[i], may, all, diag);
	if (err == EVX_OK && syscall(SYS_landlock_restrict_self, ruleset, 0u) != 0)
		err = evx_fail_errno(diag, NULL, "Landlock: refused");
	return err;
}

/* Version 1 refuses every rename into another directory, whatever its rules. */
static bool too_old(int version, const struct evx_confine_dir *dirs, size_t ndirs)
{
	for (size_t i = 0; version == 1 && i < ndirs; i++)
		if (dirs[i].writable == EVX_CONFINE_MOVE)
			return true;
	return false;
}

enum evx_err evx_confine_landlock(const struct evx_confine_dir *dirs, size_t ndirs, unsigned may,
	int *abi, struct evx_diag *diag)
{
	struct ruleset_attr attr;
	int version = interface_version(), ruleset;
	enum evx_err err;
	size_t len;

	*abi = 0;
	/* ENOSYS: not built in, EOPNOTSUPP: switched off, EPERM: hidden by an outer seccomp filter
	 * (containers). */
	if (version < 0 && (errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM))
		return EVX_OK;
	if (version < 1)
		return evx_fail_errno(diag, NULL, "Landlock: version query failed");
	if (too_old(version, dirs, ndirs))
		return EVX_OK;
	attr = handled(version, may, &len);
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, len, 0u);
	if (ruleset < 0)
		return evx_fail_errno(diag, NULL, "Landlock: rule set refused");
	err = restrict_to(ruleset, dirs, ndirs, may, attr.handled_access_fs, diag);
	if (close(ruleset) != 0 && err == EVX_OK)
		err = evx_fail_errno(diag, NULL, "Landlock: close failed");
	if (err == EVX_OK)
		*abi = version;
	return err;
}
