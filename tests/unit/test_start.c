/* The start of an operation: the first failure stays, nothing is done behind it, what was opened is
 * closed again, and the confined process reaches what was added and nothing beside it. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/path.h"
#include "base/start.h"
#include "scratch.h"

static struct scratch s;
static char here[512];

static int setup(void **state)
{
	(void)state;
	s = scratch_make();
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(fchdir(s.fd), 0);
	assert_int_equal(evx_write_new_file(s.fd, "file", 0600, "text", 4, NULL), EVX_OK);
	assert_int_equal(evx_write_new_file(s.fd, "other", 0600, "text", 4, NULL), EVX_OK);
	assert_int_equal(mkdirat(s.fd, "in", 0700), 0);
	assert_int_equal(evx_write_new_file(s.fd, "in/beneath", 0600, "text", 4, NULL), EVX_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(chdir(here), 0);
	scratch_remove(&s);
	return 0;
}

/* The number of the next descriptor: the same again when none was left open. */
static int next_fd(void)
{
	int fd = dup(s.fd), n = fd;

	assert_true(fd >= 0);
	evx_close_quiet(&fd);
	return n;
}

static void test_first_failure_stays(void **state)
{
	struct evx_diag diag = { 0 };
	struct evx_start start = { .diag = &diag };
	struct evx_confine_state confined = { 77, true };
	struct evx_buf text = EVX_BUF_INIT;
	const int before = next_fd();

	(void)state;
	evx_start_parent(&start, "file", EVX_CONFINE_READ);
	evx_start_read(&start, NULL, 100, &text);
	assert_true(evx_start_good(&start));
	evx_start_read(&start, "missing", 100, &text);
	assert_false(evx_start_good(&start));
	evx_start_read(&start, "file", 100, &text);
	evx_start_path(&start, "absent", EVX_CONFINE_READ);
	evx_start_parent(&start, "absent/x", EVX_CONFINE_READ);
	evx_start_beneath(&start, 9999, EVX_CONFINE_READ);
	assert_int_equal(start.ndirs, 1);
	assert_int_equal(text.len, 0);
	assert_int_equal(evx_start_confine(&start, 0, &confined), EVX_E_NOT_FOUND);
	assert_string_equal(diag.path, "missing");
	/* Not confined: the state is as it was, and files can be opened. */
	assert_int_equal(confined.landlock_abi, 77);
	assert_int_equal(next_fd(), before);
	evx_buf_free(&text);
}

static void test_failures(void **state)
{
	struct evx_diag diag = { 0 };
	struct evx_start start = { .diag = &diag };

	(void)state;
	evx_start_path_if_there(&start, "missing", EVX_CONFINE_READ);
	evx_start_beneath(&start, -1, EVX_CONFINE_READ);
	assert_true(evx_start_good(&start));
	assert_int_equal(start.ndirs, 0);
	evx_start_path(&start, "missing", EVX_CONFINE_READ);
	assert_int_equal(evx_start_confine(&start, 0, NULL), EVX_E_NOT_FOUND);
	start = (struct evx_start){ .diag = &diag };
	/* "file" is no directory. */
	evx_start_parent(&start, "file/x", EVX_CONFINE_READ);
	assert_int_equal(evx_start_confine(&start, 0, NULL), EVX_E_IO);
}

struct asked {
	struct asked *before;
	int times;
	enum evx_err answer;
};

static enum evx_err ask_one(void *ctx, struct evx_diag *diag)
{
	struct asked *a = ctx;
	int fd = open("other", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0); /* not confined yet */
	evx_close_quiet(&fd);
	assert_true(a->before == NULL || a->before->times == 1);
	a->times++;
	return a->answer == EVX_OK ? EVX_OK : evx_fail(diag, a->answer, "no answer");
}

/* Asked in order once all is opened; not at all behind a failure; and a failure stays. */
static void test_asked_last(void **state)
{
	struct evx_diag diag = { 0 };
	struct evx_start start = { .diag = &diag };
	struct evx_buf text = EVX_BUF_INIT;
	struct asked first = { .before = NULL }, second = { .before = &first },
		     third = { .before = &second };

	(void)state;
	evx_start_ask(&start, ask_one, &first);
	evx_start_read(&start, "missing", 100, &text);
	evx_start_ask(&start, ask_one, &second);
	assert_int_equal(evx_start_confine(&start, 0, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(first.times + second.times, 0);

	start = (struct evx_start){ .diag = &diag };
	evx_diag_clear(&diag);
	second.answer = EVX_E_KEY;
	evx_start_ask(&start, ask_one, &first);
	evx_start_ask(&start, ask_one, &second);
	evx_start_ask(&start, ask_one, &third);
	assert_int_equal(first.times, 0);
	evx_start_read(&start, "file", 100, &text);
	assert_int_equal(evx_start_confine(&start, 0, NULL), EVX_E_KEY);
	assert_int_equal(first.times, 1);
	assert_int_equal(second.times, 1);
	assert_int_equal(third.times, 0);
	assert_string_equal(diag.text, "no answer");
	evx_buf_free(&text);
}

static void test_unconfined(void **state)
{
	struct evx_start start = { .diag = NULL };
	struct evx_buf text = EVX_BUF_INIT;
	const int before = next_fd();

	(void)state;
	evx_start_path(&start, "in", EVX_CONFINE_READ);
	evx_start_parent(&start, "in/beneath", EVX_CONFINE_READ);
	evx_start_read(&start, "file", 100, &text);
	assert_int_equal(text.len, 4);
	assert_int_equal(start.ndirs, 2);
	assert_int_equal(evx_start_confine(&start, 0, NULL), EVX_OK);
	assert_int_equal(start.ndirs, 0);
	assert_int_equal(next_fd(), before);
	evx_buf_free(&text);
}

/* What was put off: who was parsed, in which order, and how many were dropped. */
static struct {
	char parsed[8];
	size_t n, dropped;
	enum evx_err b; /* what parsing B gives */
} later;

static enum evx_err parse_later(void *ctx, struct evx_diag *diag)
{
	const char *name = ctx;

	later.parsed[later.n++] = *name;
	return *name == 'B' ? evx_fail(diag, later.b, "B") : EVX_OK;
}

static void drop_later(void *ctx)
{
	(void)ctx;
	later.dropped++;
}

static char who[] = "ABCD";

static void add_later(struct evx_start *start)
{
	for (size_t i = 0; i < 3; i++)
		evx_start_later(start, parse_later, drop_later, &who[i]);
	assert_int_equal(later.n, 0);
	assert_int_equal(later.dropped, 0);
}

static void test_later(void **state)
{
	struct evx_diag diag = { 0 };
	struct evx_start start = { .diag = &diag };

	(void)state;
	memset(&later, 0, sizeof(later));
	add_later(&start);
	assert_int_equal(evx_start_confine(&start, 0, NULL), EVX_OK);
	assert_string_equal(later.parsed, "ABC");
	assert_int_equal(later.dropped, 3);
	/* Not a second time. */
	assert_int_equal(evx_start_confine(&start, 0, NULL), EVX_OK);
	assert_int_equal(later.n, 3);
	/* The first that fails is the last. */
	memset(&later, 0, sizeof(later));
	later.b = EVX_E_KEY;
	add_later(&start);
	assert_int_equal(evx_start_confine(&start, 0, NULL), EVX_E_KEY);
	assert_string_equal(diag.text, "B");
	assert_string_equal(later.parsed, "AB");
	assert_int_equal(later.dropped, 3);
	/* Nothing is parsed after a failure of the start; all is dropped. */
	memset(&later, 0, sizeof(later));
	start = (struct evx_start){ .diag = NULL };
	add_later(&start);
	evx_start_path(&start, "missing", EVX_CONFINE_READ);
	evx_start_later(&start, parse_later, drop_later, &who[3]);
	assert_int_equal(later.dropped, 1);
	assert_int_equal(evx_start_confine(&start, 0, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(later.n, 0);
	assert_int_equal(later.dropped, 4);
	start = (struct evx_start){ .diag = NULL };
	memset(&later, 0, sizeof(later));
	add_later(&start);
	start.err = EVX_E_LOCKED;
	assert_int_equal(evx_start_confine(&start, 0, NULL), EVX_E_LOCKED);
	assert_int_equal(later.n, 0);
	assert_int_equal(later.dropped, 3);
}

static int can_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC), saved = errno;

	if (fd < 0)
		return saved;
	(void)close(fd);
	return 0;
}

/* What was put off runs in the confined process: there is no socket to be had. */
static enum evx_err look_later(void *ctx, struct evx_diag *diag)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*(int *)ctx = fd < 0 ? errno : 0;
	return fd < 0 ? EVX_OK : evx_fail(diag, EVX_E_IO, "a socket");
}

/* What the child finds, as its exit code: 0 all as it should be. */
static int confined_child(void)
{
	struct evx_start start = { .diag = NULL };
	struct evx_confine_state confined;
	int seen = 0;

	evx_start_parent(&start, "in/beneath", EVX_CONFINE_READ);
	evx_start_path(&start, "file", EVX_CONFINE_WRITE);
	evx_start_later(&start, look_later, drop_later, &seen);
	if (evx_start_confine(&start, 0, &confined) != EVX_OK)
		return 1;
	if (seen != EPERM)
		return 12;
	if (can_open("in/beneath", O_RDONLY) != 0 || can_open("file", O_WRONLY) != 0)
		return 2;
	if (confined.landlock_abi == 0)
		return 0;
	if (can_open("in/beneath", O_WRONLY) != EACCES)
		return 3;
	return can_open("other", O_RDONLY) == EACCES ? 0 : 4;
}

static void test_confined(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0)
		_exit(confined_child());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_parent(void **state)
{
	static const char *const pairs[][3] = { { "name", ".", "name" }, { "a/b", "a", "b" },
		{ "/a", "/", "a" }, { "/", "/", "" }, { "a//b", "a", "b" }, { "a/b//", "a", "" },
		{ "", ".", "" }, { "/a/b/c", "/a/b", "c" }, { "//", "/", "" }, { "a/", ".", "" } };

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char *parent = evx_path_parent(pairs[i][0]);

		assert_non_null(parent);
		assert_string_equal(parent, pairs[i][1]);
		assert_string_equal(evx_path_base(pairs[i][0]), pairs[i][2]);
		free(parent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_failure_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unconfined, setup, teardown),
		cmocka_unit_test_setup_teardown(test_asked_last, setup, teardown),
		cmocka_unit_test_setup_teardown(test_later, setup, teardown),
		cmocka_unit_test_setup_teardown(test_confined, setup, teardown),
		cmocka_unit_test(test_parent),
	};

	return cmocka_run_group_tests_name("start", tests, NULL, NULL);
}
