#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/path.h"

static enum evx_err check(const char *s)
{
	return evx_path_check(s, strlen(s), NULL);
}

static void path_rule(void **state)
{
	static const char *const good[] = { "a", "a/b", "...", "..a", ".a", "a..", "a/.b/c", "\xff",
		"a\nb", "C:\\x", " ", "-" };
	static const char *const bad[] = { "", "/", "/a", "a/", "a//b", ".", "..", "a/..", "a/.",
		"../a", "./a", "a/../b", "a/./b", "//" };
	struct evx_diag diag = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(check(good[i]), EVX_OK);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(check(bad[i]), EVX_E_CORRUPT);
	assert_int_equal(evx_path_check("a\0b", 3, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_path_check("a", 2, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_path_check("a/../b", 6, &diag), EVX_E_CORRUPT);
	assert_string_equal(diag.text, "path: component \"..\" at byte 2");
}

static void path_lengths(void **state)
{
	char *s = malloc(EVX_PATH_MAX + 2);
	size_t i;

	(void)state;
	assert_non_null(s);
	for (i = 0; i < EVX_PATH_MAX + 2; i++)
		s[i] = i % 256 == 255 ? '/' : 'x';
	assert_int_equal(evx_path_check(s, 255, NULL), EVX_OK);
	assert_int_equal(evx_path_check(s, EVX_PATH_MAX - 1, NULL), EVX_OK);
	s[EVX_PATH_MAX - 1] = 'x';
	s[EVX_PATH_MAX - 3] = '/';
	assert_int_equal(evx_path_check(s, EVX_PATH_MAX, NULL), EVX_OK);
	assert_int_equal(evx_path_check(s, EVX_PATH_MAX + 1, NULL), EVX_E_CORRUPT);
	s[255] = 'x';
	assert_int_equal(evx_path_check(s, 256, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_path_check(s + 1, 255, NULL), EVX_OK);
	free(s);
}

/* Each stands before all that follow it. */
static void order(void **state)
{
	static const char *const sorted[] = {
		"A",
		"a",
		"a/\x01",
		"a/b",
		"a/b/c",
		"a/b/c/d",
		"a/b!",
		"a/b0",
		"a/c",
		"a\x01",
		"a!",
		"a.",
		"a.b",
		"a0",
		"aa",
		"aa/z",
		"b",
		"b\x7f",
		"b\x80",
		"\xc3\xa9",
		"\xff",
	};
	size_t i, j, n = sizeof(sorted) / sizeof(sorted[0]);

	(void)state;
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			int r = evx_path_compare(
				sorted[i], strlen(sorted[i]), sorted[j], strlen(sorted[j]));

			assert_int_equal((r > 0) - (r < 0), (i > j) - (i < j));
		}
}

static void utf8(void **state)
{
	static const char *const good[] = {
		"",
		"abc",
		"\x7f",
		"\xc2\x80",
		"\xdf\xbf",
		"\xe0\xa0\x80",
		"\xec\xbf\xbf",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"\xef\xbf\xbf",
		"\xf0\x90\x80\x80",
		"\xf3\xbf\xbf\xbf",
		"\xf4\x8f\xbf\xbf",
		"1234567\xc3\xa9",
		"12345678\xc3\xa9",
		"\xf0\x9f\x94\x92 sealed",
	};
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc2",
		"\xc2\x41",
		"\xc2\xc2",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xe1\x80",
		"\xe1\x80\x41",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf0\x90\x80",
		"\xf0\x90\x41\x80",
		"\xf0\x90\x80\x41",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xf8\x88\x80\x80\x80",
		"\xfe",
		"\xff",
		"12345678\xff",
		"1234567\xc3",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(evx_utf8_valid(good[i], strlen(good[i])));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(evx_utf8_valid(bad[i], strlen(bad[i])));
	assert_true(evx_utf8_valid("a\0b", 3));
	assert_true(evx_utf8_valid(NULL, 0));
	assert_false(evx_utf8_valid("\xe2\x82\xac", 2));
}

static void escapes(const char *in, const char *expected)
{
	char out[256];

	assert_ptr_equal(evx_text_escape(in, strlen(in), out, sizeof(out)), out);
	assert_string_equal(out, expected);
}

static void escaping(void **state)
{
	char out[64];

	(void)state;
	escapes("plain / \"text\" \xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x92 e\xcc\x81",
		"plain / \"text\" \xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x92 e\xcc\x81");
	escapes("\x01\x1b[2J\n\r\t\x7f", "\\x01\\x1b[2J\\x0a\\x0d\\x09\\x7f");
	escapes("\\x41", "\\x5cx41");
	escapes("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "\\u{80}\\u{9b}\\u{9f}\xc2\xa0");
	escapes("a\xff\xc3", "a\\xff\\xc3");
	escapes("\xed\xa0\x80", "\\xed\\xa0\\x80");
	escapes("\xc2\xad\xd8\x9c\xe1\xa0\x8e", "\\u{ad}\\u{61c}\\u{180e}");
	escapes("\xcd\x8e\xcd\x8f\xcd\x90", "\xcd\x8e\\u{34f}\xcd\x90");
	escapes("\xe1\x9e\xb3\xe1\x9e\xb4\xe1\x9e\xb5\xe1\x9e\xb6",
		"\xe1\x9e\xb3\\u{17b4}\\u{17b5}\xe1\x9e\xb6");
	escapes("\xe1\xa0\x8a\xe1\xa0\x8b\xe1\xa0\x8d\xe1\xa0\x8f\xe1\xa0\x90",
		"\xe1\xa0\x8a\\u{180b}\\u{180d}\\u{180f}\xe1\xa0\x90");
	escapes("\xef\xb7\xbf\xef\xb8\x80\xef\xb8\x8f\xef\xb8\x90",
		"\xef\xb7\xbf\\u{fe00}\\u{fe0f}\xef\xb8\x90");
	escapes("\xe2\x80\x8a\xe2\x80\x8b\xe2\x80\x8f\xe2\x80\x90",
		"\xe2\x80\x8a\\u{200b}\\u{200f}\xe2\x80\x90");
	escapes("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xae\xe2\x80\xaf",
		"\xe2\x80\xa7\\u{2028}\\u{202e}\xe2\x80\xaf");
	escapes("\xe2\x81\x9f\xe2\x81\xa0\xe2\x81\xa9\xe2\x81\xaf",
		"\xe2\x81\x9f\\u{2060}\\u{2069}\\u{206f}");
	escapes("\xef\xbb\xbf\xef\xbf\xb9", "\\u{feff}\\u{fff9}");
	escapes("\xf3\xa0\x80\x80\xf3\xa0\x81\xbf\xf3\xa1\x80\x80",
		"\\u{e0000}\\u{e007f}\xf3\xa1\x80\x80");
	assert_string_equal(evx_text_escape("a\0b", 3, out, sizeof(out)), "a\\x00b");
	assert_string_equal(evx_text_escape(NULL, 0, out, sizeof(out)), "");
}

/* At every size: ended, never past cap, never through the middle of a character or escape. */
static void escaping_cut(void **state)
{
	static const char in[] = "ab\x1b\xe2\x82\xac\xe2\x80\xaexyz\\";
	static const char full[] = "ab\\x1b\xe2\x82\xac\\u{202e}xyz\\x5c";
	static const size_t edges[] = { 0, 1, 2, 6, 9, 17, 18, 19, 20 };
	char out[64];
	size_t cap, len, i;

	(void)state;
	memset(out, 'Q', sizeof(out));
	assert_ptr_equal(evx_text_escape(in, sizeof(in) - 1, out, 0), out);
	assert_int_equal(out[0], 'Q');
	for (cap = 1; cap <= sizeof(full) + 2; cap++) {
		memset(out, 'Q', sizeof(out));
		evx_text_escape(in, sizeof(in) - 1, out, cap);
		len = strlen(out);
		assert_true(len < cap);
		assert_int_equal(out[cap], 'Q');
		if (cap >= sizeof(full)) {
			assert_string_equal(out, full);
			continue;
		}
		assert_true(len >= 3 || len == cap - 1);
		assert_memory_equal(out + (len < 3 ? 0 : len - 3), "...", len < 3 ? len : 3);
		if (len < 3)
			continue;
		assert_memory_equal(out, full, len - 3);
		for (i = 0; i < sizeof(edges) / sizeof(edges[0]) && edges[i] != len - 3; i++)
			;
		assert_true(i < sizeof(edges) / sizeof(edges[0]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_rule),
		cmocka_unit_test(path_lengths),
		cmocka_unit_test(order),
		cmocka_unit_test(utf8),
		cmocka_unit_test(escaping),
		cmocka_unit_test(escaping_cut),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
