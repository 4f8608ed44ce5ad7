/* Content and listing part. */
#include "format/content_part.h"
#include "edits.h"
#include "mutate.h"

#define UUID "01234567-89ab-4def-8123-456789abcdef"
#define K1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
#define H1 "1111111111111111111111111111111111111111111111111111111111111111"
#define ROOT(position, level) \
	"{\"id\":\"" H1 "\",\"key\":\"" H1 "\",\"sequence\":0,\"position\":\"" position \
	"\",\"stored\":181,\"plain\":104," \
	"\"span\":\"9000\"" level "}"
#define PADDING \
	"{\"id\":\"" H1 "\",\"key\":\"" H1 \
	"\",\"sequence\":0,\"position\":\"800\",\"stored\":200,\"plain\":123,\"span\":\"123\"}"
#define HEAD(format) \
	"{\"format\":\"" format "\",\"uuid\":\"" UUID "\",\"sequence\":0,\"author\":\"" K1 \
	"\",\"lines\":\"12\",\"leaf_secret\":\"" H1 "\"," \
	"\"padding\":[" PADDING "],\"listing\":" ROOT("400", ",\"level\":1")
static const uint64_t sequences[2] = { 1000, 0 };

#define CONTENT HEAD("evx-content/1") ",\"content\":" ROOT("10", ",\"level\":0") "}\n"
#define LISTING HEAD("evx-listing/1") "}\n"

static void both_ways(void **state)
{
	struct evx_content_part part;
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };

	(void)state;
	if (evx_content_part_decode(CONTENT, strlen(CONTENT), false, sequences, &part, &diag) !=
		EVX_OK)
		fail_msg("%s", diag.text);
	assert_int_equal(part.lines, 12);
	assert_int_equal(part.npadding, 1);
	assert_int_equal(part.listing.level, 1);
	assert_true(part.content.present);
	assert_int_equal(part.content.ref.position, 10);
	assert_int_equal(evx_content_part_encode(&part, &out, NULL), EVX_OK);
	assert_int_equal(out.len, strlen(CONTENT));
	assert_memory_equal(out.data, CONTENT, out.len);
	evx_buf_free(&out);
	part.listing_only = true;
	part.content.present = false;
	assert_int_equal(evx_content_part_encode(&part, &out, NULL), EVX_OK);
	assert_memory_equal(out.data, LISTING, out.len);
	assert_int_equal(
		evx_content_part_decode(out.data, out.len, true, sequences, &part, NULL), EVX_OK);
	assert_false(part.content.present);
	assert_int_equal(evx_content_part_decode(out.data, out.len, false, sequences, &part, NULL),
		EVX_E_CORRUPT);
	evx_buf_free(&out);
}

static void cut(void **state)
{
	struct evx_content_part part;
	size_t i, k;

	(void)state;
	for (i = 0; i < strlen(CONTENT); i++) {
		enum evx_err err = evx_content_part_decode(
			CONTENT, i, false, sequences, &part, NULL);

		assert_true(err == EVX_E_TRUNCATED || err == EVX_E_CORRUPT);
		for (k = 0; k < sizeof(part); k++)
			assert_int_equal(((const uint8_t *)&part)[k], 0);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = { { "evx-content/1", "evx-content/9", EVX_E_UNSUPPORTED },
		{ "evx-content/1", "evx-listing/1", EVX_E_CORRUPT },
		{ "\"lines\":\"12\"", "\"lines\":\"0\"", EVX_E_CORRUPT },
		{ "\"lines\":\"12\"", "\"lines\":12", EVX_E_CORRUPT },
		{ "\"leaf_secret\":\"1", "\"leaf_secret\":\"", EVX_E_CORRUPT },
		{ "\"padding\"", "\"sequences\":[\"1000\",\"0\"],\"padding\"",
			EVX_E_UNSUPPORTED }, /* the seal's document says them */
		{ "[" PADDING "]", "[]", EVX_E_CORRUPT },
		{ "[" PADDING "]", "[" PADDING "," PADDING "]", EVX_E_CORRUPT },
		{ "\"span\":\"123\"}", "\"span\":\"123\",\"level\":0}", EVX_E_UNSUPPORTED },
		{ "\"position\":\"400\"", "\"position\":\"900\"", EVX_E_CORRUPT }, /* past the end
										      of its
										      sequence */
		{ "\"position\":\"400\"", "\"position\":\"9223372036854775807\"", EVX_E_CORRUPT },
		{ "\"position\":\"400\"", "\"position\":400", EVX_E_CORRUPT },
		{ "\"level\":1", "\"level\":8", EVX_E_LIMIT },
		{ "\"level\":1", "\"level\":-1", EVX_E_LIMIT },
		{ ",\"level\":1", "", EVX_E_CORRUPT },
		{ ",\"listing\":" ROOT("400", ",\"level\":1"), "", EVX_E_CORRUPT },
		{ "\"sequence\":0,\"position\":\"400\"", "\"sequence\":2,\"position\":\"400\"",
			EVX_E_CORRUPT },
		{ "\"stored\":181", "\"stored\":-1", EVX_E_CORRUPT },
		{ "\"stored\":181", "\"stored\":4294967296", EVX_E_CORRUPT },
		{ "\"stored\":181", "\"stored\":180", EVX_E_CORRUPT }, /* a node's body is never
									  compressed */
		{ "\"content\":{", "\"contents\":{", EVX_E_UNSUPPORTED } };
	struct evx_content_part part;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = mutated(CONTENT, strlen(CONTENT), bad[i].from, bad[i].to);
		struct evx_diag diag = { 0 };
		enum evx_err err = evx_content_part_decode(
			b.data, b.len, false, sequences, &part, &diag);

		if (err != bad[i].err)
			fail_msg("%s: error %d, %s", bad[i].to, (int)err, diag.text);
		evx_buf_free(&b);
	}
	/* Other lengths than those that the padding frame ends. */
	for (i = 0; i < 3; i++) {
		static const uint64_t others[3][2] = { { 1001, 0 }, { 1000, 5 }, { 0, 1000 } };

		assert_int_equal(evx_content_part_decode(
					 CONTENT, strlen(CONTENT), false, others[i], &part, NULL),
			EVX_E_CORRUPT);
		assert_int_equal(part.sequences[0], 0);
	}
	/* A listing part never holds the content's root. */
	{
		struct evx_buf b = mutated(
			CONTENT, strlen(CONTENT), "evx-content/1", "evx-listing/1");

		assert_int_equal(
			evx_content_part_decode(b.data, b.len, true, sequences, &part, NULL),
			EVX_E_UNSUPPORTED);
		evx_buf_free(&b);
	}
}

static void not_encoded(void **state)
{
	struct evx_content_part part;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(
		evx_content_part_decode(CONTENT, strlen(CONTENT), false, sequences, &part, NULL),
		EVX_OK);
	part.npadding = 3;
	assert_int_equal(evx_content_part_encode(&part, &out, NULL), EVX_E_USAGE);
	part.npadding = 0;
	assert_int_equal(evx_content_part_encode(&part, &out, NULL), EVX_E_USAGE);
	part.npadding = 1;
	part.lines = 0;
	assert_int_equal(evx_content_part_encode(&part, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	evx_buf_free(&out);
}

static enum evx_err content_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_content_part part;
	enum evx_err err = evx_content_part_decode(p, n, false, sequences, &part, NULL);

	return err == EVX_OK ? evx_content_part_encode(&part, out, NULL) : err;
}

static enum evx_err listing_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_content_part part;
	enum evx_err err = evx_content_part_decode(p, n, true, sequences, &part, NULL);

	part.listing_only = true;
	return err == EVX_OK ? evx_content_part_encode(&part, out, NULL) : err;
}

static void every_byte_is_read(void **state)
{
	(void)state;
	edits(CONTENT, strlen(CONTENT), 1, "09z", content_again);
	edits(LISTING, strlen(LISTING), 1, "09z", listing_again);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(both_ways), cmocka_unit_test(cut),
		cmocka_unit_test(refused), cmocka_unit_test(not_encoded),
		cmocka_unit_test(every_byte_is_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
