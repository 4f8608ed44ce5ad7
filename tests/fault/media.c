/* Preloaded: media that can do less than a Linux disk, for tests/cli/remote-dir.t, and servers on
 * such disks, for send-sftp.t. MEDIA says which: nofsync (ENOTTY), noreplace (no renameat2),
 * norename (none at all), full (a write of more than 1,500 bytes in all finds no space), wall (no
 * file longer than a million bytes), lossy (says that it wrote what is behind them, and did not),
 * badflush, overlink (link, by which OpenSSH's server renames, replaces what is there). */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FULL_AT 1500
#define WALL 1000000

/* The function of libc behind the one here. */
#define FIND(to, name) \
	do { \
		void *found = dlsym(RTLD_NEXT, name); \
		memcpy(&(to), &found, sizeof(found)); \
	} while (0)

static int is_media(const char *what)
{
	const char *media = getenv("MEDIA");

	return media != NULL && strcmp(media, what) == 0;
}

int fsync(int fd)
{
	int (*real)(int);

	FIND(real, "fsync");
	if (is_media("nofsync")) {
		errno = ENOTTY;
		return -1;
	}
	return real(fd);
}

int syncfs(int fd)
{
	int (*real)(int);

	FIND(real, "syncfs");
	if (is_media("nofsync") || is_media("badflush")) {
		errno = is_media("nofsync") ? ENOTTY : EIO;
		return -1;
	}
	return real(fd);
}

int renameat2(int from, const char *old, int to, const char *name, unsigned flags)
{
	int (*real)(int, const char *, int, const char *, unsigned);

	FIND(real, "renameat2");
	if (is_media("noreplace") || is_media("norename")) {
		errno = EINVAL;
		return -1;
	}
	return real(from, old, to, name, flags);
}

int renameat(int from, const char *old, int to, const char *name)
{
	int (*real)(int, const char *, int, const char *);

	FIND(real, "renameat");
	if (is_media("norename")) {
		errno = EPERM;
		return -1;
	}
	return real(from, old, to, name);
}

ssize_t write(int fd, const void *p, size_t n)
{
	ssize_t (*real)(int, const void *, size_t);
	struct stat st;

	FIND(real, "write");
	if ((is_media("full") || is_media("wall")) && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (is_media("full") && n > FULL_AT) {
			errno = ENOSPC;
			return -1;
		}
		if (is_media("wall") && (size_t)st.st_size + n > WALL) {
			errno = EFBIG;
			return -1;
		}
	}
	if (is_media("lossy") && lseek(fd, 0, SEEK_CUR) >= WALL)
		return (ssize_t)n;
	return real(fd, p, n);
}

int link(const char *old, const char *name)
{
	int (*real)(const char *, const char *);

	FIND(real, "link");
	if (is_media("overlink"))
		(void)unlink(name);
	return real(old, name);
}
