/* Texts within texts, without regard to capitals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/contains.h"

static bool has(const char *text, const char *what)
{
	struct evx_contains *c = NULL;
	struct evx_diag diag = { 0 };
	bool is = false;

	assert_int_equal(evx_contains_new(what, &c, &diag), EVX_OK);
	assert_int_equal(evx_contains_in(c, text, &is), EVX_OK);
	evx_contains_free(c);
	return is;
}

static void test_texts(void **state)
{
	(void)state;
	assert_true(has("a red phone", "RED"));
	assert_true(has("A RED PHONE", "red phone"));
	assert_true(has("red", "red"));
	assert_false(has("re", "red"));
	assert_false(has("a re d", "red"));
	assert_true(has("rered", "red"));
	assert_true(has("", ""));
	assert_true(has("x", ""));
	assert_false(has("", "x"));
	assert_false(has(NULL, "x"));
	assert_false(has(NULL, ""));
}

static void test_letters(void **state)
{
	(void)state;
	assert_true(has("Gr\xc3\xb6\xc3\x9f"
			"e XL",
		"GR\xc3\x96SSE"));
	assert_true(has("Gro\xcc\x88\xc3\x9f"
			"e",
		"gr\xc3\xb6sse"));                  /* o and the two dots apart */
	assert_true(has("file", "\xef\xac\x81le")); /* the ligature fi */
	assert_true(has("\xef\xac\x81le", "FILE"));
	assert_false(has("Grosse", "gr\xc3\xb6sse"));
	assert_false(has("\xff\xfe", "x"));
	assert_true(has("\xff"
			"abc",
		"BC"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
