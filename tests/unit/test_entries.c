/* What a directory holds: all of it, or an error; a list that the disk cuts short is never taken
 * for the whole. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/entries.h"
#include "custody/identity.h"
#include "custody/kept.h"
#include "scratch.h"

static int left = -1; /* calls of readdir that still succeed; -1: all */

/* Stands before that of the C library. */
struct dirent *readdir(DIR *dir)
{
	static struct dirent *(*real)(DIR * dir);

	if (left == 0) {
		errno = EIO;
		return NULL;
	}
	left -= left > 0;
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "readdir");
	return real(dir);
}

static struct scratch s;
static unsigned seen;

static int setup(void **state)
{
	(void)state;
	s = scratch_make();
	seen = 0;
	left = -1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	left = -1;
	scratch_remove(&s);
	return 0;
}

static void touch(int dir, const char *name)
{
	const int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	scratch_must(fd >= 0 && close(fd) == 0, name);
}

/* 1, 2 and 4 for the names a, b and c; 8 for any other. */
static enum evx_err see(void *ctx, const char *name, unsigned char type)
{
	const unsigned bit = strlen(name) == 1 && *name >= 'a' && *name <= 'c' ?
		1U << (*name - 'a') :
		8U;

	assert_true(type == DT_REG || type == DT_UNKNOWN);
	assert_int_equal(seen & bit, 0);
	seen |= bit;
	return ctx != NULL ? EVX_E_INTERRUPTED : EVX_OK;
}

static void all_of_it(void **state)
{
	struct evx_diag diag = { 0 };

	(void)state;
	assert_int_equal(evx_entries_each(s.fd, "here", see, NULL, &diag), EVX_OK);
	assert_int_equal(seen, 0);
	touch(s.fd, "a");
	touch(s.fd, "b");
	touch(s.fd, "c");
	assert_int_equal(evx_entries_each(s.fd, "here", see, NULL, &diag), EVX_OK);
	assert_int_equal(seen, 7);
	/* Each time from the beginning. */
	seen = 0;
	assert_int_equal(evx_entries_each(s.fd, "here", see, NULL, &diag), EVX_OK);
	assert_int_equal(seen, 7);
}

static void the_end_of_it(void **state)
{
	struct evx_diag diag = { 0 };
	int stop = 1, file;

	(void)state;
	touch(s.fd, "a");
	touch(s.fd, "b");
	assert_int_equal(evx_entries_each(s.fd, "here", see, &stop, &diag), EVX_E_INTERRUPTED);
	assert_true(seen == 1 || seen == 2);
	file = openat(s.fd, "a", O_RDONLY | O_CLOEXEC);
	assert_int_equal(evx_entries_each(file, "here", see, NULL, &diag), EVX_E_IO);
	assert_string_equal(diag.path, "here");
	close(file);
}

static void cut_short(void **state)
{
	struct evx_diag diag;

	(void)state;
	touch(s.fd, "a");
	touch(s.fd, "b");
	touch(s.fd, "c");
	for (int n = 0; n < 6; n++) { /* with "." and ".." and the end of it */
		diag = (struct evx_diag){ 0 };
		seen = 0;
		left = n;
		assert_int_equal(evx_entries_each(s.fd, "here", see, NULL, &diag), EVX_E_IO);
		assert_int_equal(diag.sys_errno, EIO);
	}
	seen = 0;
	left = 6;
	assert_int_equal(evx_entries_each(s.fd, "here", see, NULL, &diag), EVX_OK);
	assert_int_equal(seen, 7);
}

/* The cards and rosters of a home: one that is passed over may be what takes a key back. */
static void what_is_trusted(void **state)
{
	char name[80];
	struct evx_kept kept;
	struct evx_diag diag = { 0 };
	int dir;

	(void)state;
	scratch_must(mkdirat(s.fd, "rosters", 0700) == 0, "mkdir");
	dir = openat(s.fd, "rosters", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%064d.roster", i);
		touch(dir, name);
	}
	close(dir);
	assert_int_equal(evx_kept_read(s.fd, "rosters", ".roster", 100, &kept, &diag), EVX_OK);
	assert_int_equal(kept.n, 3);
	evx_kept_free(&kept);
	for (int n = 0; n < 6; n++) {
		left = n;
		assert_int_equal(
			evx_kept_read(s.fd, "rosters", ".roster", 100, &kept, &diag), EVX_E_IO);
		assert_int_equal(kept.n, 0);
		left = -1;
	}
}

static void who_is_here(void **state)
{
	evx_identity_name *names;
	struct evx_diag diag = { 0 };
	size_t n;

	(void)state;
	scratch_must(mkdirat(s.fd, "identities", 0700) == 0 &&
			mkdirat(s.fd, "identities/b", 0700) == 0 &&
			mkdirat(s.fd, "identities/a", 0700) == 0,
		"mkdir");
	assert_int_equal(evx_identity_list(s.fd, &names, &n, &diag), EVX_OK);
	assert_int_equal(n, 2);
	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b");
	free(names);
	left = 3;
	assert_int_equal(evx_identity_list(s.fd, &names, &n, &diag), EVX_E_IO);
	assert_true(names == NULL && n == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_of_it, setup, teardown),
		cmocka_unit_test_setup_teardown(the_end_of_it, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_short, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_trusted, setup, teardown),
		cmocka_unit_test_setup_teardown(who_is_here, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
