/* Lists of hashes: each form of line, and which file a line means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/digest_line.h"
#include "format/digest_list.h"

#define M "0123456789abcdef0123456789abcdef"
#define S1 M "01234567"
#define S2 M "89abcdef89abcdef89abcdef89abcd0f"

static const uint8_t bytes_m[] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45,
	0x67, 0x89, 0xab, 0xcd, 0xef };

/* Lines without a header before them. name: NULL when the line names nothing or is refused. */
static const struct {
	const char *line;
	enum evx_err err;
	const char *name;
	uint8_t len;
} lines[] = {
	{ "", EVX_OK, NULL, 0 },
	{ " \t ", EVX_OK, NULL, 0 },
	{ "# " M "  a", EVX_OK, NULL, 0 },
	{ "; " M "  a", EVX_OK, NULL, 0 },
	{ "%%%% HASHDEEP-1.0", EVX_OK, NULL, 0 },
	{ M "  a", EVX_OK, "a", 16 },
	{ M " *a", EVX_OK, "a", 16 },
	{ M " a", EVX_OK, "a", 16 },
	{ M "\ta", EVX_OK, "a", 16 },
	{ M "   a", EVX_OK, " a", 16 },
	{ M "  *a", EVX_OK, "*a", 16 },
	{ M "  a b ", EVX_OK, "a b ", 16 },
	{ M "  a\\n", EVX_OK, "a\\n", 16 },
	{ "\\" M "  a\\n\\r\\\\b", EVX_OK, "a\n\r\\b", 16 },
	{ "\\" M "  a\\t", EVX_E_CORRUPT, NULL, 0 },
	{ "\\" M "  a\\", EVX_E_CORRUPT, NULL, 0 },
	{ S1 "  a", EVX_OK, "a", 20 },
	{ S2 "  a", EVX_OK, "a", 32 },
	{ "0123456789ABCDEF0123456789abcdef  a", EVX_OK, "a", 16 },
	{ M "0  a", EVX_E_CORRUPT, NULL, 0 },
	{ "0123456789abcdef0123456789abcde  a", EVX_E_CORRUPT, NULL, 0 },
	{ "0123456789abcdeg0123456789abcdef  a", EVX_E_CORRUPT, NULL, 0 },
	{ M "xa", EVX_E_CORRUPT, NULL, 0 },
	{ M, EVX_E_CORRUPT, NULL, 0 },
	{ M " ", EVX_E_CORRUPT, NULL, 0 },
	{ M "  ", EVX_E_CORRUPT, NULL, 0 },
	{ "a", EVX_E_CORRUPT, NULL, 0 },
	{ "1234  " M "  a", EVX_OK, "a", 16 },
	{ "  1234 " M "  a", EVX_OK, "a", 16 },
	{ "12345678901234567890 " M "  a", EVX_OK, "a", 16 },
	{ "123456789012345678901 " M "  a", EVX_E_CORRUPT, NULL, 0 },
	{ "1234" M "  a", EVX_E_CORRUPT, NULL, 0 },
	{ "MD5 (a) = " M, EVX_OK, "a", 16 },
	{ "md5 (a)= " M " ", EVX_OK, "a", 16 },
	{ "MD5(a)= " M, EVX_OK, "a", 16 },
	{ "SHA1 (a (b) = c) = " S1, EVX_OK, "a (b) = c", 20 },
	{ "SHA-1 (a) = " S1, EVX_OK, "a", 20 },
	{ "SHA256 (a) = " S2, EVX_OK, "a", 32 },
	{ "SHA2-256 (a) = " S2, EVX_OK, "a", 32 },
	{ "sha-256 (a) = " S2, EVX_OK, "a", 32 },
	{ "\\SHA256 (a\\nb) = " S2, EVX_OK, "a\nb", 32 },
	{ "SHA256 (a\\nb) = " S2, EVX_OK, "a\\nb", 32 },
	{ "SHA256 (a) = " S1, EVX_E_CORRUPT, NULL, 0 },
	{ "MD5 (a) = " S2, EVX_E_CORRUPT, NULL, 0 },
	{ "SHA256 () = " S2, EVX_E_CORRUPT, NULL, 0 },
	{ "SHA512 (a) = " S2 S2, EVX_E_CORRUPT, NULL, 0 },
	{ "SHA25 (a) = " S2, EVX_E_CORRUPT, NULL, 0 },
	{ "SHA2561 (a) = " S2, EVX_E_CORRUPT, NULL, 0 },
	{ "MD5 (a = " M, EVX_E_CORRUPT, NULL, 0 },
	{ "MD5 (a) " M, EVX_E_CORRUPT, NULL, 0 },
	{ M "  a (b) = c", EVX_OK, "a (b) = c", 16 },
	{ M "  (a) = " M, EVX_OK, "(a) = " M, 16 },
};

static void each_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct evx_digest_form form = { 0 };
		struct evx_digest_line l;
		struct evx_diag diag = { 0 };
		char number[32];
		enum evx_err err;

		memset(&l, 0xff, sizeof(l));
		err = evx_digest_line_parse(&form, (const uint8_t *)lines[i].line,
			strlen(lines[i].line), i + 1, &l, &diag);
		if (err != lines[i].err)
			fail_msg("%s: %s: %s", lines[i].line, evx_err_name(err), diag.text);
		assert_true((l.name == NULL) == (lines[i].name == NULL));
		snprintf(number, sizeof(number), "Line %zu of", i + 1);
		if (err != EVX_OK)
			assert_non_null(strstr(diag.text, number));
		if (l.name != NULL) {
			assert_string_equal(l.name, lines[i].name);
			assert_int_equal(l.n, 1);
			assert_int_equal(l.digest[0].len, lines[i].len);
			assert_memory_equal(l.digest[0].bytes, bytes_m, sizeof(bytes_m));
			if (lines[i].len == 32)
				assert_int_equal(l.digest[0].bytes[31], 0x0f);
		} else {
			assert_int_equal(l.n, 0);
		}
		assert_int_equal(form.columns, 0);
		evx_digest_line_free(&l);
		assert_null(l.name);
	}
}

/* A zero byte is none of a name. */
static void zero_byte(void **state)
{
	static const char line[] = M "  a\0b";
	struct evx_digest_form form = { 0 };
	struct evx_digest_line l;

	(void)state;
	assert_int_equal(
		evx_digest_line_parse(&form, (const uint8_t *)line, sizeof(line) - 1, 1, &l, NULL),
		EVX_E_CORRUPT);
	assert_null(l.name);
}

/* Lines behind a header of hashdeep. */
static void columns(void **state)
{
	static const struct {
		const char *header, *line;
		enum evx_err header_err, err;
		size_t n;
		const char *name;
	} cases[] = {
		{ "%%%% size,md5,sha256,filename", "5," M "," S2 ",/a,b", EVX_OK, EVX_OK, 2,
			"/a,b" },
		{ "%%%% size,md5,sha1,sha256,filename", "5," M "," S1 "," S2 ",a", EVX_OK, EVX_OK,
			3, "a" },
		{ "%%%% size,md5,md5,md5,md5,filename", "5," M "," M "," M "," M ",a", EVX_OK,
			EVX_E_CORRUPT, 0, NULL },
		{ "%%%% size,tiger,md5,filename", "5,x," M ",a", EVX_OK, EVX_OK, 1, "a" },
		{ "%%%% size,md5,filename", "5," M "0,a", EVX_OK, EVX_E_CORRUPT, 0, NULL },
		{ "%%%% size,md5,filename", "5," S1 ",a", EVX_OK, EVX_E_CORRUPT, 0, NULL },
		{ "%%%% size,md5,filename", "5," M, EVX_OK, EVX_E_CORRUPT, 0, NULL },
		{ "%%%% size,md5,filename", "5," M ",", EVX_OK, EVX_E_CORRUPT, 0, NULL },
		{ "%%%% size,tiger,filename", "", EVX_E_CORRUPT, EVX_OK, 0, NULL },
		{ "%%%% md5,1,2,3,4,5,6,7,8,9,10,11,12,13,14,filename",
			M ",1,2,3,4,5,6,7,8,9,10,11,12,13,14,a", EVX_OK, EVX_OK, 1, "a" },
		{ "%%%% md5,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,filename", "", EVX_E_CORRUPT,
			EVX_OK, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evx_digest_form form = { 0 };
		struct evx_digest_line l;

		assert_int_equal(evx_digest_line_parse(&form, (const uint8_t *)cases[i].header,
					 strlen(cases[i].header), 1, &l, NULL),
			cases[i].header_err);
		assert_true(l.name == NULL && l.n == 0);
		assert_true((form.columns > 0) == (cases[i].header_err == EVX_OK));
		if (form.columns == 0)
			continue;
		if (evx_digest_line_parse(&form, (const uint8_t *)cases[i].line,
			    strlen(cases[i].line), 2, &l, NULL) != cases[i].err)
			fail_msg("%s", cases[i].line);
		assert_int_equal(l.n, cases[i].n);
		if (cases[i].name != NULL)
			assert_string_equal(l.name, cases[i].name);
		evx_digest_line_free(&l);
	}
}

/* A file whose digests are those above, but with another first byte in SHA-256 for other = 1, in
 * the last byte for other = 2. */
static enum evx_err came(struct evx_digest_list *e, const char *path, int other)
{
	struct evx_entry entry;
	struct evx_digest_form form = { 0 };
	struct evx_digest_line l;
	char name[64];
	enum evx_err err;

	evx_entry_init(&entry);
	snprintf(name, sizeof(name), "%s", path);
	entry.path = name;
	entry.path_len = strlen(name);
	entry.type = EVX_FILE;
	assert_int_equal(
		evx_digest_line_parse(&form, (const uint8_t *)S2 "  x", 67, 1, &l, NULL), EVX_OK);
	entry.has_sha256 = entry.has_md5 = true;
	memcpy(entry.sha256, l.digest[0].bytes, 32);
	memcpy(entry.md5, bytes_m, 16);
	entry.sha256[0] ^= other == 1;
	entry.sha256[31] ^= other == 2;
	evx_digest_line_free(&l);
	err = evx_digest_list_check(e, &entry);
	return err;
}

static struct evx_digest_list *parsed(const char *text, size_t n)
{
	struct evx_digest_list *e = NULL;
	struct evx_diag diag = { 0 };

	if (evx_digest_list_parse(text, n, &e, &diag) != EVX_OK)
		fail_msg("%s", diag.text);
	assert_non_null(e);
	return e;
}

static void is(const struct evx_digest_list *e, size_t i, enum evx_digest_outcome outcome,
	const char *path)
{
	struct evx_digest_result r;

	assert_true(evx_digest_list_result(e, i, &r));
	assert_int_equal(r.outcome, outcome);
	assert_string_equal(r.path, path);
}

/* Marks, ends of lines, and lists that are none. */
static void whole_lists(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		enum evx_err err;
	} cases[] = {
		{ "\xEF\xBB\xBF" M "  a\r\n" S1 "  b", 3 + 35 + 2 + 43, EVX_OK },
		{ M "  a\n\n" S1 "  b\n", 35 + 2 + 44, EVX_OK },
		{ "", 0, EVX_E_CORRUPT },
		{ "\n", 1, EVX_E_CORRUPT },
		{ "\xEF\xBB\xBF", 3, EVX_E_CORRUPT },
		{ "\xFF\xFE" M "  a", 37, EVX_E_CORRUPT },
		{ "\xFE\xFF" M "  a", 37, EVX_E_CORRUPT },
		{ M "  a\nx\n", 38, EVX_E_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evx_digest_list *e = (void *)&e;
		struct evx_digest_result r;

		assert_int_equal(
			evx_digest_list_parse(cases[i].text, cases[i].n, &e, NULL), cases[i].err);
		if (cases[i].err != EVX_OK) {
			assert_null(e);
			continue;
		}
		assert_true(evx_digest_list_wants_sha1(e) && evx_digest_list_wants_md5(e));
		is(e, 0, EVX_DIGEST_MISSING, "a");
		assert_true(evx_digest_list_result(e, 1, &r));
		assert_string_equal(r.path, "b");
		assert_string_equal(r.algorithm, "sha1");
		assert_int_equal(r.len, 20);
		assert_false(evx_digest_list_result(e, 2, &r));
		evx_digest_list_free(e);
	}
	evx_digest_list_free(NULL);
}

/* A line that fits, one that another file fits in all but one byte, one without a file; and a file
 * without a line. */
static void outcomes(void **state)
{
	static const char text[] = S2 "  src/a\n" S2 "  ./src//b\n" S2 "  src/c\n" S2 "  src/d\n" M
				      "  src/d\n";
	struct evx_digest_list *e = parsed(text, sizeof(text) - 1);
	struct evx_digest_result r;

	(void)state;
	assert_false(evx_digest_list_wants_sha1(e));
	assert_true(evx_digest_list_wants_md5(e));
	assert_int_equal(evx_digest_list_source(e, "src", "src", "/mnt/x/src"), EVX_OK);
	assert_int_equal(came(e, "src/a", 0), EVX_OK);
	assert_int_equal(came(e, "src/b", 1), EVX_OK);
	assert_int_equal(came(e, "src/d", 2), EVX_OK);
	assert_int_equal(evx_digest_list_unlisted(e), 0);
	assert_int_equal(came(e, "src/e", 0), EVX_OK);
	assert_int_equal(came(e, "srcs/c", 0), EVX_OK);
	assert_int_equal(evx_digest_list_unlisted(e), 2);
	is(e, 0, EVX_DIGEST_MATCHED, "src/a");
	is(e, 1, EVX_DIGEST_MISMATCHED, "src/b");
	is(e, 2, EVX_DIGEST_MISSING, "src/c");
	for (size_t i = 3; i < 5; i++) { /* the two digests of one file, in either order */
		assert_true(evx_digest_list_result(e, i, &r));
		assert_string_equal(r.path, "src/d");
		assert_int_equal(
			r.outcome, r.len == 32 ? EVX_DIGEST_MISMATCHED : EVX_DIGEST_MATCHED);
		assert_true((r.found != NULL) == (r.len == 32));
		if (r.found != NULL) {
			assert_int_equal(r.found[31], r.expected[31] ^ 1);
			assert_memory_equal(r.found, r.expected, 31);
		}
	}
	assert_false(evx_digest_list_result(e, 5, &r));
	evx_digest_list_free(e);
}

/* Names as they are seen from several places. */
static void places(void **state)
{
	static const char *const names[] = { "a", "src/a", "x/src/a", "mnt/x/src/a", "/mnt/x/src/a",
		"arg/src/a", "./a" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char text[200];
		struct evx_digest_list *e;

		snprintf(text, sizeof(text), "%s  %s\n", S2, names[i]);
		e = parsed(text, strlen(text));
		assert_int_equal(
			evx_digest_list_source(e, "src", "arg/src/", "/mnt/x/src"), EVX_OK);
		assert_int_equal(came(e, "src/a", 0), EVX_OK);
		is(e, 0, EVX_DIGEST_MATCHED, i == 6 ? "a" : names[i]);
		assert_int_equal(evx_digest_list_unlisted(e), 0);
		evx_digest_list_free(e);
		/* From elsewhere it is another file. */
		snprintf(text, sizeof(text), "%s  y/%s\n", S2, names[i]);
		e = parsed(text, strlen(text));
		assert_int_equal(
			evx_digest_list_source(e, "src", "arg/src/", "/mnt/x/src"), EVX_OK);
		assert_int_equal(came(e, "src/a", 0), EVX_OK);
		assert_int_equal(evx_digest_list_unlisted(e), 1);
		evx_digest_list_free(e);
	}
}

/* One name, two files: nothing is compared unless both agree. */
static void two_files(void **state)
{
	static const char text[] = S2 "  a\n";

	(void)state;
	for (int other = 0; other < 4; other++) {
		struct evx_digest_list *e = parsed(text, sizeof(text) - 1);

		assert_int_equal(evx_digest_list_source(e, "p", "p", NULL), EVX_OK);
		assert_int_equal(evx_digest_list_source(e, "q", "q", NULL), EVX_OK);
		assert_int_equal(came(e, "p/a", other & 1), EVX_OK);
		assert_int_equal(came(e, "q/a", other & 2), EVX_OK);
		is(e, 0, other == 0 ? EVX_DIGEST_MATCHED : EVX_DIGEST_AMBIGUOUS, "a");
		evx_digest_list_free(e);
	}
}

/* A directory in one of the same name: a list whose every line has the source before it was made
 * outside; any other may mean two files. */
static void nested(void **state)
{
	static const char outside[] = S2 "  n/a\n" S2 "  n/n/a\n",
			  inside[] = S2 "  n/a\n" S2 "  a\n";
	struct evx_digest_list *e = parsed(outside, sizeof(outside) - 1);

	(void)state;
	assert_int_equal(evx_digest_list_source(e, "n", "n", NULL), EVX_OK);
	assert_int_equal(came(e, "n/a", 0), EVX_OK);
	assert_int_equal(came(e, "n/n/a", 1), EVX_OK);
	is(e, 0, EVX_DIGEST_MATCHED, "n/a");
	is(e, 1, EVX_DIGEST_MISMATCHED, "n/n/a");
	evx_digest_list_free(e);
	e = parsed(inside, sizeof(inside) - 1);
	assert_int_equal(evx_digest_list_source(e, "n", "n", NULL), EVX_OK);
	assert_int_equal(came(e, "n/a", 0), EVX_OK);
	assert_int_equal(came(e, "n/n/a", 1), EVX_OK);
	is(e, 0, EVX_DIGEST_MATCHED, "a");
	is(e, 1, EVX_DIGEST_AMBIGUOUS, "n/a");
	evx_digest_list_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_form),
		cmocka_unit_test(zero_byte), cmocka_unit_test(columns),
		cmocka_unit_test(whole_lists), cmocka_unit_test(outcomes), cmocka_unit_test(places),
		cmocka_unit_test(two_files), cmocka_unit_test(nested) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
