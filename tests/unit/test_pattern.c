/* Patterns for exhibit paths: wildcards, escapes, and what they must not match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/path.h"
#include "open/pattern.h"

static bool fits(const char *text, const char *path, bool beneath)
{
	struct evx_pattern *p;
	bool yes;

	assert_int_equal(evx_pattern_new(text, strlen(text), &p, NULL), EVX_OK);
	assert_non_null(p);
	yes = beneath ? evx_pattern_match_beneath(p, path, strlen(path)) :
			evx_pattern_match(p, path, strlen(path));
	evx_pattern_free(p);
	return yes;
}

static void test_plain(void **state)
{
	static const char *const plain[] = { "a", "a/b.c", "a]b", "-!^", "a\\b", "\\x", "\\xg1",
		"\\u{}", "\\u{110000}", "\\u{41", "\303\251" };
	struct evx_pattern *p;

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		assert_int_equal(evx_pattern_new(plain[i], strlen(plain[i]), &p, NULL), EVX_OK);
		assert_null(p);
	}
	evx_pattern_free(NULL);
}

static void test_match(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool match, beneath;
	} rows[] = {
		{ "*.jpg", "a.jpg", true, true },
		{ "*.jpg", "phone/dcim/a.jpg", true, true },
		{ "*.jpg", "phone/a.jpg/thumb", false, true },
		{ "*.jpg", "phone/a.jpeg", false, false },
		{ "*.jpg", ".jpg", true, true },
		{ "*", "a/b", true, true },
		{ "phone/*", "phone/a", true, true },
		{ "phone/*", "phone/a/b", false, true },
		{ "phone/*", "phone", false, false },
		{ "phone/*", "my/phone/a", false, false },
		{ "phone/*.jpg", "phone/a/b.jpg", false, false },
		{ "phone/**/*.jpg", "phone/b.jpg", true, true },
		{ "phone/**/*.jpg", "phone/a/b/c.jpg", true, true },
		{ "phone/**/*.jpg", "phone/a/b/c.png", false, false },
		{ "**/a/b", "a/b", true, true },
		{ "**/a/b", "x/y/a/b", true, true },
		{ "**/a/b", "x/ya/b", false, false },
		{ "phone/**", "phone/a/b", true, true },
		{ "phone/**", "phone", false, false },
		{ "p/a**z", "p/a/b/z", true, true },
		{ "p/*a*b*c", "p/xaybzzbc", true, true },
		{ "p/*a*b*c", "p/xaybzzb", false, false },
		{ "?.txt", "a.txt", true, true },
		{ "?.txt", "\303\251.txt", true, true },
		{ "??.txt", "\303\251.txt", false, false },
		{ "?.txt", "\377.txt", true, true },
		{ "a?b", "a/b", false, false },
		{ "p/a?b", "p/a/b", false, false },
		{ "[a-c]x", "bx", true, true },
		{ "[a-c]x", "dx", false, false },
		{ "[!a-c]x", "dx", true, true },
		{ "[^a-c]x", "bx", false, false },
		{ "[]x]", "]", true, true },
		{ "[a-]", "-", true, true },
		{ "[\303\240-\303\252]", "\303\251", true, true },
		{ "p/x[!a]y", "p/x/y", false, false },
		{ "[\\]]", "]", false, false }, /* "[\]" and a bracket */
		{ "a[b*", "a[bc", true, true }, /* no set: no bracket closes it */
		{ "a[/]*", "a[/]", true, true },
		{ "not-\\xff-utf8", "not-\377-utf8", true, true },
		{ "not-\\xFF*", "not-\377-utf8", true, true },
		{ "not-\\xff-utf8", "not-\376-utf8", false, false },
		{ "\\xc3\\xa9", "\303\251", true, true },
		{ "\\u{e9}", "\303\251", true, true },
		{ "a\\u{200b}b", "a\342\200\213b", true, true },
		{ "a\\u{1f600}", "a\360\237\230\200", true, true },
		{ "a\\x5cb", "a\\b", true, true },
		{ "\\*", "*", true, true },
		{ "\\*", "a", false, false },
		{ "\\[a]", "[a]", true, true },
		{ "a\\\\xff", "a\\xff", true, true },
		{ "\\x2a", "*", true, true },
		{ "\\x2a", "a", false, false }, /* an escape is no wildcard */
		{ "a/\\x00*", "a/b", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (fits(rows[i].pattern, rows[i].path, false) != rows[i].match ||
			fits(rows[i].pattern, rows[i].path, true) != rows[i].beneath)
			fail_msg("%s against %s", rows[i].pattern, rows[i].path);
	}
}

/* What list prints of any name means that name. */
static void test_round_trip(void **state)
{
	static const char *const names[] = { "a\\b", "\377", "a\nb", "\342\200\256x", "*?[a]",
		"\\x41", "\\\\", "[\377]", "\\*\377", "\363\240\200\201", "caf\303\251\302\255" };
	char text[128];
	struct evx_pattern *p;
	const char *shown;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		evx_text_escape(names[i], strlen(names[i]), text, sizeof(text));
		assert_int_equal(evx_pattern_new(text, strlen(text), &p, NULL), EVX_OK);
		assert_non_null(p);
		shown = evx_pattern_shown(p, &len);
		assert_int_equal(len, strlen(names[i]));
		assert_memory_equal(shown, names[i], len);
		evx_pattern_free(p);
	}
}

/* A hostile path as long as one may be costs no more than a moment. */
static void test_long(void **state)
{
	static const char *const patterns[] = { "**/*a*a*b", "x/**a**a**b", "*a*a*a*a*b",
		"**/x/**/x/**/y" };
	const size_t n = EVX_PATH_MAX;
	char *path = malloc(n);
	struct evx_pattern *p;

	(void)state;
	assert_non_null(path);
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < n; i++)
			path[i] = k == 0 ? (i % 2 == 0 ? 'x' : '/') : (i % 200 == 199 ? '/' : 'a');
		path[n - 1] = 'a';
		for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
			assert_int_equal(
				evx_pattern_new(patterns[i], strlen(patterns[i]), &p, NULL),
				EVX_OK);
			assert_false(evx_pattern_match_beneath(p, path, n));
			evx_pattern_free(p);
		}
	}
	free(path);
}

/* Every text is a pattern or none, and costs no read beyond its end. */
static void test_any(void **state)
{
	static const char letters[] = "*?[]!-\\xu{}/a4\377\303";
	char *text;
	struct evx_pattern *p;
	unsigned seed = 1;

	(void)state;
	for (unsigned k = 0; k < 20000; k++) {
		size_t n = k % 12;

		text = malloc(n + (n == 0));
		assert_non_null(text);
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = letters[(seed >> 16) % (sizeof(letters) - 1)];
		}
		assert_int_equal(evx_pattern_new(text, n, &p, NULL), EVX_OK);
		if (p != NULL)
			(void)evx_pattern_match_beneath(p, "a/4x\303\251/[", 9);
		evx_pattern_free(p);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
