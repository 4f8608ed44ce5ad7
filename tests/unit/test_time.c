/* Times of documents and UUIDs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "format/time.h"
#include "format/uuid.h"

static void times_both_ways(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} good[] = { { 0, "1970-01-01T00:00:00Z" }, { 951782399, "2000-02-28T23:59:59Z" },
		{ 951782400, "2000-02-29T00:00:00Z" }, { 1078012800, "2004-02-29T00:00:00Z" },
		{ 4107542400, "2100-03-01T00:00:00Z" }, { 1766275199, "2025-12-20T23:59:59Z" },
		{ 253402300799, "9999-12-31T23:59:59Z" } };
	char text[EVX_TIME_CAP];
	int64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(evx_time_encode(good[i].seconds, text), EVX_OK);
		assert_string_equal(text, good[i].text);
		assert_int_equal(
			evx_time_decode(good[i].text, strlen(good[i].text), &seconds), EVX_OK);
		assert_int_equal(seconds, good[i].seconds);
	}
	for (seconds = 0; seconds < 253402300800; seconds += 86399 * 37) {
		int64_t again;

		assert_int_equal(evx_time_encode(seconds, text), EVX_OK);
		assert_int_equal(evx_time_decode(text, 20, &again), EVX_OK);
		assert_int_equal(again, seconds);
	}
	/* The C library says the same of every day, at other hours. */
	for (int64_t day = 0; day < 253402300800 / 86400; day++) {
		const time_t t = (time_t)(day * 86400 + day * 7919 % 86400);
		char same[EVX_TIME_CAP];
		struct tm tm;

		assert_int_equal(evx_time_encode(t, text), EVX_OK);
		assert_non_null(gmtime_r(&t, &tm));
		assert_int_equal(strftime(same, sizeof(same), "%Y-%m-%dT%H:%M:%SZ", &tm), 20);
		assert_string_equal(text, same);
	}
}

static void times_refused(void **state)
{
	static const char *const bad[] = { "", "1970-01-01T00:00:00", "1970-01-01T00:00:00z",
		"1970-01-01 00:00:00Z", "1969-12-31T23:59:59Z", "1970-00-01T00:00:00Z",
		"1970-13-01T00:00:00Z", "1970-01-00T00:00:00Z", "1970-01-32T00:00:00Z",
		"1971-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "1970-04-31T00:00:00Z",
		"1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z",
		"1970-01-01T00:00:00ZZ", "+970-01-01T00:00:00Z", "1970-1-001T00:00:00Z",
		"1970-01-01T00:00: 0Z" };
	char text[EVX_TIME_CAP];
	int64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		seconds = 7;
		assert_int_equal(evx_time_decode(bad[i], strlen(bad[i]), &seconds), EVX_E_CORRUPT);
		assert_int_equal(seconds, 0);
	}
	assert_int_equal(evx_time_encode(-1, text), EVX_E_USAGE);
	assert_int_equal(evx_time_encode(253402300800, text), EVX_E_USAGE);
	assert_int_equal(evx_time_encode(INT64_MAX, text), EVX_E_USAGE);
	assert_string_equal(text, "");
}

static void uuids(void **state)
{
	static const char good[] = "01234567-89ab-4def-8123-456789abcdef";
	static const char *const bad[] = { "", "01234567-89ab-4def-8123-456789abcde",
		"01234567-89ab-4def-8123-456789abcdef0", "01234567-89AB-4def-8123-456789abcdef",
		"01234567-89ab-1def-8123-456789abcdef", "01234567-89ab-4def-c123-456789abcdef",
		"0123456789ab-4def-8123-456789abcdef-", "01234567-89ab-4def-8123-456789abcdeg",
		"../../../../../../../../../../../../x" };
	uint8_t random[16] = { 0 };
	char made[EVX_UUID_CAP];
	size_t i;

	(void)state;
	assert_true(evx_uuid_valid(good, 36));
	assert_true(evx_uuid_bytes(good, 36, random));
	assert_memory_equal(
		random, "\x01\x23\x45\x67\x89\xab\x4d\xef\x81\x23\x45\x67\x89\xab\xcd\xef", 16);
	evx_uuid_text(random, made);
	assert_string_equal(made, good);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(random, 1, sizeof(random));
		assert_false(evx_uuid_bytes(bad[i], strlen(bad[i]), random));
		assert_int_equal(random[0] | random[15], 0);
	}
	memset(random, 0, sizeof(random));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(evx_uuid_valid(bad[i], strlen(bad[i])));
	evx_uuid_v4(random, made);
	assert_string_equal(made, "00000000-0000-4000-8000-000000000000");
	memset(random, 0xff, sizeof(random));
	evx_uuid_v4(random, made);
	assert_string_equal(made, "ffffffff-ffff-4fff-bfff-ffffffffffff");
	for (i = 0; i < 16; i++)
		random[i] = (uint8_t)(i * 17);
	evx_uuid_v4(random, made);
	assert_string_equal(made, "00112233-4455-4677-8899-aabbccddeeff");
	assert_true(evx_uuid_valid(made, strlen(made)));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(times_both_ways),
		cmocka_unit_test(times_refused), cmocka_unit_test(uuids) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
