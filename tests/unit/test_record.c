/* Records, and documents as one text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/record.h"
#include "format/signed_text.h"

#define H "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define GOOD H "  custody/0001-note.json\n" H "  custody/0001-note.json.sig1\n" H "  keys/0001-custody.age\n" H "  custody/0000-seal.tsr\n"

static void record_both_ways(void **state)
{
	struct evx_manifest_line *lines;
	struct evx_buf out = EVX_BUF_INIT;
	size_t n;

	(void)state;
	assert_int_equal(evx_record_decode(GOOD, strlen(GOOD), &lines, &n, NULL), EVX_OK);
	assert_int_equal(n, 4);
	assert_string_equal(lines[1].name, "custody/0001-note.json.sig1");
	assert_int_equal(lines[3].hash[31], 0x1f);
	assert_int_equal(evx_record_encode(lines, n, &out), EVX_OK);
	assert_int_equal(out.len, strlen(GOOD));
	assert_memory_equal(out.data, GOOD, out.len);
	strcpy(lines[2].name, "data/x");
	assert_int_equal(evx_record_encode(lines, n, &out), EVX_E_USAGE);
	assert_int_equal(evx_record_encode(lines, 0, &out), EVX_E_USAGE);
	assert_int_equal(out.len, strlen(GOOD));
	free(lines);
	evx_buf_free(&out);
}

static void record_cut(void **state)
{
	size_t i, n;
	struct evx_manifest_line *lines;

	(void)state;
	for (i = 0; i < strlen(GOOD); i++) {
		enum evx_err err = evx_record_decode(GOOD, i, &lines, &n, NULL);

		if (i > 0 && GOOD[i - 1] == '\n') { /* a shorter record: the chain misses a line, not the parser */
			assert_int_equal(err, EVX_OK);
			free(lines);
			continue;
		}
		assert_int_equal(err, EVX_E_TRUNCATED);
		assert_null(lines);
		assert_int_equal(n, 0);
	}
}

static void record_refused(void **state)
{
	static const struct { const char *text; enum evx_err err; } bad[] = {
		{ "\n", EVX_E_CORRUPT },
		{ H " custody/0000-seal.json\n", EVX_E_CORRUPT },
		{ H "  custody/0000-seal.json\r\n", EVX_E_CORRUPT },
		{ H " *custody/0000-seal.json\n", EVX_E_CORRUPT },
		{ "0" H "  custody/0000-seal.json\n", EVX_E_CORRUPT },
		{ "\\" H "  custody/0000-seal.json\n", EVX_E_CORRUPT },
		{ H "  custody/0000-seal.record\n", EVX_E_CORRUPT },
		{ H "  keys/0000-custody.age\n", EVX_E_CORRUPT },
		{ H "  manifest-sha256.txt\n", EVX_E_CORRUPT },
		{ H "  ../custody/0000-seal.json\n", EVX_E_CORRUPT },
		{ H "  custody/0000-seal.json\n" H "  custody/0000-seal.json\n", EVX_E_CORRUPT },
		{ "FF0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f  custody/0000-seal.json\n", EVX_E_CORRUPT } };
	struct evx_manifest_line *lines;
	struct evx_diag diag;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		memset(&diag, 0, sizeof diag);
		assert_int_equal(evx_record_decode(bad[i].text, strlen(bad[i].text), &lines, &n, &diag), bad[i].err);
		assert_int_equal(diag.code, bad[i].err);
		assert_null(lines);
	}
}

static void record_limit(void **state)
{
	size_t n = EVX_DOCUMENT_MAX + 1, count;
	char *text = malloc(n);
	struct evx_manifest_line *lines;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', n);
	assert_int_equal(evx_record_decode(text, n, &lines, &count, NULL), EVX_E_LIMIT);
	assert_int_equal(evx_record_decode(text, n - 1, &lines, &count, NULL), EVX_E_CORRUPT);
	free(text);
}

#define SIG "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"
#define DOC "{\"a\":1}\n" SIG SIG

static void text_both_ways(void **state)
{
	struct evx_signed_text parts;
	struct evx_buf out = EVX_BUF_INIT;
	size_t used;

	(void)state;
	assert_int_equal(evx_signed_text_split(DOC, strlen(DOC), &parts, NULL), EVX_OK);
	assert_int_equal(parts.json.n, 8);
	assert_int_equal(parts.nsigs, 2);
	assert_int_equal(parts.sigs[1].n, strlen(SIG));
	assert_memory_equal(parts.sigs[1].p, SIG, strlen(SIG));
	assert_int_equal(evx_signed_text_join(&parts, &out), EVX_OK);
	assert_int_equal(out.len, strlen(DOC));
	assert_memory_equal(out.data, DOC, out.len);
	evx_buf_free(&out);
	assert_int_equal(evx_signed_text_split_front(DOC "\nmore", strlen(DOC) + 5, &parts, &used, NULL), EVX_OK);
	assert_int_equal(used, strlen(DOC));
	assert_int_equal(parts.nsigs, 2);
}

static void text_cut(void **state)
{
	struct evx_signed_text parts;
	size_t i;

	(void)state;
	for (i = 0; i < strlen(DOC); i++) {
		enum evx_err err = evx_signed_text_split(DOC, i, &parts, NULL);

		if (i == 8 + strlen(SIG)) {
			assert_int_equal(err, EVX_OK);
			assert_int_equal(parts.nsigs, 1);
			continue;
		}
		assert_int_equal(err, i == 0 ? EVX_E_NOT_OURS : EVX_E_TRUNCATED);
		assert_int_equal(parts.nsigs, 0);
	}
}

static void text_refused(void **state)
{
	static const struct { const char *text; enum evx_err err; } bad[] = {
		{ "hello\n" SIG, EVX_E_NOT_OURS },
		{ "{}\n\n" SIG, EVX_E_CORRUPT },
		{ "{}\n" SIG "\n", EVX_E_CORRUPT },
		{ "{}\n" SIG "x", EVX_E_CORRUPT },
		{ "{}\nx" SIG, EVX_E_CORRUPT },
		{ "{}\n -----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n", EVX_E_CORRUPT },
		{ "{}\n" SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG, EVX_E_LIMIT } };
	struct evx_signed_text parts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(evx_signed_text_split(bad[i].text, strlen(bad[i].text), &parts, NULL), bad[i].err);
}

static void text_limit(void **state)
{
	char *text = malloc(EVX_DOCUMENT_MAX + 1);
	struct evx_signed_text parts;

	(void)state;
	assert_non_null(text);
	memset(text, '{', EVX_DOCUMENT_MAX);
	text[EVX_DOCUMENT_MAX] = '\n';
	assert_int_equal(evx_signed_text_split(text, EVX_DOCUMENT_MAX + 1, &parts, NULL), EVX_E_LIMIT);
	assert_int_equal(evx_signed_text_split(text, EVX_DOCUMENT_MAX, &parts, NULL), EVX_E_TRUNCATED);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(record_both_ways), cmocka_unit_test(record_cut), cmocka_unit_test(record_refused),
		cmocka_unit_test(record_limit), cmocka_unit_test(text_both_ways), cmocka_unit_test(text_cut), cmocka_unit_test(text_refused),
		cmocka_unit_test(text_limit) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
