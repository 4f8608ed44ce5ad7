/* Records, and documents as one text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/record.h"
#include "format/signed_text.h"

static void line(struct evx_manifest_line *l, const char *name)
{
	memset(l->hash, 0x11, sizeof(l->hash));
	strcpy(l->name, name);
}

/* Document, signatures, parts, key files; all but the signatures are taken from the event. */
static void record_made(void **state)
{
	struct evx_event e = { .type = "rewrap",
		.kind = EVX_EVENT_REWRAP,
		.known = true,
		.sequence = 3,
		.fields = { .custody_readers = 2, .content_readers = 1 } };
	const uint8_t json[32] = { 1 }, sigs[2][32] = { { 2 }, { 3 } };
	const uint8_t part[32] = { 4 };
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	e.fields.custody_file[0] = 5;
	e.fields.content_file[31] = 6;
	assert_int_equal(evx_event_add_file(&e, "custody/0003-rewrap.details.age", part), EVX_OK);
	assert_int_equal(evx_record_make(&e, json, sigs, 2, &out), EVX_OK);
	assert_int_equal(evx_buf_add(&out, "", 1), EVX_OK);
#define Z "00000000000000000000000000000000000000000000000000000000000000"
	assert_string_equal((const char *)out.data,
		"01" Z "  custody/0003-rewrap.json\n02" Z "  custody/0003-rewrap.json.sig1\n"
		"03" Z "  custody/0003-rewrap.json.sig2\n04" Z
		"  custody/0003-rewrap.details.age\n05" Z "  keys/0003-custody.age\n" Z
		"06  keys/0003-content.age\n");
	evx_event_free(&e);
	evx_buf_free(&out);
}

static void record_refused(void **state)
{
	static const char *const bad[] = { "custody/0000-seal.record", "custody/0000-seal.tsr",
		"keys/0000-custody.age", "manifest-sha256.txt", "../custody/0000-seal.json",
		"data/x" };
	struct evx_manifest_line lines[2];
	struct evx_buf out = EVX_BUF_INIT;
	size_t i;

	(void)state;
	line(&lines[0], "custody/0001-note.json");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		line(&lines[1], bad[i]);
		assert_int_equal(evx_record_encode(lines, 2, &out), EVX_E_USAGE);
	}
	assert_int_equal(evx_record_encode(lines, 0, &out), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	line(&lines[1], "keys/0001-custody.age");
	assert_int_equal(evx_record_encode(lines, 2, &out), EVX_OK);
	evx_buf_free(&out);
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
	assert_int_equal(
		evx_signed_text_split_front(DOC "\nmore", strlen(DOC) + 5, &parts, &used, NULL),
		EVX_OK);
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
	static const struct {
		const char *text;
		enum evx_err err;
	} bad[] = { { "hello\n" SIG, EVX_E_NOT_OURS }, { "{}\n\n" SIG, EVX_E_CORRUPT },
		{ "{}\n" SIG "\n", EVX_E_CORRUPT }, { "{}\n" SIG "x", EVX_E_CORRUPT },
		{ "{}\nx" SIG, EVX_E_CORRUPT },
		{ "{}\n -----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n",
			EVX_E_CORRUPT },
		{ "{}\n" SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG SIG,
			EVX_E_LIMIT } };
	struct evx_signed_text parts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
			evx_signed_text_split(bad[i].text, strlen(bad[i].text), &parts, NULL),
			bad[i].err);
}

static void text_limit(void **state)
{
	char *text = malloc(EVX_DOCUMENT_MAX + 1);
	struct evx_signed_text parts;

	(void)state;
	assert_non_null(text);
	memset(text, '{', EVX_DOCUMENT_MAX);
	text[EVX_DOCUMENT_MAX] = '\n';
	assert_int_equal(
		evx_signed_text_split(text, EVX_DOCUMENT_MAX + 1, &parts, NULL), EVX_E_LIMIT);
	assert_int_equal(
		evx_signed_text_split(text, EVX_DOCUMENT_MAX, &parts, NULL), EVX_E_TRUNCATED);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(record_made),
		cmocka_unit_test(record_refused), cmocka_unit_test(text_both_ways),
		cmocka_unit_test(text_cut), cmocka_unit_test(text_refused),
		cmocka_unit_test(text_limit) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
