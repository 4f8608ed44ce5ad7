#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"

static char root[] = "/tmp/evx-io-XXXXXX";
static int dir = -1;

static int setup(void **state)
{
	(void)state;
	(void)umask(022);
	if (mkdtemp(root) == NULL)
		return -1;
	dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 || mkdirat(dir, "sub", 0755) != 0 ? -1 : 0;
}

/* Fails when a test left a file behind: the directories must be empty. */
static int teardown(void **state)
{
	(void)state;
	if (unlinkat(dir, "sub", AT_REMOVEDIR) != 0 || close(dir) != 0)
		return -1;
	return rmdir(root);
}

static void contains(const char *path, const char *expected)
{
	struct evx_buf b = EVX_BUF_INIT;

	assert_int_equal(evx_read_file(dir, path, 1 << 20, &b, NULL), EVX_OK);
	assert_int_equal(evx_buf_cstr(&b), EVX_OK);
	assert_string_equal((const char *)b.data, expected);
	evx_buf_free(&b);
}

static void *trickle(void *arg)
{
	int fd = *(int *)arg, i;

	for (i = 0; i < 10; i++)
		if (write(fd, "0123456789", 10) != 10)
			break;
	(void)close(fd);
	return NULL;
}

static void short_reads(void **state)
{
	char text[128];
	pthread_t thread;
	size_t got;
	int both[2];

	(void)state;
	assert_int_equal(pipe(both), 0);
	assert_int_equal(pthread_create(&thread, NULL, trickle, &both[1]), 0);
	assert_int_equal(evx_read_full(both[0], text, 95, &got, NULL, NULL), EVX_OK);
	assert_int_equal(got, 95);
	assert_int_equal(evx_read_full(both[0], text, sizeof(text), &got, NULL, NULL), EVX_OK);
	assert_int_equal(got, 5);
	assert_memory_equal(text, "56789", 5);
	assert_int_equal(evx_read_full(both[0], text, sizeof(text), &got, NULL, NULL), EVX_OK);
	assert_int_equal(got, 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	evx_close_quiet(&both[0]);
}

static void nothing(int number)
{
	(void)number;
}

/* More than a pipe holds: the writer waits in the middle of it, and the signals cut its write
 * short. */
static void interrupted_and_short(void **state)
{
	size_t n = (size_t)1 << 20, got, i;
	uint8_t *data = malloc(n), *back = malloc(n);
	struct sigaction act = { .sa_handler = nothing }, old;
	int both[2], status;
	pid_t child;

	(void)state;
	assert_true(data != NULL && back != NULL);
	for (i = 0; i < n; i++)
		data[i] = (uint8_t)(i * 31 >> 3);
	assert_int_equal(pipe(both), 0);
	assert_int_equal(sigaction(SIGUSR1, &act, &old), 0);
	child = fork();
	if (child == 0) {
		evx_close_quiet(&both[0]);
		_exit(evx_write_full(both[1], data, n, NULL, NULL) == EVX_OK ? 0 : 1);
	}
	assert_true(child > 0);
	evx_close_quiet(&both[1]);
	for (i = 0; i < 20; i++) {
		assert_int_equal(usleep(1000), 0);
		assert_int_equal(kill(child, SIGUSR1), 0);
	}
	assert_int_equal(evx_read_full(both[0], back, n, &got, NULL, NULL), EVX_OK);
	assert_int_equal(got, n);
	assert_memory_equal(back, data, n);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
	evx_close_quiet(&both[0]);
	free(data);
	free(back);
}

/* Long data goes out in pieces, each to its own place. */
static void long_writes(void **state)
{
	const size_t n = 700001;
	uint8_t *data = malloc(n), *back = malloc(n);
	uint32_t x = 1;
	size_t got;
	int fd = openat(dir, "long", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	(void)state;
	assert_true(data != NULL && back != NULL && fd >= 0);
	for (size_t i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		data[i] = (uint8_t)(x >> 24);
	}
	assert_int_equal(evx_write_full(fd, data, n, "long", NULL), EVX_OK);
	assert_int_equal(evx_pwrite_full(fd, data, n, n + 5, "long", NULL), EVX_OK);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(
			evx_pread_full(fd, back, n, i * (n + 5), &got, "long", NULL), EVX_OK);
		assert_int_equal(got, n);
		assert_memory_equal(back, data, n);
	}
	evx_close_quiet(&fd);
	assert_int_equal(unlinkat(dir, "long", 0), 0);
	free(data);
	free(back);
}

static void positioned(void **state)
{
	struct evx_diag diag = { 0 };
	char text[8];
	size_t got;
	int fd = openat(dir, "p", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(evx_pwrite_full(fd, "abcdef", 6, 2, "p", NULL), EVX_OK);
	assert_int_equal(evx_pread_full(fd, text, 3, 3, &got, "p", NULL), EVX_OK);
	assert_int_equal(got, 3);
	assert_memory_equal(text, "bcd", 3);
	assert_int_equal(evx_pread_full(fd, text, 8, 6, &got, "p", NULL), EVX_OK);
	assert_int_equal(got, 2);
	assert_int_equal(evx_pread_full(fd, text, 8, 8, &got, "p", NULL), EVX_OK);
	assert_int_equal(got, 0);
	assert_int_equal(evx_pread_full(fd, text, 8, UINT64_MAX, &got, "p", NULL), EVX_OK);
	assert_int_equal(got, 0);
	assert_int_equal(evx_pread_full(fd, text, 8, INT64_MAX - 3, &got, "p", NULL), EVX_OK);
	assert_int_equal(got, 0);
	assert_int_equal(evx_pwrite_full(fd, "a", 1, UINT64_MAX, "p", &diag), EVX_E_IO);
	assert_int_equal(diag.sys_errno, EFBIG);
	assert_int_equal(evx_pwrite_full(fd, "ab", 2, INT64_MAX - 1, "p", NULL), EVX_E_IO);
	assert_int_equal(evx_fsync(fd, "p", NULL), EVX_OK);
	assert_int_equal(evx_close(&fd, "p", NULL), EVX_OK);
	assert_int_equal(fd, -1);
	assert_int_equal(unlinkat(dir, "p", 0), 0);
}

static void failures_name_their_cause(void **state)
{
	struct evx_diag diag = { 0 };
	char c = 0;
	size_t got = 9;
	int bad = 1 << 20;

	(void)state;
	assert_int_equal(evx_read_full(bad, &c, 1, &got, "name", &diag), EVX_E_IO);
	assert_int_equal(diag.sys_errno, EBADF);
	assert_string_equal(diag.path, "name");
	assert_int_equal(got, 0);
	assert_int_equal(evx_pread_full(bad, &c, 1, 0, &got, NULL, NULL), EVX_E_IO);
	assert_int_equal(evx_write_full(bad, &c, 1, NULL, NULL), EVX_E_IO);
	assert_int_equal(evx_pwrite_full(bad, &c, 1, 0, NULL, NULL), EVX_E_IO);
	assert_int_equal(evx_fsync(bad, NULL, NULL), EVX_E_IO);
	assert_int_equal(evx_close(&bad, NULL, NULL), EVX_E_IO);
	assert_int_equal(bad, -1);
	assert_int_equal(evx_close(&bad, NULL, NULL), EVX_OK);
	evx_close_quiet(&bad);
}

static void fsync_of_a_pipe(void **state)
{
	int both[2];

	(void)state;
	assert_int_equal(pipe(both), 0);
	assert_int_equal(evx_fsync(both[1], NULL, NULL), EVX_OK);
	evx_close_quiet(&both[0]);
	evx_close_quiet(&both[1]);
	assert_int_equal(both[0], -1);
}

static void full_device(void **state)
{
	struct evx_diag diag = { 0 };
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	if (fd < 0) {
		print_message("no /dev/full: not tested\n");
		skip();
	}
	assert_int_equal(evx_write_full(fd, "x", 1, "/dev/full", &diag), EVX_E_IO);
	assert_int_equal(diag.sys_errno, ENOSPC);
	evx_close_quiet(&fd);
}

static void reads_files(void **state)
{
	struct evx_buf b = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	size_t n = 200000, i;
	char *big = malloc(n);

	(void)state;
	assert_non_null(big);
	for (i = 0; i < n; i++)
		big[i] = (char)(i % 251);
	assert_int_equal(evx_write_new_file(dir, "big", 0600, big, n, NULL), EVX_OK);
	assert_int_equal(evx_buf_adds(&b, "before"), EVX_OK);
	assert_int_equal(evx_read_file(dir, "big", n, &b, NULL), EVX_OK);
	assert_int_equal(b.len, n + 6);
	assert_memory_equal(b.data + 6, big, n);
	evx_buf_reset(&b);
	assert_int_equal(evx_read_file(dir, "big", n - 1, &b, &diag), EVX_E_LIMIT);
	assert_string_equal(diag.path, "big");
	assert_int_equal(b.len, 0);
	evx_buf_free(&b);
	b.max = 1000;
	assert_int_equal(evx_read_file(dir, "big", n, &b, NULL), EVX_E_LIMIT);
	assert_int_equal(b.len, 0);
	assert_int_equal(evx_write_new_file(dir, "small", 0600, big, 1000, NULL), EVX_OK);
	assert_int_equal(evx_read_file(dir, "small", n, &b, NULL), EVX_OK);
	assert_int_equal(b.len, 1000);
	evx_buf_free(&b);
	b.max = 0;
	assert_int_equal(evx_write_new_file(dir, "empty", 0600, NULL, 0, NULL), EVX_OK);
	assert_int_equal(evx_read_file(dir, "empty", 0, &b, NULL), EVX_OK);
	assert_int_equal(b.len, 0);
	evx_buf_free(&b);
	assert_int_equal(
		unlinkat(dir, "empty", 0) | unlinkat(dir, "small", 0) | unlinkat(dir, "big", 0), 0);
	free(big);
}

static void refuses_what_is_no_file(void **state)
{
	struct evx_buf b = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_read_file(dir, "absent", 10, &b, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_read_file(dir, "sub", 10, &b, NULL), EVX_E_NOT_OURS);
	assert_int_equal(evx_read_file(AT_FDCWD, "/dev/zero", 10, &b, NULL), EVX_E_NOT_OURS);
	assert_null(b.data);
	/* A named pipe that nobody writes to must not hang the reader. */
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	assert_int_equal(evx_read_file(dir, "fifo", 10, &b, NULL), EVX_OK);
	assert_int_equal(b.len, 0);
	evx_buf_free(&b);
	assert_int_equal(unlinkat(dir, "fifo", 0), 0);
}

/* /proc gives files whose size reads as 0, pipes have none: the limit holds by what was read. */
static void limit_without_a_size(void **state)
{
	struct evx_buf b = EVX_BUF_INIT;
	char path[32];
	int both[2];

	(void)state;
	assert_int_equal(pipe(both), 0);
	assert_int_equal(write(both[1], "0123456789", 10), 10);
	evx_close_quiet(&both[1]);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", both[0]);
	assert_int_equal(evx_read_file(AT_FDCWD, path, 9, &b, NULL), EVX_E_LIMIT);
	assert_int_equal(b.len, 0);
	evx_close_quiet(&both[0]);
	evx_buf_free(&b);

	assert_int_equal(pipe(both), 0);
	assert_int_equal(write(both[1], "0123456789", 10), 10);
	evx_close_quiet(&both[1]);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", both[0]);
	assert_int_equal(evx_read_file(AT_FDCWD, path, 10, &b, NULL), EVX_OK);
	assert_int_equal(b.len, 10);
	evx_close_quiet(&both[0]);
	evx_buf_free(&b);
}

static void writes_new_files(void **state)
{
	struct evx_diag diag = { 0 };
	char path[64];
	struct stat st;

	(void)state;
	assert_int_equal(evx_write_new_file(dir, "sub/n", 0640, "one", 3, NULL), EVX_OK);
	contains("sub/n", "one");
	assert_int_equal(fstatat(dir, "sub/n", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(evx_write_new_file(dir, "sub/n", 0640, "two", 3, &diag), EVX_E_EXISTS);
	assert_string_equal(diag.path, "sub/n");
	contains("sub/n", "one");
	assert_int_equal(unlinkat(dir, "sub/n", 0), 0);

	(void)snprintf(path, sizeof(path), "%s/abs", root);
	assert_int_equal(evx_write_new_file(AT_FDCWD, path, 0600, "abs", 3, NULL), EVX_OK);
	contains("abs", "abs");
	assert_int_equal(unlinkat(dir, "abs", 0), 0);

	assert_int_equal(symlinkat("elsewhere", dir, "link"), 0);
	assert_int_equal(evx_write_new_file(dir, "link", 0600, "x", 1, NULL), EVX_E_EXISTS);
	assert_int_equal(faccessat(dir, "elsewhere", F_OK, 0), -1);
	assert_int_equal(unlinkat(dir, "link", 0), 0);

	assert_int_equal(evx_write_new_file(dir, "absent/n", 0600, "x", 1, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_write_new_file(dir, "sub/", 0600, "x", 1, NULL), EVX_E_USAGE);
	assert_int_equal(evx_write_new_file(dir, "", 0600, "x", 1, NULL), EVX_E_USAGE);
}

static void replaces_files(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(evx_replace_file(dir, "sub/r", 0600, "one", 3, NULL), EVX_OK);
	contains("sub/r", "one");
	assert_int_equal(evx_replace_file(dir, "sub/r", 0644, "longer", 6, NULL), EVX_OK);
	contains("sub/r", "longer");
	assert_int_equal(fstatat(dir, "sub/r", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(unlinkat(dir, "sub/r", 0), 0);
	/* A directory cannot be replaced; teardown shows that the temporary file is gone. */
	assert_int_equal(evx_replace_file(dir, "sub", 0644, "x", 1, NULL), EVX_E_IO);
	assert_int_equal(evx_replace_file(dir, "absent/r", 0644, "x", 1, NULL), EVX_E_NOT_FOUND);
}

/* The size limit makes the write fail half-way: nothing is left, or the old file. In a child, since
 * the limit stays. */
static void failed_write_leaves_nothing(void **state)
{
	static const char big[8192];
	const struct rlimit half = { 4096, 4096 };
	struct evx_diag diag = { 0 };
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(evx_write_new_file(dir, "old", 0600, "old", 3, NULL), EVX_OK);
	child = fork();
	if (child == 0) {
		(void)signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &half) != 0)
			_exit(1);
		if (evx_write_new_file(dir, "new", 0600, big, sizeof(big), &diag) != EVX_E_IO ||
			diag.sys_errno != EFBIG)
			_exit(2);
		if (evx_replace_file(dir, "old", 0600, big, sizeof(big), NULL) != EVX_E_IO)
			_exit(3);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(faccessat(dir, "new", F_OK, 0), -1);
	contains("old", "old");
	assert_int_equal(unlinkat(dir, "old", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_reads),
		cmocka_unit_test(interrupted_and_short),
		cmocka_unit_test(long_writes),
		cmocka_unit_test(positioned),
		cmocka_unit_test(failures_name_their_cause),
		cmocka_unit_test(fsync_of_a_pipe),
		cmocka_unit_test(full_device),
		cmocka_unit_test(reads_files),
		cmocka_unit_test(refuses_what_is_no_file),
		cmocka_unit_test(limit_without_a_size),
		cmocka_unit_test(writes_new_files),
		cmocka_unit_test(replaces_files),
		cmocka_unit_test(failed_write_leaves_nothing),
	};

	return cmocka_run_group_tests_name("io", tests, setup, teardown);
}
