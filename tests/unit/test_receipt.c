/* Receipts and drafts as text. */
#include <stdio.h>

#include "format/receipt.h"
#include "edits.h"
#include "mutate.h"

#define SIG(x) "-----BEGIN SSH SIGNATURE-----\n" x "\n-----END SSH SIGNATURE-----\n"
#define PART(name, x) "-----BEGIN EVX PART " name "-----\n" x "\n-----END EVX PART " name "-----\n"
#define STAMP(number, x) \
	"-----BEGIN EVX TIME-STAMP " number "-----\n" x "\n-----END EVX TIME-STAMP " number \
	"-----\n"
#define RECORD(x) "-----BEGIN EVX RECORD-----\n" x "-----END EVX RECORD-----\n"
#define DETAILS "custody/0003-accept.details.age"
#define ATTACH1 "custody/0003-accept.attach1.age"
#define ATTACH10 "custody/0003-accept.attach10.age"
#define KEY "keys/0003-custody.age"
#define WIDE \
	"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpBQkNERUZHSElKS0xNTk9QUVJTVFVW" /* 48 bytes, one full \
									      line */

#define FULL \
	"{\"a\":1}\n" SIG("AAAA") SIG("BBBB") PART(DETAILS, WIDE "\nQQ==") PART(ATTACH1, "QUJD") \
		PART(ATTACH10, "QUJD") PART(KEY, "Qg==") STAMP("0002", "QUJD") \
			STAMP("0000", "REVG") RECORD("line one\nline two\n")

static void both_ways(void **state)
{
	struct evx_receipt r;
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };

	(void)state;
	if (evx_receipt_decode(FULL, strlen(FULL), &r, &diag) != EVX_OK)
		fail_msg("%s", diag.text);
	assert_int_equal(r.nsigs, 2);
	assert_memory_equal(r.sigs[1].data, SIG("BBBB"), r.sigs[1].len);
	assert_int_equal(r.nparts, 4);
	assert_string_equal(r.parts[0].name, DETAILS);
	assert_int_equal(r.parts[0].bytes.len, 49);
	assert_memory_equal(r.parts[1].bytes.data, "ABC", 3);
	assert_int_equal(r.nstamps, 2);
	assert_int_equal(r.stamps[0].event, 2);
	assert_int_equal(r.stamps[1].event, 0);
	assert_memory_equal(r.stamps[1].bytes.data, "DEF", 3);
	assert_int_equal(r.record.len, strlen("line one\nline two\n"));
	assert_int_equal(evx_receipt_encode(&r, &out, NULL), EVX_OK);
	assert_int_equal(out.len, strlen(FULL));
	assert_memory_equal(out.data, FULL, out.len);
	evx_receipt_free(&r);
	evx_receipt_free(NULL);
	evx_buf_free(&out);
}

/* A draft has no record yet, and maybe no signature. */
static void drafts(void **state)
{
	static const char *const texts[] = { "{\"a\":1}\n", "{\"a\":1}\n" SIG("AAAA"),
		"{\"a\":1}\n" PART(DETAILS, "QQ=="),
		"{\"a\":1}\n" SIG("AAAA") PART(DETAILS, "QQ==") };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct evx_buf out = EVX_BUF_INIT;
		struct evx_receipt r;

		assert_int_equal(evx_receipt_decode(texts[i], strlen(texts[i]), &r, NULL), EVX_OK);
		assert_int_equal(r.record.len, 0);
		assert_int_equal(evx_receipt_encode(&r, &out, NULL), EVX_OK);
		assert_int_equal(out.len, strlen(texts[i]));
		assert_memory_equal(out.data, texts[i], out.len);
		evx_receipt_free(&r);
		evx_buf_free(&out);
	}
}

/* A cut text is truncated, or, where it ends with a whole piece, a draft: what is missing is told
 * when its parts are counted. */
static void cut(void **state)
{
	size_t i, drafts_found = 0;

	(void)state;
	for (i = 0; i < strlen(FULL); i++) {
		struct evx_receipt r;
		enum evx_err err = evx_receipt_decode(FULL, i, &r, NULL);

		if (err == EVX_OK) {
			assert_int_equal(r.record.len, 0);
			drafts_found++;
		} else {
			assert_true(err == EVX_E_TRUNCATED || (i == 0 && err == EVX_E_NOT_OURS));
			assert_null(r.json.data);
		}
		if (err == EVX_OK)
			evx_receipt_free(&r);
	}
	assert_int_equal(drafts_found, 9); /* behind the document, each signature, part and
					      time-stamp */
}

static void refused(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = { { "{\"a\"", " {\"a\"", EVX_E_NOT_OURS },
		{ PART(ATTACH1, "QUJD"), "hello\n" PART(ATTACH1, "QUJD"), EVX_E_CORRUPT },
		{ PART(ATTACH1, "QUJD"), "\n" PART(ATTACH1, "QUJD"), EVX_E_CORRUPT },
		{ PART(ATTACH1, "QUJD"), PART(DETAILS, "QUJD"), EVX_E_CORRUPT }, /* twice */
		{ PART(ATTACH1, "QUJD"), PART("custody/0004-accept.attach1.age", "QUJD"),
			EVX_E_CORRUPT }, /* another event */
		{ PART(ATTACH1, "QUJD"), PART("custody/0003-refuse.attach1.age", "QUJD"),
			EVX_E_CORRUPT }, /* another type */
		{ PART(ATTACH1, "QUJD"), PART("custody/0003-accept.record", "QUJD"),
			EVX_E_CORRUPT }, /* no part */
		{ PART(ATTACH1, "QUJD"), PART("keys/0000-custody.age", "QUJD"), EVX_E_CORRUPT },
		{ PART(ATTACH1, "QUJD"), PART("../x", "QUJD"), EVX_E_CORRUPT },
		{ STAMP("0002", "QUJD"), STAMP("2", "QUJD"), EVX_E_CORRUPT },
		{ STAMP("0002", "QUJD"), STAMP("00020", "QUJD"), EVX_E_CORRUPT },
		{ STAMP("0002", "QUJD"), STAMP("000x", "QUJD"), EVX_E_CORRUPT },
		{ STAMP("0002", "QUJD"), STAMP("0002", "QUJ"), EVX_E_CORRUPT },
		{ PART(KEY, "Qg==") STAMP("0002", "QUJD"), STAMP("0002", "QUJD") PART(KEY, "Qg=="),
			EVX_E_CORRUPT }, /* a part behind it */
		{ PART(ATTACH1, "QUJD"), PART("", "QUJD"), EVX_E_CORRUPT },
		{ PART(ATTACH1, "QUJD"),
			PART("custody/"
			     "0003-accept."
			     "attach00000000000000000000000000000000000000000000000000000001.age",
				"QUJD"),
			EVX_E_CORRUPT },
		{ PART(ATTACH1, "QUJD") PART(ATTACH10, "QUJD"),
			PART(ATTACH10, "QUJD") PART(ATTACH1, "QUJD"), EVX_E_CORRUPT }, /* order */
		{ PART(KEY, "Qg=="), PART("keys/0003-content.age", "Qg==") PART(KEY, "Qg=="),
			EVX_E_CORRUPT },
		{ "END EVX PART " KEY, "END EVX PART keys/0003-content.age", EVX_E_TRUNCATED },
		{ PART(ATTACH1, "QUJD"), PART(ATTACH1, "QUJ"), EVX_E_CORRUPT },
		{ PART(ATTACH1, "QUJD"), PART(ATTACH1, "QUJE\r"), EVX_E_CORRUPT },
		{ PART(ATTACH1, "QUJD"), PART(ATTACH1, "QR=="), EVX_E_CORRUPT },
		{ WIDE "\nQQ==", "QUJD\n" WIDE, EVX_E_CORRUPT },
		{ RECORD("line one\nline two\n"), RECORD(""), EVX_E_CORRUPT },
		{ RECORD("line one\nline two\n"), RECORD("x\n") "more\n", EVX_E_CORRUPT },
		{ RECORD("line one\nline two\n"), RECORD("x\n") RECORD("x\n"), EVX_E_CORRUPT },
		{ STAMP("0000", "REVG") RECORD("line one\nline two\n"),
			RECORD("x\n") PART(KEY, "Qg=="), EVX_E_CORRUPT } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = mutated(FULL, strlen(FULL), bad[i].from, bad[i].to);
		struct evx_diag diag = { 0 };
		struct evx_receipt r;
		enum evx_err err = evx_receipt_decode(b.data, b.len, &r, &diag);

		if (err != bad[i].err)
			fail_msg("%s: error %d, %s", bad[i].to, (int)err, diag.text);
		assert_null(r.parts);
		evx_buf_free(&b);
	}
}

/* What no reader would take is not written. */
static void not_written(void **state)
{
	struct evx_receipt r = { 0 };
	struct evx_receipt_part *part;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_receipt_encode(&r, &out, NULL), EVX_E_USAGE);
	assert_int_equal(evx_buf_adds(&r.json, "{}\n"), EVX_OK);
	assert_int_equal(evx_receipt_encode(&r, &out, NULL), EVX_OK);
	evx_buf_reset(&out);
	assert_int_equal(evx_receipt_add_part(&r, DETAILS, &part), EVX_OK);
	assert_int_equal(evx_receipt_encode(&r, &out, NULL), EVX_E_USAGE); /* an empty part */
	assert_int_equal(evx_buf_adds(&part->bytes, "x"), EVX_OK);
	assert_int_equal(evx_receipt_encode(&r, &out, NULL), EVX_OK);
	evx_buf_reset(&out);
	snprintf(part->name, sizeof(part->name), "bagit.txt");
	assert_int_equal(evx_receipt_encode(&r, &out, NULL), EVX_E_USAGE);
	snprintf(part->name, sizeof(part->name), DETAILS);
	assert_int_equal(evx_buf_adds(&r.record, "does not end"), EVX_OK);
	assert_int_equal(evx_receipt_encode(&r, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	evx_receipt_free(&r);
	evx_buf_free(&out);
}

static void limits(void **state)
{
	struct evx_buf b = EVX_BUF_INIT;
	struct evx_receipt r;
	size_t i;

	(void)state;
	assert_int_equal(evx_buf_adds(&b, "{}\n"), EVX_OK);
	for (i = 0; i <= EVX_SIGNERS_MAX; i++)
		assert_int_equal(evx_buf_adds(&b, SIG("AAAA")), EVX_OK);
	assert_int_equal(evx_receipt_decode(b.data, b.len, &r, NULL), EVX_E_LIMIT);
	assert_int_equal(
		evx_receipt_decode(b.data, (size_t)EVX_RECEIPT_MAX + 1, &r, NULL), EVX_E_LIMIT);
	evx_buf_reset(&b);
	assert_int_equal(evx_buf_adds(&b, "{}\n-----BEGIN EVX RECORD-----\n"), EVX_OK);
	for (i = 0; i < EVX_DOCUMENT_MAX / 64 + 1; i++)
		assert_int_equal(evx_buf_adds(&b,
					 "012345678901234567890123456789012345678901234567890123456"
					 "789012\n"),
			EVX_OK);
	assert_int_equal(evx_buf_adds(&b, "-----END EVX RECORD-----\n"), EVX_OK);
	assert_int_equal(evx_receipt_decode(b.data, b.len, &r, NULL), EVX_E_LIMIT);
	evx_buf_free(&b);
}

static enum evx_err again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_receipt r;
	enum evx_err err = evx_receipt_decode(p, n, &r, NULL);

	if (err == EVX_OK)
		err = evx_receipt_encode(&r, out, NULL);
	evx_receipt_free(&r);
	return err;
}

/* Boundary lines count to their last byte. */
static void every_byte_is_read(void **state)
{
	(void)state;
	edits(FULL, strlen(FULL), 1, "- \nA", again);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(both_ways), cmocka_unit_test(drafts),
		cmocka_unit_test(cut), cmocka_unit_test(refused), cmocka_unit_test(not_written),
		cmocka_unit_test(limits), cmocka_unit_test(every_byte_is_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
