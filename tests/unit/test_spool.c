/* Directories for what is on its way: those of the dead are swept, those of the living never, also
 * not one that is being made at this moment. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "remote/spool.h"
#include "scratch.h"

#define PROCESSES 4
#define ROUNDS 300

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

static unsigned names(void)
{
	DIR *d = opendir(s.path);
	unsigned n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void one(void **state)
{
	struct evx_diag diag = { 0 };
	struct evx_spool spool;
	int fd;

	(void)state;
	assert_int_equal(evx_spool_make(s.fd, "spool-", &spool, &diag), EVX_OK);
	assert_int_equal(names(), 1);
	assert_int_equal(evx_spool_file(&spool, "a", &fd, &diag), EVX_OK);
	close(fd);
	assert_int_equal(evx_spool_file(&spool, "a", &fd, &diag), EVX_E_EXISTS);
	evx_spool_end(&spool);
	assert_int_equal(names(), 0);
	evx_spool_end(&spool); /* does nothing */
}

/* Of two, one ends as by a power cut: the next takes that away, and leaves the other. */
static void of_the_dead(void **state)
{
	struct evx_spool living, dead, next;
	struct evx_diag diag = { 0 };
	int fd;

	(void)state;
	assert_int_equal(evx_spool_make(s.fd, "spool-", &living, &diag), EVX_OK);
	assert_int_equal(evx_spool_make(s.fd, "spool-", &dead, &diag), EVX_OK);
	assert_int_equal(evx_spool_file(&dead, "left", &fd, &diag), EVX_OK);
	close(fd);
	close(dead.fd);
	scratch_must(mkdirat(s.fd, "other", 0700) == 0, "mkdir");
	assert_int_equal(names(), 3);
	assert_int_equal(evx_spool_make(s.fd, "spool-", &next, &diag), EVX_OK);
	assert_int_equal(names(), 3);
	assert_int_equal(faccessat(s.fd, living.name, F_OK, 0), 0);
	assert_int_equal(faccessat(s.fd, "other", F_OK, 0), 0);
	assert_int_not_equal(faccessat(s.fd, dead.name, F_OK, 0), 0);
	evx_spool_end(&next);
	evx_spool_end(&living);
}

static void make_many(void)
{
	struct evx_spool spool;
	int fd;

	for (int i = 0; i < ROUNDS; i++) {
		if (evx_spool_make(s.fd, "spool-", &spool, NULL) != EVX_OK)
			_exit(1);
		if (evx_spool_file(&spool, "a", &fd, NULL) != EVX_OK || write(fd, "x", 1) != 1 ||
			close(fd) != 0 || faccessat(spool.fd, "a", F_OK, 0) != 0)
			_exit(2);
		evx_spool_end(&spool);
	}
	_exit(0);
}

/* Each sweeps while the others make theirs. */
static void at_the_same_moment(void **state)
{
	pid_t pid[PROCESSES];
	int status;

	(void)state;
	for (int i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			make_many();
	}
	for (int i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	assert_int_equal(names(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one, setup, teardown),
		cmocka_unit_test_setup_teardown(of_the_dead, setup, teardown),
		cmocka_unit_test_setup_teardown(at_the_same_moment, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
