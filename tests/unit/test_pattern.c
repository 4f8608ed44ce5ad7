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

/* The same, as it is said: slow, and of patterns without escapes and sets. */
static bool says(const char *pattern, size_t at, const char *s, const char *end)
{
	size_t next = at;

	if (pattern[at] == '\0')
		return s == end;
	if (pattern[at] != '*')
		return s < end && (pattern[at] == '?' ? *s != '/' : *s == pattern[at]) &&
			says(pattern, at + 1, s + 1, end);
	while (pattern[next] == '*')
		next++;
	if (next - at == 1) {
		for (; !says(pattern, next, s, end); s++)
			if (s == end || *s == '/')
				return false;
		return true;
	}
	if ((at == 0 || pattern[at - 1] == '/') && pattern[next] == '/') {
		while (!says(pattern, next + 1, s, end)) {
			while (s < end && *s != '/')
				s++;
			if (s++ == end)
				return false;
		}
		return true;
	}
	for (; !says(pattern, next, s, end); s++)
		if (s == end)
			return false;
	return true;
}

static bool says_match(const char *pattern, const char *path, const char *end)
{
	const char *s = path;

	for (const char *c = path; c < end && strchr(pattern, '/') == NULL; c++)
		if (*c == '/')
			s = c + 1;
	return says(pattern, 0, s, end);
}

static bool says_beneath(const char *pattern, const char *path)
{
	for (const char *c = path;; c++) {
		if ((*c == '/' || *c == '\0') && says_match(pattern, path, c))
			return true;
		if (*c == '\0')
			return false;
	}
}

/* The k-th text of letters, of any length; false when it is longer than max. */
static bool nth(size_t k, const char *letters, size_t max, char *out)
{
	const size_t base = strlen(letters);
	size_t n = 0;

	for (; k > 0 && n <= max; k = (k - 1) / base)
		out[n++] = letters[(k - 1) % base];
	out[n] = '\0';
	return n <= max;
}

/* Every short pattern and every short path. */
static void test_all_short(void **state)
{
	char text[16], path[16];
	struct evx_pattern *p;

	(void)state;
	for (size_t k = 1; nth(k, "ab/*?", 5, text); k++) {
		assert_int_equal(evx_pattern_new(text, strlen(text), &p, NULL), EVX_OK);
		assert_int_equal(p != NULL, strpbrk(text, "*?") != NULL);
		for (size_t i = 0; p != NULL && nth(i, "ab/", 4, path); i++) {
			const size_t n = strlen(path);

			if (evx_pattern_match(p, path, n) != says_match(text, path, path + n) ||
				evx_pattern_match_beneath(p, path, n) != says_beneath(text, path))
				fail_msg("%s against %s", text, path);
		}
		evx_pattern_free(p);
	}
}

/* Which characters a set has. */
static void test_sets(void **state)
{
	static const struct {
		const char *set, *has; /* has: "!" before what it has not */
	} rows[] = { { "[b]", "b" }, { "[bd]", "bd" }, { "[b-e]", "bcde" }, { "[b-b]", "b" },
		{ "[e-b]", "" }, { "[b-]", "b-" }, { "[-b]", "-b" }, { "[b-d-f]", "bcd-f" },
		{ "[b-dx-z]", "bcdxyz" }, { "[]]", "]" }, { "[]b]", "]b" }, { "[]-a]", "]^_`a" },
		{ "[!b]", "!b" }, { "[^b]", "!b" }, { "[!]b]", "!]b" }, { "[!b-d]", "!bcd" },
		{ "[b!]", "b!" }, { "[b^]", "b^" }, { "[!!]", "!!" }, { "[^^]", "!^" },
		{ "[!-]", "!-" }, { "[\\x62-\\x64]", "bcd" },
		{ "[b\\-d]",
			"b\\"
			"]^_`abcd" },
		{ "[b\\x2dd]", "b-d" }, { "[[b]", "[b" }, { "[*?]", "*?" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const bool not = rows[i].has[0] == '!' && rows[i].has[1] != '\0';
		const char *const has = rows[i].has + not ;

		for (char c = 1; c < 127; c++)
			if (c != '/' &&
				fits(rows[i].set, (char[]){ c, '\0' }, false) !=
					((strchr(has, c) != NULL) != not ))
				fail_msg("%s and %c", rows[i].set, c);
		assert_false(fits(rows[i].set, "bb", false));
	}
	/* What is none stands for itself. */
	assert_true(fits("[b/c]*", "[b/c]", false) && fits("[b*", "[b", false) &&
		fits("[*", "[x", false) && fits("[]*", "[]", false) && fits("[!*", "[!", false) &&
		fits("[!]*", "[!]", false) && fits("[b-*", "[b-", false));
}

/* What an escape stands for, byte by byte, and what is none. */
static void test_escapes(void **state)
{
	static const struct {
		const char *text, *bytes;
	} rows[] = { { "\\x41", "A" }, { "\\xaF", "\257" }, { "\\xFa", "\372" }, { "\\x09", "\t" },
		{ "\\u{1}", "\001" }, { "\\u{7f}", "\177" }, { "\\u{80}", "\302\200" },
		{ "\\u{7FF}", "\337\277" }, { "\\u{800}", "\340\240\200" },
		{ "\\u{fFfF}", "\357\277\277" }, { "\\u{10000}", "\360\220\200\200" },
		{ "\\u{10ffff}", "\364\217\277\277" }, { "\\u{12345}", "\360\222\215\205" },
		{ "\\u{0000e9}", "\303\251" }, { "\\x4", NULL }, { "\\x", NULL }, { "\\xg0", NULL },
		{ "\\x0g", NULL }, { "\\x:0", NULL }, { "\\x`0", NULL }, { "\\x@0", NULL },
		{ "\\X41", NULL }, { "\\u{00000e9}", NULL }, { "\\u{}", NULL }, { "\\u{41", NULL },
		{ "\\u{4g}", NULL }, { "\\u41}", NULL }, { "\\u{110000}", NULL },
		{ "\\U{41}", NULL }, { "x{41}", NULL }, { "/x41", NULL } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const size_t n = strlen(rows[i].text);
		char *text = malloc(n);
		struct evx_pattern *p;
		const char *shown;
		size_t len;

		assert_non_null(text);
		memcpy(text, rows[i].text, n);
		assert_int_equal(evx_pattern_new(text, n, &p, NULL), EVX_OK);
		if ((p != NULL) != (rows[i].bytes != NULL))
			fail_msg("%s", rows[i].text);
		free(text);
		if (p == NULL)
			continue;
		shown = evx_pattern_shown(p, &len);
		assert_int_equal(len, strlen(rows[i].bytes));
		assert_memory_equal(shown, rows[i].bytes, len);
		assert_true(evx_pattern_match(p, rows[i].bytes, len));
		evx_pattern_free(p);
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
		cmocka_unit_test(test_all_short),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
