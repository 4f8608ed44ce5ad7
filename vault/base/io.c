/* Whole reads and writes, durable new files. */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REPLACEMENT ".evx-" /* begins the name of what will replace a file */
#define STEP 16384

enum evx_err evx_read_full(
	int fd, void *p, size_t n, size_t *got, const char *path, struct evx_diag *diag)
{
	uint8_t *to = p;
	ssize_t r;

	*got = 0;
	while (*got < n) {
		r = read(fd, to + *got, n - *got);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return evx_fail_errno(diag, path, "The file cannot be read");
		if (r == 0)
			break;
		*got += (size_t)r;
	}
	return EVX_OK;
}

/* No poll: it never tells of a named pipe that no writer has opened, of which a read finds the end.
 */
enum evx_err evx_read_pipe(int fd, void *p, size_t n, const struct evx_cancel *cancel, size_t *got,
	const char *path, struct evx_diag *diag)
{
	uint8_t *to = p;
	ssize_t r;

	*got = 0;
	while (*got < n) {
		if (evx_cancelled(cancel))
			return evx_fail(diag, EVX_E_INTERRUPTED, "stopped");
		r = read(fd, to + *got, n - *got);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return evx_fail_errno(diag, path, "The file cannot be read");
		if (r == 0)
			break;
		*got += (size_t)r;
	}
	return EVX_OK;
}

enum evx_err evx_pread_full(int fd, void *p, size_t n, uint64_t offset, size_t *got,
	const char *path, struct evx_diag *diag)
{
	uint8_t *to = p;
	ssize_t r;

	*got = 0;
	/* No file reaches past INT64_MAX, so to read there is to read at the end. */
	if (offset > INT64_MAX)
		return EVX_OK;
	if (n > (uint64_t)INT64_MAX - offset)
		n = (size_t)((uint64_t)INT64_MAX - offset);
	while (*got < n) {
		r = pread(fd, to + *got, n - *got, (off_t)(offset + *got));
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return evx_fail_errno(diag, path, "The file cannot be read at byte %llu",
				(unsigned long long)(offset + *got));
		if (r == 0)
			break;
		*got += (size_t)r;
	}
	return EVX_OK;
}

/* A file system allots memory to a file by the size of each write. Large blocks of memory are often
 * ones that nothing has used lately. In a virtual machine the first use of such a block makes the
 * host find it again, which costs several times the write itself. */
#define WRITE_PIECE ((size_t)256 << 10)

static size_t piece(size_t left)
{
	return left < WRITE_PIECE ? left : WRITE_PIECE;
}

enum evx_err evx_write_full(
	int fd, const void *p, size_t n, const char *path, struct evx_diag *diag)
{
	const uint8_t *from = p;
	size_t done = 0;
	ssize_t r;

	while (done < n) {
		r = write(fd, from + done, piece(n - done));
		if (r < 0 && errno == EINTR)
			continue;
		if (r == 0)
			errno = EIO;
		if (r <= 0)
			return evx_fail_errno(diag, path, "The file cannot be written");
		done += (size_t)r;
	}
	return EVX_OK;
}

enum evx_err evx_pwrite_full(
	int fd, const void *p, size_t n, uint64_t offset, const char *path, struct evx_diag *diag)
{
	const uint8_t *from = p;
	size_t done = 0;
	ssize_t r;

	if (offset > INT64_MAX || n > (uint64_t)INT64_MAX - offset) {
		errno = EFBIG;
		return evx_fail_errno(diag, path, "The file cannot be written at byte %llu",
			(unsigned long long)offset);
	}
	while (done < n) {
		r = pwrite(fd, from + done, piece(n - done), (off_t)(offset + done));
		if (r < 0 && errno == EINTR)
			continue;
		if (r == 0)
			errno = EIO;
		if (r <= 0)
			return evx_fail_errno(diag, path, "The file cannot be written at byte %llu",
				(unsigned long long)(offset + done));
		done += (size_t)r;
	}
	return EVX_OK;
}

enum evx_err evx_fsync(int fd, const char *path, struct evx_diag *diag)
{
	int r;

	do
		r = fsync(fd);
	while (r != 0 && errno == EINTR);
	if (r != 0 && errno != EINVAL && errno != ENOTSUP)
		return evx_fail_errno(diag, path, "The file cannot be written through to the disk");
	return EVX_OK;
}

/* After EINTR Linux has closed the descriptor; a second close could hit another thread's. */
enum evx_err evx_close(int *fd, const char *path, struct evx_diag *diag)
{
	int old = *fd;

	*fd = -1;
	if (old >= 0 && close(old) != 0 && errno != EINTR)
		return evx_fail_errno(diag, path, "The file cannot be closed");
	return EVX_OK;
}

void evx_close_quiet(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	errno = saved;
}

enum evx_err evx_check_guarded(int fd, const char *path, struct evx_diag *diag)
{
	const uid_t self = geteuid();
	struct stat st;

	if (fstat(fd, &st) != 0)
		return evx_fail_errno(
			diag, path, "The length and times of the file cannot be read");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
		(self == 0 || st.st_uid == 0 || st.st_uid == self))
		return EVX_OK;
	return evx_diag_in(diag, path,
		evx_fail(diag, EVX_E_KEY,
			"others can change what this machine trusts: %s. See who changed it; then "
			"%s",
			(st.st_mode & (S_IWGRP | S_IWOTH)) != 0 ? "others can write here" :
								  "it belongs to another user",
			(st.st_mode & (S_IWGRP | S_IWOTH)) != 0 ?
				"take their right away (chmod go-w)" :
				"make it yours (chown)"));
}

/* Opens path for reading unless it is something that has effects when read, or none that ends. It
 * stays non-blocking: a file of the kernel may wait for ever. */
static enum evx_err open_plain(int dirfd, const char *path, size_t max, bool guarded, bool *pipe,
	int *fd, struct evx_diag *diag)
{
	struct stat st;

	*fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return evx_fail_errno(diag, path, "The file cannot be opened");
	if (fstat(*fd, &st) != 0)
		return evx_fail_errno(
			diag, path, "The length and times of the file cannot be read");
	*pipe = S_ISFIFO(st.st_mode) && !guarded;
	if (!S_ISREG(st.st_mode) && !*pipe)
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_NOT_OURS, "file: expected a regular file%s, found %s",
				guarded ? "" : " or a pipe",
				S_ISDIR(st.st_mode) ? "a directory" : "a device, pipe or socket"));
	if (S_ISREG(st.st_mode) && st.st_size > 0 && (uint64_t)st.st_size > max)
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_LIMIT, "file size: found %lld bytes (limit %zu)",
				(long long)st.st_size, max));
	return guarded ? evx_check_guarded(*fd, path, diag) : EVX_OK;
}

static int64_t now_ms(void)
{
	struct timespec t;

	return clock_gettime(CLOCK_MONOTONIC, &t) == 0 ?
		(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 :
		0;
}

/* Waits until there is something to read, for as long as is left. A signal that is handled ends the
 * wait, and the command. */
static enum evx_err wait_for_bytes(
	int fd, bool pipe, int64_t until, const char *path, struct evx_diag *diag)
{
	struct pollfd one = { fd, POLLIN, 0 };
	const int64_t left = until - now_ms();
	int r;

	if (!pipe)
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_NOT_OURS,
				"file: it has nothing to read yet, and is no ordinary file"));
	if (left <= 0)
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_IO, "pipe: its end did not come within %d seconds",
				EVX_PIPE_SECONDS));
	r = poll(&one, 1, (int)left);
	if (r < 0 && errno == EINTR)
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_INTERRUPTED, "stopped while waiting for a pipe"));
	return r < 0 ? evx_fail_errno(diag, path, "The wait for input failed") : EVX_OK;
}

/* The next bytes, *got of them; none at the end. */
static enum evx_err read_some(int fd, bool pipe, int64_t until, uint8_t *step, size_t n,
	size_t *got, const char *path, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	ssize_t r;

	*got = 0;
	for (;;) {
		r = read(fd, step, n);
		if (r >= 0)
			break;
		if (errno == EAGAIN)
			err = wait_for_bytes(fd, pipe, until, path, diag);
		else if (errno != EINTR)
			err = evx_fail_errno(diag, path, "The file cannot be read");
		if (err != EVX_OK)
			return err;
	}
	*got = (size_t)r;
	return EVX_OK;
}

static enum evx_err read_file(int dirfd, const char *path, size_t max, bool guarded,
	struct evx_buf *out, struct evx_diag *diag)
{
	const int64_t until = now_ms() + EVX_PIPE_SECONDS * 1000;
	size_t start = out->len, got = 0;
	uint8_t step[STEP];
	bool pipe = false;
	enum evx_err err;
	int fd;

	err = open_plain(dirfd, path, max, guarded, &pipe, &fd, diag);
	if (err != EVX_OK)
		goto out;
	do {
		err = read_some(fd, pipe, until, step, sizeof(step), &got, path, diag);
		if (err == EVX_OK && got > max - (out->len - start))
			err = evx_diag_in(diag, path,
				evx_fail(diag, EVX_E_LIMIT,
					"file size: found more bytes (limit %zu)", max));
		if (err != EVX_OK)
			break;
		err = evx_buf_add(out, step, got);
		if (err != EVX_OK)
			err = evx_diag_in(diag, path,
				evx_fail(
					diag, err, "file: %s while reading it", evx_err_name(err)));
	} while (err == EVX_OK && got > 0);
out:
	/* What was read may be a key. */
	explicit_bzero(step, sizeof(step));
	if (err != EVX_OK)
		out->len = start;
	evx_close_quiet(&fd);
	return err;
}

enum evx_err evx_read_file(
	int dirfd, const char *path, size_t max, struct evx_buf *out, struct evx_diag *diag)
{
	return read_file(dirfd, path, max, false, out, diag);
}

enum evx_err evx_read_guarded_file(
	int dirfd, const char *path, size_t max, struct evx_buf *out, struct evx_diag *diag)
{
	return read_file(dirfd, path, max, true, out, diag);
}

/* Opens the directory that holds path; *name is path's last component. */
static enum evx_err open_parent(
	int dirfd, const char *path, int *parent, const char **name, struct evx_diag *diag)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	size_t n;

	*parent = -1;
	*name = slash != NULL ? slash + 1 : path;
	if (**name == '\0')
		return evx_fail(diag, EVX_E_USAGE,
			"path: expected a file name at its end, found \"%s\"", path);
	if (slash == NULL) {
		memcpy(dir, ".", 2);
	} else {
		n = slash == path ? 1 : (size_t)(slash - path);
		if (n >= sizeof(dir))
			return evx_diag_in(diag, path,
				evx_fail(diag, EVX_E_LIMIT, "path: found %zu bytes (limit %zu)", n,
					sizeof(dir)));
		memcpy(dir, path, n);
		dir[n] = '\0';
	}
	*parent = openat(dirfd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*parent < 0)
		return evx_fail_errno(diag, path, "The directory cannot be opened");
	return EVX_OK;
}

/* Creates name in parent with the n bytes, durable but for its directory entry. No file is left
 * after a failure. */
static enum evx_err create(int parent, const char *name, mode_t mode, const void *p, size_t n,
	const char *path, struct evx_diag *diag)
{
	enum evx_err err;
	int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0)
		return evx_fail_errno(diag, path, "The file cannot be created");
	if ((err = evx_write_full(fd, p, n, path, diag)) != EVX_OK ||
		(err = evx_fsync(fd, path, diag)) != EVX_OK)
		goto out;
	err = evx_close(&fd, path, diag);
out:
	evx_close_quiet(&fd);
	if (err != EVX_OK)
		(void)unlinkat(parent, name, 0);
	return err;
}

enum evx_err evx_write_new_file(
	int dirfd, const char *path, mode_t mode, const void *p, size_t n, struct evx_diag *diag)
{
	const char *name;
	enum evx_err err;
	int parent;

	err = open_parent(dirfd, path, &parent, &name, diag);
	if (err != EVX_OK)
		goto out;
	err = create(parent, name, mode, p, n, path, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_fsync(parent, path, diag);
	if (err != EVX_OK)
		(void)unlinkat(parent, name, 0);
out:
	evx_close_quiet(&parent);
	return err;
}

bool evx_is_replacement(const char *name)
{
	const size_t start = sizeof(REPLACEMENT) - 1;

	return strncmp(name, REPLACEMENT, start) == 0 &&
		strspn(name + start, "0123456789abcdef") == 16 &&
		strcmp(name + start + 16, ".tmp") == 0;
}

enum evx_err evx_replace_file(
	int dirfd, const char *path, mode_t mode, const void *p, size_t n, struct evx_diag *diag)
{
	char temporary[64];
	const char *name;
	enum evx_err err;
	uint64_t salt;
	int parent;

	err = open_parent(dirfd, path, &parent, &name, diag);
	if (err != EVX_OK)
		goto out;
	if (getrandom(&salt, sizeof(salt), 0) != (ssize_t)sizeof(salt)) {
		err = evx_fail_errno(diag, path, "The system gives no random bytes");
		goto out;
	}
	(void)snprintf(
		temporary, sizeof(temporary), REPLACEMENT "%016llx.tmp", (unsigned long long)salt);
	err = create(parent, temporary, mode, p, n, path, diag);
	if (err != EVX_OK)
		goto out;
	if (renameat(parent, temporary, parent, name) != 0) {
		err = evx_fail_errno(diag, path, "The file cannot be given its name");
		(void)unlinkat(parent, temporary, 0);
		goto out;
	}
	err = evx_fsync(parent, path, diag);
out:
	evx_close_quiet(&parent);
	return err;
}
