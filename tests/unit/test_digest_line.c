/* One line of a list of hashes: what each form says, byte by byte, and what is said of a line that
 * is none of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/digest_line.h"

#define MD5 "0123456789abcdef0123456789abcdef"
#define SHA1 "0123456789abcdef0123456789abcdef01234567"
#define SHA256 MD5 "fedcba9876543210fedcba9876543210"

/* Reads a line that ends where its memory ends. */
static enum evx_err parse(struct evx_digest_form *form, const char *line, size_t n,
	struct evx_digest_line *out, struct evx_diag *diag)
{
	uint8_t *p = malloc(n + (n == 0));
	enum evx_err err;

	assert_non_null(p);
	memcpy(p, line, n);
	memset(out, 0xa5, sizeof(*out));
	err = evx_digest_line_parse(form, p, n, 407, out, diag);
	free(p);
	return err;
}

/* The line has one hash of len bytes, and this name. */
static void says(const char *line, uint8_t len, const char *name)
{
	static const uint8_t bytes[32] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01,
		0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32,
		0x10, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 };
	static const uint8_t sha1[20] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01,
		0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67 };
	struct evx_digest_form form = { 0 };
	struct evx_digest_line l;
	struct evx_diag diag = { 0 };

	if (parse(&form, line, strlen(line), &l, &diag) != EVX_OK)
		fail_msg("%s: %s", line, diag.text);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.digest[0].len, len);
	assert_memory_equal(l.digest[0].bytes, len == 20 ? sha1 : bytes, len);
	assert_int_equal(l.digest[1].len + l.digest[2].len, 0);
	assert_non_null(l.name);
	if (strcmp(l.name, name) != 0)
		fail_msg("%s: the name is %s", line, l.name);
	assert_int_equal(form.columns, 0);
	evx_digest_line_free(&l);
}

/* The line is refused with these words, which follow its number. */
static void is_bad_of(struct evx_digest_form form, const char *line, size_t n, const char *words)
{
	static const struct evx_digest_line none;
	struct evx_digest_form before = form;
	struct evx_digest_line l;
	struct evx_diag diag = { 0 };
	char begin[120];

	(void)snprintf(begin, sizeof(begin), "Line 407 of the list of hashes %s. Nothing", words);
	if (parse(&form, line, n, &l, &diag) != EVX_E_CORRUPT ||
		strncmp(diag.text, begin, strlen(begin)) != 0)
		fail_msg("%s: %s", line, diag.text);
	assert_memory_equal(&l, &none, sizeof(l));
	assert_memory_equal(&form, &before, sizeof(form));
}

static void is_bad(const char *line, const char *words)
{
	is_bad_of((struct evx_digest_form){ 0 }, line, strlen(line), words);
}

static void plain(void **state)
{
	(void)state;
	says(MD5 "  f", 16, "f");
	says(SHA1 "  f", 20, "f");
	says(SHA256 "  f", 32, "f");
	says("0123456789ABCDEF0123456789aBcDeF  f", 16, "f");
	says(MD5 " f", 16, "f");
	says(MD5 " *f", 16, "f");
	says(MD5 "  *f", 16, "*f");
	says(MD5 "   f", 16, " f");
	says(MD5 " **f", 16, "*f");
	says(MD5 "\tf", 16, "f");
	says(MD5 "\t f", 16, "f");
	says(MD5 "\t\tf", 16, "\tf");
	says(MD5 "  a  b ", 16, "a  b ");
	says(MD5 "  a\\nb", 16, "a\\nb");
	says("\\" MD5 "  a\\nb\\rc\\\\", 16, "a\nb\rc\\");
	/* With a size. */
	says("1 " MD5 "  f", 16, "f");
	says("  12   " MD5 "  f", 16, "f");
	says("12345678901234567890 " MD5 "  f", 16, "f");
	is_bad("123456789012345678901 " MD5 "  f",
		"does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("12" MD5 "  f", "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad(" " MD5 "  f", "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("12\t" MD5 "  f", "does not begin with a SHA-256, SHA-1 or MD5 hash");
	/* A name that looks like the end of another form. */
	says(MD5 " (b) = " MD5, 16, "(b) = " MD5);
	says(MD5 "  a (b) = " MD5, 16, "a (b) = " MD5);
	says(MD5 "  a=(b", 16, "a=(b");
	says(MD5 "  %%%%", 16, "%%%%");
	is_bad(MD5, "has a hash and no name");
	is_bad(MD5 " ", "has a hash and no name");
	is_bad(MD5 "  ", "has a hash and no name");
	says(MD5 "   ", 16, " ");
	is_bad(MD5 "x  f", "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad(MD5 "0  f", "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("x" MD5 "  f", "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("0123  f", "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("f", "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("%%%", "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("\\", "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("\\" MD5 "  a\\q", "has an unknown escape in the name");
	is_bad("\\" MD5 "  a\\", "has an unknown escape in the name");
	is_bad_of((struct evx_digest_form){ 0 }, MD5 "  a\0b", 37, "has a zero byte in the name");
}

static void tagged(void **state)
{
	(void)state;
	says("MD5 (f) = " MD5, 16, "f");
	says("MD5(f)= " MD5, 16, "f");
	says("md5 (f)=" MD5, 16, "f");
	says("MD5\t(f)\t=\t" MD5 "\t", 16, "f");
	says("  MD5 (f) = " MD5 "  ", 16, "f");
	says("SHA1 (f) = " SHA1, 20, "f");
	says("Sha-1 (f) = " SHA1, 20, "f");
	says("SHA256 (f) = " SHA256, 32, "f");
	says("SHA-256 (f) = " SHA256, 32, "f");
	says("SHA2-256(f)= " SHA256, 32, "f");
	says("MD5 (a (b) = (c) = d) = " MD5, 16, "a (b) = (c) = d");
	says("MD5 ( f ) = " MD5, 16, " f ");
	says("MD5 ()) = " MD5, 16, ")");
	says("MD5 (a\\nb) = " MD5, 16, "a\\nb");
	says("\\MD5 (a\\nb) = " MD5, 16, "a\nb");
	is_bad("\\MD5 (a\\b) = " MD5, "has an unknown escape in the name");
	is_bad("MD5 () = " MD5, "has a hash and no name");
	is_bad("MD5 (f) = ", "has a hash of a wrong length");
	is_bad("MD5 (f) = " SHA1, "has a hash of a wrong length");
	is_bad("SHA1 (f) = " SHA256, "has a hash of a wrong length");
	is_bad("SHA256 (f) = " MD5, "has a hash of a wrong length");
	is_bad("SHA512 (f) = " SHA256 SHA256, "has a hash that is not SHA-256, SHA-1 or MD5");
	is_bad("MD (f) = " MD5, "has a hash that is not SHA-256, SHA-1 or MD5");
	is_bad("MD55 (f) = " MD5, "has a hash that is not SHA-256, SHA-1 or MD5");
	is_bad("MD5 x (f) = " MD5, "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("MD5 (f)x = " MD5, "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("MD5 (f) = " MD5 "x", "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("MD5 (f) " MD5, "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("MD5 f) = " MD5, "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad("= MD5 (f) " MD5, "does not begin with a SHA-256, SHA-1 or MD5 hash");
	is_bad(" (f) = " MD5, "does not begin with a SHA-256, SHA-1 or MD5 hash");
}

/* Reads a header; the form that it leaves. */
static struct evx_digest_form header(const char *line)
{
	struct evx_digest_form form = { .columns = 3, .digest = { 0, 0, 20 } };
	struct evx_digest_line l;
	struct evx_diag diag = { 0 };

	if (parse(&form, line, strlen(line), &l, &diag) != EVX_OK)
		fail_msg("%s: %s", line, diag.text);
	assert_true(l.name == NULL && l.n == 0);
	return form;
}

static void headers(void **state)
{
	static const char *const without_columns[] = { "%%%% HASHDEEP-1.0", "%%%%", "%%%% ",
		"%%%%md5", "%%%% filename" };
	static const struct evx_digest_form other = { .columns = 3, .digest = { 0, 0, 20 } };
	static const uint8_t three[EVX_DIGEST_COLUMNS] = { 0, 16, 32, 20, 0 },
			     last[EVX_DIGEST_COLUMNS] = { [14] = 16 };
	struct evx_digest_form form;

	(void)state;
	/* A second header takes the place of the first; one without columns leaves it. */
	for (size_t i = 0; i < sizeof(without_columns) / sizeof(without_columns[0]); i++) {
		form = header(without_columns[i]);
		assert_memory_equal(&form, &other, sizeof(form));
	}
	form = header("%%%% size,md5,sha256,sha1,filename");
	assert_int_equal(form.columns, 5);
	assert_memory_equal(form.digest, three, sizeof(three));
	form = header("%%%%\tsize,MD5,SHA256,Sha1,filename\t");
	assert_int_equal(form.columns, 5);
	assert_memory_equal(form.digest, three, sizeof(three));
	form = header("%%%% a,b,c,d,e,f,g,h,i,j,k,l,m,n,md5,p");
	assert_int_equal(form.columns, EVX_DIGEST_COLUMNS);
	assert_memory_equal(form.digest, last, sizeof(last));
	is_bad_of(other, "%%%% a,b,c,d,e,f,g,h,i,j,k,l,m,n,md5,p,q",
		strlen("%%%% a,b,c,d,e,f,g,h,i,j,k,l,m,n,md5,p,q"), "has too many columns");
	is_bad_of(
		other, "%%%% size,md6,filename", 22, "names no column with SHA-256, SHA-1 or MD5");
	is_bad_of(other, "%%%% size,,", strlen("%%%% size,,"),
		"names no column with SHA-256, SHA-1 or MD5");
}

/* The line of that form has these digests, and this name; words: it is refused with them. */
static void in_columns(const struct evx_digest_form *form, const char *line, size_t n,
	const uint8_t lens[3], const char *name, const char *words)
{
	struct evx_digest_form f = *form;
	struct evx_digest_line l;
	struct evx_diag diag = { 0 };

	if (words != NULL) {
		is_bad_of(f, line, strlen(line), words);
		return;
	}
	if (parse(&f, line, strlen(line), &l, &diag) != EVX_OK)
		fail_msg("%s: %s", line, diag.text);
	assert_memory_equal(&f, form, sizeof(f));
	assert_int_equal(l.n, n);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(l.digest[i].len, lens[i]);
		assert_true(lens[i] == 0 ||
			(l.digest[i].bytes[0] == 0x01 && l.digest[i].bytes[15] == 0xef));
	}
	assert_true(name == NULL ? l.name == NULL : strcmp(l.name, name) == 0);
	evx_digest_line_free(&l);
}

static void columns(void **state)
{
	const struct evx_digest_form form = header("%%%% size,md5,sha256,filename"),
				     four = header("%%%% md5,md5,md5,md5,filename");
	static const uint8_t two[3] = { 16, 32, 0 }, none[3] = { 0, 0, 0 };

	(void)state;
	in_columns(&form, "1," MD5 "," SHA256 ",f", 2, two, "f", NULL);
	in_columns(&form, "," MD5 "," SHA256 ",a,b\\n (c)", 2, two, "a,b\\n (c)", NULL);
	in_columns(&form, "", 0, none, NULL, NULL);
	in_columns(&form, " \t ", 0, none, NULL, NULL);
	in_columns(&form, "# 1," MD5, 0, none, NULL, NULL);
	in_columns(&form, ";", 0, none, NULL, NULL);
	in_columns(&form, "1," MD5 "," SHA256 ",", 0, none, NULL, "has a hash and no name");
	in_columns(&form, "1," MD5 "," SHA256, 0, none, NULL, "has fewer columns than its header");
	in_columns(&form, "1", 0, none, NULL, "has fewer columns than its header");
	in_columns(&form, "1," SHA256 "," MD5 ",f", 0, none, NULL,
		"has a hash of another length than its header says");
	in_columns(&form, "1," MD5 "," SHA1 ",f", 0, none, NULL,
		"has a hash of another length than its header says");
	in_columns(&form, "1,," SHA256 ",f", 0, none, NULL,
		"has a hash of another length than its header says");
	in_columns(&form, "1,0123456789abcdef0123456789abcdeg," SHA256 ",f", 0, none, NULL,
		"has a hash of another length than its header says");
	in_columns(&form, MD5 "  f", 0, none, NULL, "has fewer columns than its header");
	in_columns(&four, MD5 "," MD5 "," MD5 "," MD5 ",f", 0, none, NULL,
		"has a hash of another length than its header says");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(plain), cmocka_unit_test(tagged),
		cmocka_unit_test(headers), cmocka_unit_test(columns) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
