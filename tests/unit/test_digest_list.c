/* Lists of hashes noted elsewhere: forms, names that mean a file, and names that could mean two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/digest_list.h"

#define MD5 "00000000000000000000000000000001"
#define MD5_B "00000000000000000000000000000002"
#define SHA1 "0000000000000000000000000000000000000001"
#define SHA256 "0000000000000000000000000000000000000000000000000000000000000001"

static struct evx_digest_list *parse(const char *text)
{
	struct evx_digest_list *e = NULL;
	struct evx_diag diag = { 0 };

	if (evx_digest_list_parse(text, strlen(text), &e, &diag) != EVX_OK)
		fail_msg("refused: %s: %s", text, diag.text);
	return e;
}

/* A file whose digests end with n. */
static void come(struct evx_digest_list *e, const char *path, uint8_t n)
{
	struct evx_entry entry;

	evx_entry_init(&entry);
	assert_int_equal(evx_entry_set_path(&entry, path, strlen(path)), EVX_OK);
	entry.has_sha256 = entry.has_sha1 = entry.has_md5 = true;
	entry.sha256[31] = entry.sha1[19] = entry.md5[15] = n;
	assert_int_equal(evx_digest_list_check(e, &entry), EVX_OK);
	evx_entry_free(&entry);
}

static enum evx_digest_outcome outcome(const struct evx_digest_list *e, size_t i)
{
	struct evx_digest_result r;

	assert_true(evx_digest_list_result(e, i, &r));
	return r.outcome;
}

static void forms(void **state)
{
	static const char *const good[] = { SHA256 "  d/f\n", SHA256 " *d/f\n", SHA1 "  d/f\n",
		MD5 " d/f\n", MD5 "\td/f", "\xEF\xBB\xBF" MD5 "  d/f\r\n",
		"# by hand\n\n; too\n" MD5 "  d/f\n", MD5 "  ./d//./f\n",
		"       12  " MD5 "  d/f\n", "MD5 (d/f) = " MD5 "\n", "SHA1 (d/f) = " SHA1 "\n",
		"SHA256(d/f)= " SHA256 "\n", "SHA2-256(d/f)= " SHA256 "\n",
		"%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n## x\n1," MD5 ",d/f\n",
		"%%%% size,tiger,sha1,filename\n1,abc," SHA1 ",d/f\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct evx_digest_list *e = parse(good[i]);

		assert_int_equal(evx_digest_list_source(e, "d", "d", "/x/d"), EVX_OK);
		come(e, "d/f", 1);
		if (outcome(e, 0) != EVX_DIGEST_MATCHED)
			fail_msg("does not match: %s", good[i]);
		evx_digest_list_free(e);
	}
}

static void refused(void **state)
{
	static const char *const bad[] = { "", "\n", "# x\n", MD5 "\n", MD5 "  \n", MD5 "0  f\n",
		"x" MD5 "  f\n", "SHA512 (f) = " MD5 "\n", "MD5 (f) = " SHA1 "\n", "MD5 (f) = x\n",
		"\\" MD5 "  a\\q\n", "\\" MD5 "  a\\\n", "%%%% size,filename\n",
		"%%%% size,md5,filename\n1," MD5 "\n", "%%%% md5,filename\nxx,f\n",
		"%%%% a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,md5,q\n",
		"\xFF\xFE"
		"a",
		"\xFE\xFF"
		"a" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_digest_list *e = NULL;
		struct evx_diag diag = { 0 };

		if (evx_digest_list_parse(bad[i], strlen(bad[i]), &e, &diag) != EVX_E_CORRUPT ||
			diag.text[0] == '\0')
			fail_msg("taken: %s", bad[i]);
		assert_null(e);
	}
}

static void escaped(void **state)
{
	struct evx_digest_list *e = parse("\\" MD5 "  d/a\\nb\\\\c\\r\n");

	(void)state;
	assert_int_equal(evx_digest_list_source(e, "d", "d", NULL), EVX_OK);
	come(e, "d/a\nb\\c\r", 1);
	assert_int_equal(outcome(e, 0), EVX_DIGEST_MATCHED);
	assert_true(evx_digest_list_wants_md5(e) && !evx_digest_list_wants_sha1(e));
	evx_digest_list_free(e);
}

static void names(void **state)
{
	static const struct {
		const char *argument, *name;
		bool fits;
	} cases[] = {
		{ "usb", "usb/a/f", true },
		{ "./usb/", "usb/a/f", true },
		{ "../in/usb", "../in/usb/a/f", true },
		{ "usb", "a/f", true },
		{ "usb", "/mnt/in/usb/a/f", true },
		{ "usb", "in/usb/a/f", true },
		{ "usb", "mnt/in/usb/a/f", true },
		{ ".", "a/f", true },
		{ "usb", "f", false },
		{ "usb", "/usb/a/f", false },
		{ "usb", "other/usb/a/f", false },
		{ "usb", "/elsewhere/in/usb/a/f", false },
		{ "usb", "usb/a/f/", true },
		{ "usb", "usb/a/F", false },
		{ "usb", "-", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[100] = MD5 "  ";
		struct evx_digest_list *e = parse(strcat(line, cases[i].name));

		assert_int_equal(
			evx_digest_list_source(e, "usb", cases[i].argument, "/mnt/in/usb"), EVX_OK);
		come(e, "usb/a/f", 1);
		if ((outcome(e, 0) == EVX_DIGEST_MATCHED) != cases[i].fits)
			fail_msg("%s of %s", cases[i].name, cases[i].argument);
		assert_int_equal(evx_digest_list_unlisted(e), cases[i].fits ? 0 : 1);
		evx_digest_list_free(e);
	}
}

static void streams(void **state)
{
	struct evx_digest_list *e = parse(MD5 "  -\n" MD5_B "  disk.img\n" MD5 "  disk\n");
	struct evx_digest_result r;

	(void)state;
	assert_int_equal(evx_digest_list_source(e, "disk.img", "-", NULL), EVX_OK);
	come(e, "disk.img", 1);
	assert_int_equal(outcome(e, 0), EVX_DIGEST_MATCHED);
	assert_int_equal(outcome(e, 1), EVX_DIGEST_MISSING);
	assert_true(evx_digest_list_result(e, 2, &r));
	assert_int_equal(r.outcome, EVX_DIGEST_MISMATCHED);
	assert_string_equal(r.path, "disk.img");
	assert_true(r.len == 16 && r.expected[15] == 2 && r.found[15] == 1);
	assert_false(evx_digest_list_result(e, 3, &r));
	evx_digest_list_free(e);
}

/* One name that fits two files is compared with neither, unless both have the hash. */
static void two_files(void **state)
{
	(void)state;
	for (int same = 0; same < 2; same++)
		for (int order = 0; order < 2; order++) {
			struct evx_digest_list *e = parse(MD5 "  x\n");

			assert_int_equal(evx_digest_list_source(e, "a", "a", "/a"), EVX_OK);
			assert_int_equal(evx_digest_list_source(e, "b", "b", "/b"), EVX_OK);
			come(e, order ? "b/x" : "a/x", 1);
			come(e, order ? "a/x" : "b/x", same ? 1 : 2);
			assert_int_equal(
				outcome(e, 0), same ? EVX_DIGEST_MATCHED : EVX_DIGEST_AMBIGUOUS);
			evx_digest_list_free(e);
		}
}

/* A directory that holds one of its own name. */
static void nested(void **state)
{
	struct evx_digest_list *e = parse(MD5 "  n/f\n" MD5_B "  n/n/f\n");

	(void)state;
	assert_int_equal(evx_digest_list_source(e, "n", "n", "/n"), EVX_OK);
	come(e, "n/f", 1);
	come(e, "n/n/f", 2);
	assert_int_equal(outcome(e, 0), EVX_DIGEST_MATCHED); /* made outside: each line says n */
	assert_int_equal(outcome(e, 1), EVX_DIGEST_MATCHED);
	evx_digest_list_free(e);
	e = parse(MD5 "  f\n" MD5_B "  n/f\n");
	assert_int_equal(evx_digest_list_source(e, "n", "n", "/n"), EVX_OK);
	come(e, "n/f", 1);
	come(e, "n/n/f", 2);
	assert_int_equal(outcome(e, 0), EVX_DIGEST_MATCHED);
	assert_int_equal(outcome(e, 1), EVX_DIGEST_AMBIGUOUS);
	evx_digest_list_free(e);
}

/* What is told of each line, in the order of names. */
static void results(void **state)
{
	static const struct {
		const char *path, *algorithm;
		size_t len;
		enum evx_digest_outcome outcome;
		uint8_t expected, found; /* last bytes; found 0: none */
	} wanted[] = { { "d/a", "sha256", 32, EVX_DIGEST_MATCHED, 1, 0 },
		{ "d/absent", "md5", 16, EVX_DIGEST_MISSING, 1, 0 },
		{ "d/b", "sha1", 20, EVX_DIGEST_MISMATCHED, 1, 2 },
		{ "d/c", "md5", 16, EVX_DIGEST_MATCHED, 2, 0 },
		{ "d/dir", "md5", 16, EVX_DIGEST_MISSING, 1, 0 },
		{ "d/none", "md5", 16, EVX_DIGEST_MISMATCHED, 1, 0 },
		{ "dd/a", "md5", 16, EVX_DIGEST_MISMATCHED, 1, 3 } };
	struct evx_digest_list *e = parse(
		MD5 "  dd/a\n" SHA1 "  d/b\r\n\r\n" MD5 "  d/none\n" MD5_B "  d/c\n" SHA256
		    "  d/a\n" MD5 "  d/absent\n" MD5 "  d/dir");
	struct evx_digest_result r;
	struct evx_entry entry;

	(void)state;
	assert_true(evx_digest_list_wants_md5(e) && evx_digest_list_wants_sha1(e));
	assert_int_equal(evx_digest_list_source(e, "d", "d", "/x/d"), EVX_OK);
	assert_int_equal(evx_digest_list_source(e, "dd", "dd", "/x/dd"), EVX_OK);
	come(e, "d/a", 1);
	come(e, "d/b", 2);
	come(e, "d/c", 2);
	come(e, "dd/a", 3);
	assert_int_equal(evx_digest_list_unlisted(e), 0);
	come(e, "d/aa", 1);
	come(e, "d", 1);
	come(e, "dd/b", 1);
	assert_int_equal(evx_digest_list_unlisted(e), 3);
	/* A file without that digest, and what is no file. */
	for (int i = 0; i < 2; i++) {
		const char *path = i == 0 ? "d/none" : "d/dir";

		evx_entry_init(&entry);
		assert_int_equal(evx_entry_set_path(&entry, path, strlen(path)), EVX_OK);
		entry.type = i == 0 ? EVX_FILE : EVX_DIR;
		entry.has_sha256 = true;
		assert_int_equal(evx_digest_list_check(e, &entry), EVX_OK);
		evx_entry_free(&entry);
	}
	assert_int_equal(evx_digest_list_unlisted(e), 3);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		assert_true(evx_digest_list_result(e, i, &r));
		assert_string_equal(r.path, wanted[i].path);
		assert_string_equal(r.algorithm, wanted[i].algorithm);
		assert_int_equal(r.len, wanted[i].len);
		assert_int_equal(r.outcome, wanted[i].outcome);
		assert_int_equal(r.expected[r.len - 1], wanted[i].expected);
		assert_int_equal(r.expected[0], 0);
		if (wanted[i].found == 0)
			assert_null(r.found);
		else
			assert_int_equal(r.found[r.len - 1], wanted[i].found);
	}
	assert_false(evx_digest_list_result(e, sizeof(wanted) / sizeof(wanted[0]), &r));
	evx_digest_list_free(e);
	/* Which digests are asked for. */
	for (int i = 0; i < 3; i++) {
		e = parse(i == 0 ? SHA256 "  f\n" : i == 1 ? SHA1 "  f\n" : MD5 "  f\n");
		assert_int_equal(evx_digest_list_wants_sha1(e), i == 1);
		assert_int_equal(evx_digest_list_wants_md5(e), i == 2);
		evx_digest_list_free(e);
	}
}

/* One spelling of a path for many. */
static void spellings(void **state)
{
	static const char *const same[] = { "d/e/f", "./d/e/f", "d//e///f", "d/./e/././f", "d/e/f/",
		"d/e/f/.", ".//./d/e/f//", "/r/d/e/f", "//r/d/e/f", "/./r/d//e/f/./" },
				 *const other[] = { "d/e/.f", "d/e/f.", "d/e/..", "d/../e/f",
					 "/d/e/f", "d/e/..f", "e/f/d", "d/e", ".d/e/f" };

	(void)state;
	for (size_t i = 0; i < 19; i++) {
		const char *name = i < 10 ? same[i] : other[i - 10];
		char line[100];
		struct evx_digest_list *e;

		(void)snprintf(line, sizeof(line), MD5 "  %s\n", name);
		e = parse(line);
		assert_int_equal(evx_digest_list_source(e, "d", "./d/", "/r/d"), EVX_OK);
		come(e, "d/e/f", 1);
		if ((outcome(e, 0) == EVX_DIGEST_MATCHED) != (i < 10))
			fail_msg("%s", name);
		assert_int_equal(evx_digest_list_unlisted(e), i < 10 ? 0 : 1);
		evx_digest_list_free(e);
	}
}

/* The message names the line, and what is wrong with a list as a whole. */
static void messages(void **state)
{
	static const struct {
		const char *text, *words;
		size_t n;
	} cases[] = { { MD5 "  a\n\n# c\n" MD5 "  b\r\nx\n", "Line 5 of the list of hashes ", 0 },
		{ "x", "Line 1 of the list of hashes ", 0 },
		{ "# a\n# b\n", "The list of hashes has no line with a hash. ", 0 },
		{ "\xEF\xBB\xBF", "The list of hashes has no line with a hash. ", 0 },
		{ "\xEF\xBB", "Line 1 of the list of hashes ", 0 },
		{ "\xFF\xFE", "The list of hashes is in UTF-16. ", 0 },
		{ "\xFE\xFFx", "The list of hashes is in UTF-16. ", 0 },
		{ "\xFE\xFE", "Line 1 of the list of hashes ", 0 },
		{ "\xFF\xFF", "Line 1 of the list of hashes ", 0 },
		{ "\xFF\xFE", "Line 1 of the list of hashes ", 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const size_t n = cases[i].n != 0 ? cases[i].n : strlen(cases[i].text);
		struct evx_digest_list *e = NULL;
		struct evx_diag diag = { 0 };
		char *text = malloc(n);

		assert_non_null(text);
		memcpy(text, cases[i].text, n);
		assert_int_equal(evx_digest_list_parse(text, n, &e, &diag), EVX_E_CORRUPT);
		assert_int_equal(diag.code, EVX_E_CORRUPT);
		assert_null(e);
		if (strncmp(diag.text, cases[i].words, strlen(cases[i].words)) != 0)
			fail_msg("case %zu: %s", i, diag.text);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(forms), cmocka_unit_test(refused),
		cmocka_unit_test(escaped), cmocka_unit_test(names), cmocka_unit_test(streams),
		cmocka_unit_test(two_files), cmocka_unit_test(nested), cmocka_unit_test(results),
		cmocka_unit_test(spellings), cmocka_unit_test(messages) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
