/* Preloaded into a program: fails, or kills or interrupts the process, at the n-th call that
 * changes files beneath one directory, or records them all (README.md); and sets its clock. Which
 * calls those are is decided at the call, by path or by what /proc says a descriptor is: nothing is
 * opened after the start, so a program that confined itself notices nothing. Every call is made
 * with syscall(2), which is the one function looked up. */
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
#include <time.h>
#include <unistd.h>
#include <linux/openat2.h>

typedef long (*raw_call)(long, ...);

static raw_call raw_fn;
static char dir[PATH_MAX];
static size_t dir_len;
static unsigned long fail_at;
static atomic_ulong calls;
static int fail_errno, report = -1;
static bool kills, interrupts, stays;
static long clock_offset;

static raw_call raw(void)
{
	if (raw_fn == NULL)
		*(void **)&raw_fn = dlsym(RTLD_NEXT, "syscall");
	return raw_fn;
}

static bool beneath(const char *path)
{
	return strncmp(path, dir, dir_len) == 0 && (path[dir_len] == '/' || path[dir_len] == '\0');
}

/* What a descriptor is, as /proc says it now; "" when it has no name. */
static const char *fd_path(int fd, char path[PATH_MAX])
{
	char link[64];
	long n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = raw()(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
	path[n > 0 ? n : 0] = '\0';
	return path;
}

static bool fd_beneath(int fd)
{
	char path[PATH_MAX];

	return beneath(fd_path(fd, path));
}

/* The absolute path of what path, below at, names. */
static const char *full_path(int at, const char *path, char full[2 * PATH_MAX])
{
	char base[PATH_MAX] = "";

	if (path[0] != '/' && at == AT_FDCWD)
		(void)raw()(SYS_getcwd, base, sizeof(base));
	else if (path[0] != '/')
		(void)fd_path(at, base);
	(void)snprintf(full, 2 * PATH_MAX, "%s%s%s", base, path[0] == '/' ? "" : "/", path);
	return full;
}

#include "record.h"

__attribute__((constructor)) static void begin(void)
{
	const char *how = getenv("EVX_FAULT_HOW"), *at = getenv("EVX_FAULT_AT"),
		   *where = getenv("EVX_FAULT_DIR"), *out = getenv("EVX_FAULT_OUT");

	if (getenv("EVX_FAULT_CLOCK") != NULL)
		clock_offset = strtol(getenv("EVX_FAULT_CLOCK"), NULL, 10);
	if (how == NULL || at == NULL || where == NULL || out == NULL)
		return;
	(void)snprintf(dir, sizeof(dir), "%s", where);
	dir_len = strlen(dir);
	kills = strcmp(how, "KILL") == 0;
	interrupts = strcmp(how, "INT") == 0;
	stays = strcmp(how, "GONE") == 0;
	fail_errno = strcmp(how, "ENOSPC") == 0 ? ENOSPC :
		strcmp(how, "EDQUOT") == 0      ? EDQUOT :
		strcmp(how, "EINTR") == 0       ? EINTR :
		strcmp(how, "EACCES") == 0      ? EACCES :
						  EIO;
	report = (int)raw()(
		SYS_openat, AT_FDCWD, out, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	records = strcmp(how, "RECORD") == 0;
	fail_at = records ? 0 : strtoul(at, NULL, 10);
}

/* Counts a call that concerns the directory: it is on path. True when it is to fail; errno is set
 * then. */
static bool fault(const char *call, const char *path)
{
	char text[3 * PATH_MAX];
	unsigned long n;
	int len;

	if (!beneath(path))
		return false;
	n = atomic_fetch_add(&calls, 1) + 1;
	if (n < fail_at || (n > fail_at && !stays))
		return false;
	if (n == fail_at) {
		len = snprintf(text, sizeof(text), "%lu %s\n%s\n", n, call, path + dir_len);
		(void)raw()(SYS_write, report, text, (size_t)len);
	}
	/* A confined process may still send signals to itself, by thread. */
	if (interrupts) {
		(void)raw()(SYS_tgkill, (long)getpid(), raw()(SYS_gettid), SIGINT);
		return false;
	}
	if (kills) {
		(void)raw()(SYS_tgkill, (long)getpid(), raw()(SYS_gettid), SIGKILL);
		for (;;)
			(void)pause();
	}
	errno = fail_errno;
	return true;
}

static bool fd_fault(int fd, const char *call)
{
	char path[PATH_MAX];

	return fail_at > 0 && fault(call, fd_path(fd, path));
}

static bool path_fault(int at, const char *path, const char *call)
{
	char full[2 * PATH_MAX];

	return fail_at > 0 && fault(call, full_path(at, path, full));
}

/* ---- Time ------------------------------------------------------------------------------- */

time_t time(time_t *out)
{
	struct timespec now = { 0, 0 };

	(void)raw()(SYS_clock_gettime, CLOCK_REALTIME, &now);
	now.tv_sec += clock_offset;
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}

/* ---- Bytes ------------------------------------------------------------------------------ */

ssize_t write(int fd, const void *p, size_t n)
{
	ssize_t r;

	if (fd_fault(fd, "write"))
		return -1;
	record_begin();
	r = raw()(SYS_write, fd, p, n);
	record_bytes(fd, p, r, -1);
	return record_end(r);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	ssize_t r;

	if (fd_fault(fd, "pwrite"))
		return -1;
	record_begin();
	r = raw()(SYS_pwrite64, fd, p, n, at);
	record_bytes(fd, p, r, at);
	return record_end(r);
}

/* No part of evx calls it: it would not be recorded. */
ssize_t writev(int fd, const struct iovec *v, int n)
{
	if (records)
		abort();
	return fd_fault(fd, "writev") ? -1 : raw()(SYS_writev, fd, v, n);
}

int fsync(int fd)
{
	int r;

	if (fd_fault(fd, "fsync"))
		return -1;
	record_begin();
	r = (int)raw()(SYS_fsync, fd);
	record_fd('S', fd, r);
	return (int)record_end(r);
}

int fdatasync(int fd)
{
	int r;

	if (fd_fault(fd, "fdatasync"))
		return -1;
	record_begin();
	r = (int)raw()(SYS_fdatasync, fd);
	record_fd('S', fd, r);
	return (int)record_end(r);
}

int ftruncate(int fd, off_t n)
{
	int r;

	if (fd_fault(fd, "ftruncate"))
		return -1;
	record_begin();
	r = (int)raw()(SYS_ftruncate, fd, n);
	record_fd('T', fd, r);
	return (int)record_end(r);
}

int fallocate(int fd, int mode, off_t at, off_t n)
{
	int r;

	if (fd_fault(fd, "fallocate"))
		return -1;
	record_begin();
	r = (int)raw()(SYS_fallocate, fd, mode, at, n);
	record_fd('T', fd, r);
	return (int)record_end(r);
}

/* A failed close closes all the same, as in Linux. Descriptors that were only read do not count. */
int close(int fd)
{
	long flags = fail_at > 0 ? raw()(SYS_fcntl, fd, F_GETFL) : -1;
	bool written = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && (flags & O_PATH) == 0,
	     fails = written && fd_fault(fd, "close");
	int rc = (int)raw()(SYS_close, fd);

	if (fails)
		errno = fail_errno;
	return fails ? -1 : rc;
}

/* ---- Names ------------------------------------------------------------------------------ */

static int open_at(int at, const char *path, int flags, va_list more)
{
	const bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
	unsigned mode = makes ? va_arg(more, unsigned) : 0;
	struct stat st;
	bool new;
	int fd;

	if (makes && path_fault(at, path, "open"))
		return -1;
	record_begin();
	new = records && (flags & O_CREAT) != 0 &&
		raw()(SYS_newfstatat, at, path, &st, AT_SYMLINK_NOFOLLOW) != 0;
	fd = (int)raw()(SYS_openat, at, path, flags, mode);
	if (new)
		record_name('C', at, path, fd);
	else if (fd >= 0 && (flags & O_TRUNC) != 0)
		record_fd('T', fd, 0);
	return (int)record_end(fd);
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

int mkdirat(int at, const char *path, mode_t mode)
{
	int r;

	if (path_fault(at, path, "mkdirat"))
		return -1;
	record_begin();
	r = (int)raw()(SYS_mkdirat, at, path, mode);
	record_name('D', at, path, r);
	return (int)record_end(r);
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

int symlinkat(const char *target, int at, const char *path)
{
	return path_fault(at, path, "symlinkat") ? -1 : (int)raw()(SYS_symlinkat, target, at, path);
}

int mkfifoat(int at, const char *path, mode_t mode)
{
	return path_fault(at, path, "mkfifoat") ?
		-1 :
		(int)raw()(SYS_mknodat, at, path, mode | S_IFIFO, 0);
}

int linkat(int from, const char *a, int to, const char *b, int flags)
{
	int r;

	if (path_fault(to, b, "linkat"))
		return -1;
	record_begin();
	r = (int)raw()(SYS_linkat, from, a, to, b, flags);
	record_name('L', to, b, r);
	return (int)record_end(r);
}

int renameat2(int from, const char *a, int to, const char *b, unsigned flags)
{
	int r;

	if (path_fault(to, b, "rename"))
		return -1;
	record_begin();
	r = (int)raw()(SYS_renameat2, from, a, to, b, flags);
	record_rename(from, a, to, b, r);
	return (int)record_end(r);
}

int renameat(int from, const char *a, int to, const char *b)
{
	return renameat2(from, a, to, b, 0);
}

int rename(const char *a, const char *b)
{
	return renameat2(AT_FDCWD, a, AT_FDCWD, b, 0);
}

int unlinkat(int at, const char *path, int flags)
{
	int r;

	if (path_fault(at, path, (flags & AT_REMOVEDIR) != 0 ? "rmdir" : "unlink"))
		return -1;
	record_begin();
	r = (int)raw()(SYS_unlinkat, at, path, flags);
	record_name('U', at, path, r);
	return (int)record_end(r);
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
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
