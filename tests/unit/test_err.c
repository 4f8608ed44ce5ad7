#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void first_failure_wins(void **state)
{
	struct evx_diag diag = { 0 };

	(void)state;
	assert_int_equal(
		evx_fail(&diag, EVX_E_CORRUPT, "tag: expected %d, found %d", 1, 2), EVX_E_CORRUPT);
	assert_int_equal(evx_fail(&diag, EVX_E_LIMIT, "later"), EVX_E_LIMIT);
	assert_int_equal(evx_fail_at(&diag, EVX_E_TRUNCATED, "p", 7, "later"), EVX_E_TRUNCATED);
	errno = EACCES;
	assert_int_equal(evx_fail_errno(&diag, "p", "later"), EVX_E_IO);
	assert_int_equal(diag.code, EVX_E_CORRUPT);
	assert_string_equal(diag.text, "tag: expected 1, found 2");
	assert_string_equal(diag.path, "");
	assert_int_equal(diag.sys_errno, 0);
	assert_false(diag.has_offset);
	evx_diag_clear(&diag);
	assert_int_equal(diag.code, EVX_OK);
	assert_string_equal(diag.text, "");
	evx_diag_clear(NULL);
}

static void success_records_nothing(void **state)
{
	struct evx_diag diag = { 0 };

	(void)state;
	assert_int_equal(evx_fail(&diag, EVX_OK, "nothing"), EVX_OK);
	assert_int_equal(evx_diag_in(&diag, "p", EVX_OK), EVX_OK);
	assert_string_equal(diag.text, "");
	assert_string_equal(diag.path, "");
}

static void memory_and_buffers(void **state)
{
	struct evx_diag diag = { 0 };

	(void)state;
	assert_int_equal(evx_fail_buf(&diag, EVX_OK), EVX_OK);
	assert_int_equal(diag.code, EVX_OK);
	assert_int_equal(evx_fail_buf(&diag, EVX_E_LIMIT), EVX_E_LIMIT);
	assert_int_equal(diag.code, EVX_E_LIMIT);
	assert_non_null(strstr(diag.text, "longer than evx allows"));
	evx_diag_clear(&diag);
	assert_int_equal(evx_fail_buf(&diag, EVX_E_USAGE), EVX_E_USAGE);
	assert_string_equal(diag.text, "wrong use");
	evx_diag_clear(&diag);
	assert_int_equal(evx_fail_buf(&diag, EVX_E_MEMORY), EVX_E_MEMORY);
	assert_non_null(strstr(diag.text, "no memory left"));
	assert_int_equal(evx_fail_memory(NULL), EVX_E_MEMORY);
}

static void errno_classes(void **state)
{
	static const struct {
		int number;
		enum evx_err code;
	} cases[] = {
		{ ENOMEM, EVX_E_MEMORY },
		{ EEXIST, EVX_E_EXISTS },
		{ ENOENT, EVX_E_NOT_FOUND },
		{ EIO, EVX_E_IO },
		{ EACCES, EVX_E_IO },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evx_diag diag = { 0 };

		errno = cases[i].number;
		assert_int_equal(evx_fail_errno(&diag, "some/file", "open: failed"), cases[i].code);
		assert_int_equal(errno, cases[i].number);
		assert_int_equal(diag.code, cases[i].code);
		assert_int_equal(diag.sys_errno, cases[i].number);
		assert_string_equal(diag.path, "some/file");
		assert_string_equal(diag.text, "open: failed");
	}
}

static void offset_and_path(void **state)
{
	struct evx_diag diag = { 0 };

	(void)state;
	assert_int_equal(
		evx_fail_at(&diag, EVX_E_CORRUPT, NULL, UINT64_MAX, "magic"), EVX_E_CORRUPT);
	assert_true(diag.has_offset);
	assert_true(diag.offset == UINT64_MAX);
	assert_int_equal(evx_diag_in(&diag, NULL, EVX_E_CORRUPT), EVX_E_CORRUPT);
	assert_int_equal(evx_diag_in(&diag, "inner", EVX_E_CORRUPT), EVX_E_CORRUPT);
	assert_int_equal(evx_diag_in(&diag, "outer", EVX_E_CORRUPT), EVX_E_CORRUPT);
	assert_string_equal(diag.path, "inner");
}

static void path_of_a_failure_without_text(void **state)
{
	struct evx_diag diag = { 0 };

	(void)state;
	assert_int_equal(evx_diag_in(&diag, "p", EVX_E_LIMIT), EVX_E_LIMIT);
	assert_int_equal(diag.code, EVX_E_LIMIT);
	assert_string_equal(diag.path, "p");
}

static void more_stands_behind(void **state)
{
	struct evx_diag diag = { 0 }, nothing = { 0 };
	char long_text[2000];

	(void)state;
	assert_int_equal(evx_fail(&diag, EVX_E_IO, "no line"), EVX_E_IO);
	strcpy(diag.told, "pas de ligne");
	assert_int_equal(evx_diag_more(&diag, "Nothing was sent.", EVX_E_IO), EVX_E_IO);
	assert_string_equal(diag.text, "no line. Nothing was sent.");
	assert_string_equal(diag.told, "");
	assert_int_equal(evx_diag_more(&diag, "Try again.", EVX_E_IO), EVX_E_IO);
	assert_string_equal(diag.text, "no line. Nothing was sent. Try again.");
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_int_equal(evx_diag_more(&diag, long_text, EVX_E_IO), EVX_E_IO);
	assert_int_equal(strlen(diag.text), sizeof(diag.text) - 1);
	assert_int_equal(evx_diag_more(&nothing, "x", EVX_E_KEY), EVX_E_KEY);
	assert_string_equal(nothing.text, "");
	assert_int_equal(evx_diag_more(NULL, "x", EVX_E_KEY), EVX_E_KEY);
}

static void null_diag(void **state)
{
	(void)state;
	errno = ENOENT;
	assert_int_equal(evx_fail(NULL, EVX_E_KEY, "x"), EVX_E_KEY);
	assert_int_equal(evx_fail_errno(NULL, NULL, "x"), EVX_E_NOT_FOUND);
	assert_int_equal(evx_fail_at(NULL, EVX_E_KEY, NULL, 1, "x"), EVX_E_KEY);
	assert_int_equal(evx_diag_in(NULL, "p", EVX_E_KEY), EVX_E_KEY);
}

static void long_text_is_cut(void **state)
{
	struct evx_diag diag = { 0 };
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(evx_fail_at(&diag, EVX_E_CORRUPT, text, 0, "%s", text), EVX_E_CORRUPT);
	assert_int_equal(strlen(diag.text), sizeof(diag.text) - 1);
	assert_int_equal(strlen(diag.path), sizeof(diag.path) - 1);
}

static void every_code_has_a_name(void **state)
{
	int a, b;

	(void)state;
	for (a = EVX_OK; a <= EVX_E_INTERRUPTED; a++)
		for (b = EVX_OK; b <= EVX_E_INTERRUPTED + 1; b++)
			if (a != b)
				assert_string_not_equal(evx_err_name((enum evx_err)a),
					evx_err_name((enum evx_err)b));
	assert_string_equal(evx_err_name(EVX_E_FORGED), "not authentic");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_failure_wins),
		cmocka_unit_test(success_records_nothing),
		cmocka_unit_test(memory_and_buffers),
		cmocka_unit_test(errno_classes),
		cmocka_unit_test(offset_and_path),
		cmocka_unit_test(path_of_a_failure_without_text),
		cmocka_unit_test(more_stands_behind),
		cmocka_unit_test(null_diag),
		cmocka_unit_test(long_text_is_cut),
		cmocka_unit_test(every_code_has_a_name),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
