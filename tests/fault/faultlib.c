/* Preloaded into a program: fails, or kills the process, at the n-th call that changes files beneath one directory (README.md).
 * Which calls those are is decided at the call, by path or by what /proc says a descriptor is: nothing is opened after the start, so a
 * program that confined itself notices nothing. Every call is made with syscall(2), which is the one function looked up. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/openat2.h>

typedef long (*raw_call)(long, ...);

static raw_call raw_fn;
static char dir[PATH_MAX];
static size_t dir_len;
static unsigned long fail_at;
static atomic_ulong calls;
static int fail_errno, report = -1;
static bool kills, stays;

static raw_call raw(void)
{
	if (raw_fn == NULL)
		*(void **)&raw_fn = dlsym(RTLD_NEXT, "syscall");
	return raw_fn;
}

__attribute__((constructor)) static void begin(void)
{
	const char *how = getenv("EVX_FAULT_HOW"), *at = getenv("EVX_FAULT_AT"), *where = getenv("EVX_FAULT_DIR"), *out = getenv("EVX_FAULT_OUT");

	if (how == NULL || at == NULL || where == NULL || out == NULL)
		return;
	(void)snprintf(dir, sizeof dir, "%s", where);
	dir_len = strlen(dir);
	kills = strcmp(how, "KILL") == 0;
	stays = strcmp(how, "GONE") == 0;
	fail_errno = strcmp(how, "ENOSPC") == 0 ? ENOSPC : strcmp(how, "EINTR") == 0 ? EINTR : strcmp(how, "EACCES") == 0 ? EACCES : EIO;
	report = (int)raw()(SYS_openat, AT_FDCWD, out, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	fail_at = strtoul(at, NULL, 10);
}

static bool beneath(const char *path)
{
	return strncmp(path, dir, dir_len) == 0 && (path[dir_len] == '/' || path[dir_len] == '\0');
}

static bool fd_beneath(int fd)
{
	char link[64], path[PATH_MAX];
	long n;

	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = raw()(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
	path[n > 0 ? n : 0] = '\0';
	return n > 0 && beneath(path);
}

static bool path_beneath(int at, const char *path)
{
	char cwd[PATH_MAX];

	if (path[0] == '/')
		return beneath(path);
	return at != AT_FDCWD ? fd_beneath(at) : raw()(SYS_getcwd, cwd, sizeof cwd) > 0 && beneath(cwd);
}

/* Counts a call that concerns the directory. True when it is to fail; errno is set then. */
static bool fault(const char *call)
{
	unsigned long n;
	char text[64];
	int len;

	if (fail_at == 0)
		return false;
	n = atomic_fetch_add(&calls, 1) + 1;
	if (n < fail_at || (n > fail_at && !stays))
		return false;
	if (n == fail_at) {
		len = snprintf(text, sizeof text, "%lu %s\n", n, call);
		(void)raw()(SYS_write, report, text, (size_t)len);
	}
	if (kills) {
		(void)raw()(SYS_kill, (long)getpid(), SIGKILL);
		for (;;)
			(void)pause();
	}
	errno = fail_errno;
	return true;
}

static bool fd_fault(int fd, const char *call)
{
	return fail_at > 0 && fd_beneath(fd) && fault(call);
}

static bool path_fault(int at, const char *path, const char *call)
{
	return fail_at > 0 && path_beneath(at, path) && fault(call);
}

/* ---- Bytes ---- */

ssize_t write(int fd, const void *p, size_t n)
{
	return fd_fault(fd, "write") ? -1 : raw()(SYS_write, fd, p, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	return fd_fault(fd, "pwrite") ? -1 : raw()(SYS_pwrite64, fd, p, n, at);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
	return fd_fault(fd, "writev") ? -1 : raw()(SYS_writev, fd, v, n);
}

int fsync(int fd)
{
	return fd_fault(fd, "fsync") ? -1 : (int)raw()(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return fd_fault(fd, "fdatasync") ? -1 : (int)raw()(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t n)
{
	return fd_fault(fd, "ftruncate") ? -1 : (int)raw()(SYS_ftruncate, fd, n);
}

int fallocate(int fd, int mode, off_t at, off_t n)
{
	return fd_fault(fd, "fallocate") ? -1 : (int)raw()(SYS_fallocate, fd, mode, at, n);
}

/* A failed close closes all the same, as in Linux. Descriptors that were only read do not count. */
int close(int fd)
{
	long flags = fail_at > 0 ? raw()(SYS_fcntl, fd, F_GETFL) : -1;
	bool written = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && (flags & O_PATH) == 0, fails = written && fd_fault(fd, "close");
	int rc = (int)raw()(SYS_close, fd);

	if (fails)
		errno = fail_errno;
	return fails ? -1 : rc;
}

/* ---- Names ---- */

static int open_at(int at, const char *path, int flags, va_list more)
{
	unsigned mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, unsigned) : 0;

	if (((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) && path_fault(at, path, "open"))
		return -1;
	return (int)raw()(SYS_openat, at, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list more;
	int fd;

	va_start(more, flags);
	fd = open_at(AT_FDCWD, path, flags, more);
	va_end(more);
	return fd;
}

int openat(int at, const char *path, int flags, ...)
{
	va_list more;
	int fd;

	va_start(more, flags);
	fd = open_at(at, path, flags, more);
	va_end(more);
	return fd;
}

int mkdir(const char *path, mode_t mode)
{
	return path_fault(AT_FDCWD, path, "mkdir") ? -1 : (int)raw()(SYS_mkdirat, AT_FDCWD, path, mode);
}

int mkdirat(int at, const char *path, mode_t mode)
{
	return path_fault(at, path, "mkdirat") ? -1 : (int)raw()(SYS_mkdirat, at, path, mode);
}

int symlinkat(const char *target, int at, const char *path)
{
	return path_fault(at, path, "symlinkat") ? -1 : (int)raw()(SYS_symlinkat, target, at, path);
}

int mkfifoat(int at, const char *path, mode_t mode)
{
	return path_fault(at, path, "mkfifoat") ? -1 : (int)raw()(SYS_mknodat, at, path, mode | S_IFIFO, 0);
}

int linkat(int from, const char *a, int to, const char *b, int flags)
{
	return path_fault(to, b, "linkat") ? -1 : (int)raw()(SYS_linkat, from, a, to, b, flags);
}

int renameat2(int from, const char *a, int to, const char *b, unsigned flags)
{
	return path_fault(to, b, "renameat2") ? -1 : (int)raw()(SYS_renameat2, from, a, to, b, flags);
}

int renameat(int from, const char *a, int to, const char *b)
{
	return path_fault(to, b, "renameat") ? -1 : (int)raw()(SYS_renameat2, from, a, to, b, 0);
}

int rename(const char *a, const char *b)
{
	return path_fault(AT_FDCWD, b, "rename") ? -1 : (int)raw()(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 0);
}

int unlinkat(int at, const char *path, int flags)
{
	return path_fault(at, path, "unlinkat") ? -1 : (int)raw()(SYS_unlinkat, at, path, flags);
}

int unlink(const char *path)
{
	return path_fault(AT_FDCWD, path, "unlink") ? -1 : (int)raw()(SYS_unlinkat, AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
	return path_fault(AT_FDCWD, path, "rmdir") ? -1 : (int)raw()(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

/* openat2 has no function of its own. */
long syscall(long nr, ...)
{
	long a[6];
	va_list more;
	size_t i;

	va_start(more, nr);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(more, long);
	va_end(more);
	if (nr == SYS_openat2) {
		const struct open_how *how = (const struct open_how *)(uintptr_t)a[2];
		const char *path = (const char *)(uintptr_t)a[1];

		if ((how->flags & O_CREAT) != 0 && path_fault((int)a[0], path, "openat2"))
			return -1;
	}
	return raw()(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}
