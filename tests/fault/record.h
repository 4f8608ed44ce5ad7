/* EVX_FAULT_HOW=RECORD: what is done to files beneath the directory, in order, for powercut.py
 * (README.md "Power cuts"). Included by faultlib.c. One line for each call that succeeded, its
 * fields separated by tabs; the bytes of a W follow their line. */
#include <pthread.h>

static bool records;
static pthread_mutex_t record_lock = PTHREAD_MUTEX_INITIALIZER;

/* Between these two nothing else happens to files: the record's order is the true one. */
static void record_begin(void)
{
	if (records)
		(void)pthread_mutex_lock(&record_lock);
}

static long record_end(long result)
{
	if (records)
		(void)pthread_mutex_unlock(&record_lock);
	return result;
}

static void record(const char *line, size_t len, const void *p, size_t n)
{
	const struct iovec v[2] = { { (void *)(uintptr_t)line, len }, { (void *)(uintptr_t)p, n } };
	int saved = errno;

	/* A record with a gap would prove nothing. */
	if (raw()(SYS_writev, report, v, 2) != (long)(len + n))
		abort();
	errno = saved;
}

static bool record_stat(int fd, struct stat *st)
{
	return raw()(SYS_newfstatat, fd, "", st, AT_EMPTY_PATH) == 0;
}

/* n bytes went to fd; at -1: to where its offset was. */
static void record_bytes(int fd, const void *p, long n, long at)
{
	char line[96];
	struct stat st;
	int len;

	if (!records || n < 0 || !fd_beneath(fd) || !record_stat(fd, &st) || !S_ISREG(st.st_mode))
		return;
	if (at < 0)
		at = raw()(SYS_lseek, fd, 0L, SEEK_CUR) - n;
	len = snprintf(line, sizeof(line), "W\t%lu\t%ld\t%ld\n", (unsigned long)st.st_ino, at, n);
	record(line, (size_t)len, p, (size_t)n);
}

/* S: fd became durable. T: it has its length now. */
static void record_fd(char what, int fd, long result)
{
	char line[96];
	struct stat st;
	int len;

	if (!records || result != 0 || !fd_beneath(fd) || !record_stat(fd, &st))
		return;
	len = snprintf(line, sizeof(line), "%c\t%lu\t%ld\n", what, (unsigned long)st.st_ino,
		(long)st.st_size);
	record(line, (size_t)len, "", 0);
}

/* C, D, L: path names this file, directory, further name of a file now; U: nothing any more. */
static void record_name(char what, int at, const char *path, long result)
{
	char line[2 * PATH_MAX + 64], full[2 * PATH_MAX];
	struct stat st = { 0 };
	int len;

	if (!records || result < 0 || !beneath(full_path(at, path, full)))
		return;
	if (what != 'U' && raw()(SYS_newfstatat, at, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	len = snprintf(line, sizeof(line), "%c\t%lu\t%s\n", what, (unsigned long)st.st_ino, full);
	record(line, (size_t)len, "", 0);
}

static void record_rename(int from, const char *a, int to, const char *b, long result)
{
	char line[4 * PATH_MAX + 64], old[2 * PATH_MAX], new[2 * PATH_MAX];
	int len;

	if (!records || result != 0 || !beneath(full_path(to, b, new)))
		return;
	len = snprintf(line, sizeof(line), "R\t%s\t%s\n", full_path(from, a, old), new);
	record(line, (size_t)len, "", 0);
}
