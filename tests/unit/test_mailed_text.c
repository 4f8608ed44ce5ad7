/* What mail does to a signed text, undone; what cannot be undone, named; everything else left as it
 * is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/mailed_text.h"

#define SIG(body) "-----BEGIN SSH SIGNATURE-----\n" body "-----END SSH SIGNATURE-----\n"
#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define SEVENTY SIXTY TEN
#define BLOCK(label, body) "-----BEGIN " label "-----\n" body "-----END " label "-----\n"

static const struct {
	const char *mailed, *restored;
} undone[] = {
	{ "{}\n", "{}\n" },
	{ "{}", "{}\n" },
	{ "\357\273\277{}\r\n", "{}\n" },
	{ "{\"a b\":\"c  d\"} \t\r\n" SIG("AAAA\n"), "{\"a b\":\"c  d\"}\n" SIG("AAAA\n") },
	{ "\n \n> {}\n> -----BEGIN SSH SIGNATURE-----\n> AA\n>\n> AA==\n> -----END SSH "
	  "SIGNATURE-----\n\n",
		"{}\n" SIG("AAAA==\n") },
	{ "> > {}\n>> " SIG(">>AA\n> >"), "{}\n" SIG("AA\n") },
	{ "> > {}\n> x\n", NULL }, /* a line with fewer marks */
	{ ">>{}\n> > x\n>>\n\n", "{}\nx\n" },
	{ "{}\n" SIG(SEVENTY TEN "\n"), "{}\n" SIG(SEVENTY "\n" TEN "\n") },
	{ "{}\n" SIG("AA\nAA\nA\n"), "{}\n" SIG("AAAAA\n") },
	{ "{}\n" SIG("AA AA\nA\n"), "{}\n" SIG("AA AA\nA\n") }, /* no base64 */
	{ "{}\n- -----BEGIN SSH SIGNATURE-----\nAA\nAA\n- -----END SSH SIGNATURE-----\n",
		"{}\n" SIG("AAAA\n") },
	{ "{}\n-----BEGIN EVX RECORD-----\n12  a/b\n 34  c d\n-----END EVX RECORD-----\n",
		"{}\n-----BEGIN EVX RECORD-----\n12  a/b\n34  c d\n-----END EVX RECORD-----\n" },
	{ "{}\n" SIG("AAAA\n") "\n\n-----BEGIN AGE ENCRYPTED FILE-----\nAAAA",
		"{}\n" SIG("AAAA\n") "\n-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n" },
	{ "{}\n" SIG("AAAA\n") "-----BEGIN AGE ENCRYPTED FILE-----\nAA\nAA\n-----END AGE "
			       "ENCRYPTED FILE-----\n\n-----BEGIN AGE ENCRYPTED FILE-----\n",
		"{}\n" SIG("AAAA\n") "-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n-----END AGE "
				     "ENCRYPTED FILE-----\n\n-----BEGIN AGE ENCRYPTED "
				     "FILE-----\n" },
	/* The width of each kind of block. */
	{ "{}\n" SIG(SEVENTY "\n"), "{}\n" SIG(SEVENTY "\n") },
	{ "{}\n" SIG(SEVENTY SEVENTY "\n"), "{}\n" SIG(SEVENTY "\n" SEVENTY "\n") },
	{ "{}\n" BLOCK("EVX PART custody/x", SEVENTY "\n"),
		"{}\n" BLOCK("EVX PART custody/x", SIXTY "0123\n456789\n") },
	{ "{}\n" BLOCK("EVX TIME-STAMP 0001", SEVENTY "\n"),
		"{}\n" BLOCK("EVX TIME-STAMP 0001", SIXTY "0123\n456789\n") },
	{ "{}\n" BLOCK("AGE ENCRYPTED FILE", SEVENTY "\n"),
		"{}\n" BLOCK("AGE ENCRYPTED FILE", SIXTY "0123\n456789\n") },
	{ "{}\n" BLOCK("EVX RECORD", "AA\nAA\n"), "{}\n" BLOCK("EVX RECORD", "AA\nAA\n") },
	{ "{}\n" BLOCK("SSH SIGNATURES", "AA\nAA\n"), "{}\n" BLOCK("SSH SIGNATURES", "AA\nAA\n") },
	{ "{}\n-----BEGIN\nAA\nAA\n", "{}\n-----BEGIN\nAA\nAA\n" },
	/* Without an end nothing is wrapped anew. */
	{ "{}\n-----BEGIN SSH SIGNATURE-----\nAA\nAA\n",
		"{}\n-----BEGIN SSH SIGNATURE-----\nAA\nAA\n" },
	{ "> {}\n> -----BEGIN SSH SIGNATURE-----\n> AA\nAA\n> -----END SSH SIGNATURE-----\n",
		NULL },
	/* Blanks, marks, escapes. */
	{ "  \t{} \t \r\n", "{}\n" },
	{ ">\n>\n> {}\n>x\n>  y\n", "{}\nx\ny\n" },
	{ ">{}\n>\tx\n\n>y", "{}\nx\ny\n" },
	{ "> > {}\n> >\n>\n\n>>x\n", "{}\nx\n" },
	{ "{}\n- x\n- ----x\n- -----x\n-- -----x\n", "{}\n- x\n- ----x\n-----x\n-- -----x\n" },
	/* Empty lines are kept before the keys of a backup alone. */
	{ "{}\n\n\n" SIG("AAAA\n"), "{}\n" SIG("AAAA\n") },
	{ "{}\n\nx\n-----BEGIN AGE X\n\n\ny\n", "{}\nx\n-----BEGIN AGE X\ny\n" },
	{ "{}\n-----BEGIN AGE X\n \n\n-----BEGIN AGE Y",
		"{}\n-----BEGIN AGE X\n\n-----BEGIN AGE Y\n" },
	/* No signed text */
	{ "\357\273{}\r\n", NULL },
	{ ">>\n> x\n", NULL },
	{ ">", NULL },
	{ "  \n\t", NULL },
	{ "", NULL },
	{ "\357\273\277", NULL },
	{ "\n\n", NULL },
	{ "text\r\n{}\r\n", NULL },
	{ "> {}\n{}\r\n", NULL },
	{ "bagit.txt\r\n", NULL },
};

static void test_undone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(undone) / sizeof(undone[0]); i++) {
		const char *want = undone[i].restored != NULL ? undone[i].restored :
								undone[i].mailed;
		struct evx_buf text = EVX_BUF_INIT;

		assert_int_equal(
			evx_buf_add(&text, undone[i].mailed, strlen(undone[i].mailed)), EVX_OK);
		for (int again = 0; again < 2; again++) {
			assert_int_equal(evx_mailed_text_restore(&text), EVX_OK);
			assert_int_equal(text.len, strlen(want));
			if (text.len > 0)
				assert_memory_equal(text.data, want, text.len);
		}
		evx_buf_free(&text);
	}
}

/* Lines of base64 are put together; where any other character stands among them, none are. */
static void test_alphabet(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		const bool base64 = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			(c >= 'a' && c <= 'z') || c == '+' || c == '/' || c == '=';
		struct evx_buf text = EVX_BUF_INIT, want = EVX_BUF_INIT;

		if (c == '\n')
			continue;
		assert_int_equal(
			evx_buf_addf(&text,
				"{}\n-----BEGIN SSH SIGNATURE-----\nB%cB\nC\n-----END X\n", c),
			EVX_OK);
		assert_int_equal(evx_buf_addf(&want,
					 "{}\n-----BEGIN SSH SIGNATURE-----\nB%cB%sC\n-----END X\n",
					 c, base64 ? "" : "\n"),
			EVX_OK);
		assert_int_equal(evx_mailed_text_restore(&text), EVX_OK);
		if (text.len != want.len || memcmp(text.data, want.data, want.len) != 0)
			fail_msg("character %d", c);
		evx_buf_free(&text);
		evx_buf_free(&want);
	}
}

/* Every beginning of a text comes to an end. */
static void test_cut(void **state)
{
	static const char text[] = "\357\273\277> {\"format\":1}\r\n> " SIG("> AAAA\n> ");

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		struct evx_buf part = EVX_BUF_INIT;

		assert_int_equal(evx_buf_add(&part, text, n), EVX_OK);
		assert_int_equal(evx_mailed_text_restore(&part), EVX_OK);
		assert_true(part.len <= n + 1);
		(void)evx_mailed_text_damage(part.data, part.len);
		evx_buf_free(&part);
	}
}

static void test_damage(void **state)
{
	static const struct {
		const char *text, *said; /* said NULL: nothing is seen */
	} cases[] = {
		{ "{\"format\":\"x\"}\n" SIG("AAAA\n"), NULL },
		{ "{}\n", NULL },
		{ "", NULL },
		{ "{\"format\":\n\"x\"}\n" SIG("AAAA\n"), "broke the long first line" },
		{ "{\"for=\nmat\":\"x\"}\n" SIG("AAAA\n"), "quoted-printable" },
		{ "{\342\200\234format\342\200\235:1}\n", "quotation marks" },
		{ "<html>{}", "HTML" },
		{ "Hello\n{\"format\":\"x\"}\n", "Other text stands before" },
		{ "\377\376{", "UTF-16" },
		{ "\376\377{", "UTF-16" },
		{ "\377\377{", NULL },
		{ "\376\376{", NULL },
		{ "\377", NULL },
		{ "{\342\200\234format\":1}\n", "quotation marks" },
		{ "{\"format\342\200\235:1}", "quotation marks" },
		{ "{}\n\342\200\234\342\200\235\n", NULL },
		{ "{\342\200\230format\342\200\231:1}\n", NULL },
		{ "{&quot;format&quot;:1}\n", "HTML" },
		{ "{}\n<pre>", "HTML" },
		{ "Hello\n", NULL },
		{ "Hello\n {\"format\":\"x\"}\n", NULL },
		{ "Hello {\"format\":\"x\"}\n", NULL },
		{ "{}\n{\"format\":\"x\"}\n", NULL },
		{ "{\"format\":\n\"x\"}\n", NULL },
		{ "{\"for=\nmat\":\"x\"}\n", NULL },
		{ "[\"for=\n" SIG("AAAA\n"), NULL },
		{ "[\"for\n" SIG("AAAA\n"), NULL },
		{ "{=\n" SIG("AAAA\n"), "quoted-printable" },
		{ "{\n" SIG("AAAA\n"), "broke the long first line" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *found = evx_mailed_text_damage(cases[i].text, strlen(cases[i].text));

		assert_true((found == NULL) == (cases[i].said == NULL));
		if (found != NULL)
			assert_non_null(strstr(found, cases[i].said));
	}
}

/* Other failures than those of form keep their own words. */
static void test_fail(void **state)
{
	static const char text[] = "Hello\n{\"format\":\"x\"}\n";
	struct evx_diag why = { 0 }, diag = { 0 };

	(void)state;
	(void)evx_fail(&why, EVX_E_FORGED, "signature: not good");
	assert_int_equal(
		evx_mailed_text_fail(text, strlen(text), EVX_E_FORGED, &why, &diag), EVX_E_FORGED);
	assert_string_equal(diag.text, "signature: not good");
	evx_diag_clear(&diag);
	assert_int_equal(evx_mailed_text_fail(text, strlen(text), EVX_E_NOT_OURS, &why, &diag),
		EVX_E_NOT_OURS);
	assert_non_null(strstr(diag.text, "Other text stands before"));
	assert_int_equal(evx_mailed_text_fail(text, 5, EVX_E_NOT_OURS, &why, NULL), EVX_E_NOT_OURS);
	/* Which failures are those of form; a text that was told already stays. */
	for (int err = EVX_OK + 1; err <= EVX_E_CUSTODY; err++) {
		const bool form = err == EVX_E_NOT_OURS || err == EVX_E_TRUNCATED ||
			err == EVX_E_CORRUPT;

		evx_diag_clear(&diag);
		assert_int_equal(
			evx_mailed_text_fail(text, strlen(text), (enum evx_err)err, &why, &diag),
			err);
		assert_int_equal(strstr(diag.text, "Other text stands before") != NULL, form);
		assert_int_equal(strstr(diag.text, "signature: not good") != NULL, !form);
	}
	evx_diag_clear(&diag);
	(void)evx_fail(&diag, EVX_E_IO, "told before");
	assert_int_equal(
		evx_mailed_text_fail(text, strlen(text), EVX_E_FORGED, &why, &diag), EVX_E_FORGED);
	assert_string_equal(diag.text, "told before");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undone),
		cmocka_unit_test(test_alphabet),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
