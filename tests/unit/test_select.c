/* Which lines of a listing a list of paths and a time mean, and which directories stand above them:
 * each line of a small tree, for each list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/path.h"
#include "open/select.h"

/* In listing order; a directory ends with a slash here. seconds: when it was modified, 0: no time
 * is known. */
static const struct {
	const char *path;
	int64_t seconds;
} tree[] = { { "a/", 100 }, { "a/b/", 100 }, { "a/b/c", 200 }, { "a/b/d.txt", 100 },
	{ "a/bc/", 100 }, { "a/bc/d.txt", 199 }, { "a/e", 0 }, { "a/x*y", 100 }, { "a/xzy", 100 },
	{ "b/", 300 }, { "b/c", 100 }, { "b/c1", 201 }, { "b/odd\nname", 100 }, { "b/q/", 100 },
	{ "b/q/r/", 100 }, { "b/q/r/s", 200 }, { "top", 200 } };
#define LINES (sizeof(tree) / sizeof(tree[0]))

static bool is_dir(size_t i)
{
	return tree[i].path[strlen(tree[i].path) - 1] == '/';
}

static struct evx_entry entry(size_t i)
{
	struct evx_entry e;

	evx_entry_init(&e);
	assert_int_equal(
		evx_entry_set_path(&e, tree[i].path, strlen(tree[i].path) - is_dir(i)), EVX_OK);
	e.type = is_dir(i) ? EVX_DIR : EVX_FILE;
	e.has_mtime = tree[i].seconds != 0;
	e.mtime.seconds = tree[i].seconds;
	return e;
}

/* Goes over the tree as the callers do. wanted has a sign for each line: '+' it is meant, '^' it
 * stands above one that is, '.' neither. */
static void means(const char *const *paths, size_t n, const int64_t *since, const char *wanted)
{
	struct evx_select s;
	struct evx_entry e;
	char found[LINES + 1] = "";
	bool walk;

	assert_int_equal(strlen(wanted), LINES);
	assert_int_equal(evx_select_new(paths, n, since, &s, NULL), EVX_OK);
	for (size_t i = 0; i < LINES; i++) {
		e = entry(i);
		evx_select_note(&s, &e);
		evx_entry_free(&e);
	}
	walk = evx_select_wants_walk(&s);
	for (size_t i = 0; i < LINES && walk; i++) {
		e = entry(i);
		assert_int_equal(evx_select_walk(&s, &e, 1000 - i, NULL), EVX_OK);
		evx_entry_free(&e);
	}
	if (walk)
		evx_select_walk_end(&s);
	for (size_t i = 0; i < LINES; i++) {
		e = entry(i);
		found[i] = evx_select_has(&s, &e)                                  ? '+' :
			is_dir(i) && evx_select_above(&s, &e, walk ? 1000 - i : i) ? '^' :
										     '.';
		evx_entry_free(&e);
	}
	if (strcmp(found, wanted) != 0)
		fail_msg("%s:\n%s\n%s", n > 0 ? paths[0] : "everything", found, wanted);
	assert_int_equal(evx_select_check(&s, NULL), EVX_OK);
	evx_select_free(&s);
}

static void test_lines(void **state)
{
	/*                  a b c d B d e * z b c 1 o q r s t */
	static const struct {
		const char *paths[3], *wanted;
		int64_t since;
	} cases[] = {
		{ { NULL }, "+++++++++++++++++", 0 },
		{ { "a" }, "+++++++++........", 0 },
		{ { "a/" }, "+++++++++........", 0 },
		{ { "./a//" }, "+++++++++........", 0 },
		{ { "././a/b" }, "^+++.............", 0 },
		{ { "a/b/c" }, "^^+..............", 0 },
		{ { "b/c" }, ".........^+......", 0 },
		{ { "top", "b/q/r/s" }, ".........^...^^++", 0 },
		{ { "a/e", "a/b", "a" }, "+++++++++........", 0 },
		/* A name that has the wildcard means itself; one that list prints, what was
		   printed. */
		{ { "a/x*y" }, "^......+.........", 0 },
		{ { "a/x?y" }, "^......++........", 0 },
		{ { "b/odd\\u{a}name" }, ".........^..+....", 0 },
		{ { "b/odd\nname" }, ".........^..+....", 0 },
		{ { "b/od*" }, ".........^..+....", 0 },
		{ { "*.txt" }, "^^.+^+...........", 0 },
		{ { "b" }, ".........+++++++.", 0 },
		{ { "[b]" }, "^+++.....+++++++.", 0 },
		{ { "a/*/d.txt" }, "^^.+^+...........", 0 },
		{ { "**/s" }, ".........^...^^+.", 0 },
		{ { "*.txt", "top" }, "^^.+^+..........+", 0 },
		{ { "*.txt", "b/q" }, "^^.+^+...^...+++.", 0 },
		/* Modified since then: that second, and what has no time, count. */
		{ { NULL }, "^^+...+..+.+.^^++", 200 },
		{ { NULL }, "^.....+..+.+.....", 201 },
		{ { NULL }, "^.....+..+.......", 202 },
		{ { "a" }, "^^+...+..........", 200 },
		{ { "b/q" }, ".........^...^^+.", 200 },
		{ { "a/b" }, "^^+..............", 200 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = 0;

		while (n < 3 && cases[i].paths[n] != NULL)
			n++;
		means(cases[i].paths, n, cases[i].since != 0 ? &cases[i].since : NULL,
			cases[i].wanted);
	}
}

/* A path that nothing has is named, as it was given; the first of them. */
static void test_check(void **state)
{
	static const struct {
		const char *paths[2], *missing, *words;
	} cases[] = { { { "a", "none" }, "none", "The exhibit has no such path." },
		{ { "none*", "a" }, "none*", "matches this pattern" },
		{ { "a/none", "b/none" }, "a/none", "The exhibit has no such path." },
		{ { "b/c", "b/c2" }, "b/c2", "The exhibit has no such path." } };

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct evx_select s;
		struct evx_diag diag = { 0 };

		assert_int_equal(evx_select_new(cases[k].paths, 2, NULL, &s, NULL), EVX_OK);
		for (size_t i = 0; i < LINES; i++) {
			struct evx_entry e = entry(i);

			(void)evx_select_has(&s, &e);
			evx_entry_free(&e);
		}
		assert_int_equal(evx_select_check(&s, &diag), EVX_E_NOT_FOUND);
		assert_string_equal(diag.path, cases[k].missing);
		assert_non_null(strstr(diag.text, cases[k].words));
		evx_select_free(&s);
	}
}

/* What cat asks: the line itself, not those beneath it. */
static void test_itself(void **state)
{
	static const char *const paths[] = { "a/b", "a/x?y", "b/odd\\u{a}name" };
	static const char wanted[] = ".+.....++...+....";
	struct evx_select s;

	(void)state;
	assert_int_equal(evx_select_new(paths, 3, NULL, &s, NULL), EVX_OK);
	for (size_t i = 0; i < LINES; i++) {
		struct evx_entry e = entry(i);

		evx_select_note(&s, &e);
		evx_entry_free(&e);
	}
	for (size_t i = 0; i < LINES; i++) {
		struct evx_entry e = entry(i);

		if (evx_select_has_itself(&s, &e) != (wanted[i] == '+'))
			fail_msg("%s", tree[i].path);
		evx_entry_free(&e);
	}
	assert_int_equal(evx_select_check(&s, NULL), EVX_OK);
	evx_select_free(&s);
}

/* What is no path of an exhibit is told as it was given. */
static void test_refused(void **state)
{
	static const char *const bad[] = { "", "/", "/a", "a//b", "..", "a/../b", "./", "a/." };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *const two[] = { "a", bad[i] };
		struct evx_select s;
		struct evx_diag diag = { 0 };
		char words[32];

		memset(&s, 0xa5, sizeof(s));
		if (evx_select_new(two, 2, NULL, &s, &diag) != EVX_E_USAGE)
			fail_msg("taken: %s", bad[i]);
		(void)snprintf(words, sizeof(words), "'%s' is not a path", bad[i]);
		if (strncmp(diag.text, words, strlen(words)) != 0)
			fail_msg("%s: %s", bad[i], diag.text);
		assert_true(s.at == NULL && s.n == 0);
	}
}

/* Names of one length that differ in their first, middle or last character only, and a path that
 * begins like a directory without being in it. */
static void test_neighbours(void **state)
{
	static const char *const lines[] = { "aXb", "aXb/aXb", "aXb/aXc", "aXb/aYb", "aXb/bXb",
		"aXc", "aXc/aXb", "aXcaXb", "aYb", "aYb/aXb", "bXb", "bXb/aXb" };
	const size_t n = sizeof(lines) / sizeof(lines[0]);

	(void)state;
	for (size_t wanted = 0; wanted < n; wanted++) {
		const char *const path[] = { lines[wanted] };
		const size_t len = strlen(path[0]);
		struct evx_select s;

		assert_int_equal(evx_select_new(path, 1, NULL, &s, NULL), EVX_OK);
		for (size_t i = 0; i < n; i++) {
			const bool same = i == wanted,
				   beneath = strncmp(lines[i], path[0], len) == 0 &&
				lines[i][len] == '/',
				   above = strncmp(path[0], lines[i], strlen(lines[i])) == 0 &&
				path[0][strlen(lines[i])] == '/';
			struct evx_entry e;

			evx_entry_init(&e);
			assert_int_equal(
				evx_entry_set_path(&e, lines[i], strlen(lines[i])), EVX_OK);
			e.type = EVX_DIR;
			if (evx_select_has(&s, &e) != (same || beneath) ||
				evx_select_has_itself(&s, &e) != same ||
				evx_select_above(&s, &e, i) != above)
				fail_msg("%s against %s", path[0], lines[i]);
			evx_entry_free(&e);
		}
		evx_select_free(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lines),
		cmocka_unit_test(test_check), cmocka_unit_test(test_itself),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_neighbours) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
