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
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

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
	/* No signed text */
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
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undone),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
