/* The directory that extraction writes below, found through links: its user's and root's lead
 * there, nobody else's does. A child that is not root tries it, because to root the two are one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "open/extract_target.h"
#include "scratch.h"

enum { USER = 65534, ANOTHER = 65533 };

/* What opening path gives for a user: 0, or the error's number. */
static int opened_by(uid_t user, const char *path)
{
	struct evx_extract_target t = EVX_EXTRACT_TARGET_INIT;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		enum evx_err err;
		if (geteuid() != user && (setgid(user) != 0 || setuid(user) != 0))
			_exit(255);
		err = evx_extract_target_open(path, &t, NULL);
		if (err == EVX_OK)
			evx_extract_target_close(&t, true);
		_exit((int)err);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void links(void **state)
{
	struct scratch s = scratch_make();
	uid_t user = geteuid() == 0 ? USER : geteuid();
	char path[300];

	(void)state;
	assert_int_equal(chmod(s.path, 0755), 0);
	assert_int_equal(mkdirat(s.fd, "there", 0755), 0);
	assert_int_equal(symlinkat("there", s.fd, "link"), 0);
	snprintf(path, sizeof(path), "%s/link", s.path);
	if (geteuid() == 0) {
		assert_int_equal(opened_by(user, path), EVX_OK); /* root's */
		assert_int_equal(fchownat(s.fd, "link", ANOTHER, ANOTHER, AT_SYMLINK_NOFOLLOW), 0);
		assert_int_equal(opened_by(user, path), EVX_E_IO);
		assert_int_equal(opened_by(0, path), EVX_E_IO);
		assert_int_equal(fchownat(s.fd, "link", user, user, AT_SYMLINK_NOFOLLOW), 0);
	}
	assert_int_equal(opened_by(user, path), EVX_OK);
	snprintf(path, sizeof(path), "%s/there", s.path);
	assert_int_equal(opened_by(user, path), EVX_OK);
	scratch_remove(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
