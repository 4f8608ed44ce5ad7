/* Locks between processes: taken, waited for with an end, ended by a signal, never on anything but
 * a regular file. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/lock.h"
#include "scratch.h"
#include "soon.h"

static struct scratch s;

static int setup(void **state)
{
	(void)state;
	s = scratch_make();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(&s);
	return 0;
}

static void test_taken(void **state)
{
	struct evx_diag diag = { 0 };
	char name[32];
	int one, two;

	(void)state;
	assert_int_equal(evx_lock_take(s.fd, "lock", "the thing", 0, NULL, &one, &diag), EVX_OK);
	/* Another open file is as good as another process. */
	assert_int_equal(
		evx_lock_take(s.fd, "lock", "the thing", 0, NULL, &two, &diag), EVX_E_LOCKED);
	assert_int_equal(two, -1);
	(void)snprintf(name, sizeof(name), "process %ld", (long)getpid());
	assert_non_null(strstr(diag.text, "the thing"));
	assert_non_null(strstr(diag.text, name));
	evx_close_quiet(&one);
	assert_int_equal(evx_lock_take(s.fd, "lock", "the thing", 0, NULL, &two, NULL), EVX_OK);
	evx_close_quiet(&two);
}

/* What is open already: a directory, or a file in which nothing is written. */
static void test_open(void **state)
{
	struct evx_cancel cancel = { 0 };
	struct evx_diag diag = { 0 };
	char name[32];
	int one, two;

	(void)state;
	one = openat(s.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	two = openat(s.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(one >= 0 && two >= 0);
	assert_int_equal(evx_lock_open(one, "the thing", 0, NULL, &diag), EVX_OK);
	assert_int_equal(evx_lock_open(one, "the thing", 0, NULL, &diag), EVX_OK);
	assert_int_equal(evx_lock_open(two, "the thing", 1, NULL, &diag), EVX_E_LOCKED);
	(void)snprintf(name, sizeof(name), "process %ld ", (long)getpid());
	assert_non_null(strstr(diag.text, "the thing"));
	assert_non_null(strstr(diag.text, name));
	/* Any signal ends the wait where nothing else says so; else the flag alone. */
	soon();
	assert_int_equal(evx_lock_open(two, "the thing", 60, NULL, NULL), EVX_E_INTERRUPTED);
	soon();
	assert_int_equal(evx_lock_open(two, "the thing", 1, &cancel, NULL), EVX_E_LOCKED);
	evx_close_quiet(&one);
	assert_int_equal(evx_lock_open(two, "the thing", 0, NULL, NULL), EVX_OK);
	assert_int_equal(evx_lock_open(-1, "the thing", 0, NULL, NULL), EVX_E_IO);
	evx_close_quiet(&two);
}

/* Whatever stands in the file is no harm. */
static void test_content(void **state)
{
	static const char *const texts[] = { "", "x", "0\n", "12", "12 3\n",
		"99999999999999999999\n", "4194305\n", "-1\n" };
	struct evx_diag diag;
	int one, two;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(
			evx_lock_take(s.fd, "lock", "the thing", 0, NULL, &one, NULL), EVX_OK);
		scratch_file(&s, "lock", texts[i], strlen(texts[i]));
		memset(&diag, 0, sizeof(diag));
		assert_int_equal(evx_lock_take(s.fd, "lock", "the thing", 0, NULL, &two, &diag),
			EVX_E_LOCKED);
		assert_non_null(strstr(diag.text, "another process"));
		evx_close_quiet(&one);
	}
}

static void test_no_regular_file(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(mkdirat(s.fd, "dir", 0700), 0);
	assert_int_not_equal(evx_lock_take(s.fd, "dir", "it", 0, NULL, &fd, NULL), EVX_OK);
	assert_int_equal(mkfifoat(s.fd, "fifo", 0600), 0);
	assert_int_equal(evx_lock_take(s.fd, "fifo", "it", 0, NULL, &fd, NULL), EVX_E_CORRUPT);
	assert_int_equal(symlinkat("target", s.fd, "link"), 0);
	assert_int_equal(evx_lock_take(s.fd, "link", "it", 0, NULL, &fd, NULL), EVX_E_CORRUPT);
	assert_int_not_equal(faccessat(s.fd, "target", F_OK, 0), 0);
}

static void *stop(void *ctx)
{
	const struct timespec pause = { 0, 100000000L };

	(void)nanosleep(&pause, NULL);
	atomic_store(&((struct evx_cancel *)ctx)->stop, true);
	return NULL;
}

static void *release(void *ctx)
{
	const struct timespec pause = { 0, 100000000L };

	(void)nanosleep(&pause, NULL);
	evx_close_quiet(ctx);
	return NULL;
}

static void test_waiting(void **state)
{
	struct evx_cancel cancel = { false };
	pthread_t thread;
	int one, two;

	(void)state;
	assert_int_equal(evx_lock_take(s.fd, "lock", "it", 0, NULL, &one, NULL), EVX_OK);
	assert_int_equal(evx_lock_take(s.fd, "lock", "it", 1, NULL, &two, NULL), EVX_E_LOCKED);
	assert_int_equal(pthread_create(&thread, NULL, stop, &cancel), 0);
	assert_int_equal(
		evx_lock_take(s.fd, "lock", "it", 60, &cancel, &two, NULL), EVX_E_INTERRUPTED);
	assert_int_equal(pthread_join(thread, NULL), 0);
	atomic_store(&cancel.stop, false);
	assert_int_equal(pthread_create(&thread, NULL, release, &one), 0);
	assert_int_equal(evx_lock_take(s.fd, "lock", "it", 60, &cancel, &two, NULL), EVX_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	evx_close_quiet(&two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open, setup, teardown),
		cmocka_unit_test_setup_teardown(test_content, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_regular_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_waiting, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
