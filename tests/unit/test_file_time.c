/* Times of files as decimal numbers, at the ends of their range and at the turns of the second. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/file_time.h"

static const struct {
	struct evx_file_time t;
	const char *text;
} good[] = {
	{ { 0, 0 }, "0" },
	{ { 0, 1 }, "1" },
	{ { 0, 999999999 }, "999999999" },
	{ { 1, 0 }, "1000000000" },
	{ { 1, 5 }, "1000000005" },
	{ { -1, 999999999 }, "-1" },
	{ { -1, 1 }, "-999999999" },
	{ { -1, 0 }, "-1000000000" },
	{ { -2, 999999999 }, "-1000000001" },
	{ { -11644473600, 0 }, "-11644473600000000000" }, /* FILETIME zero: 1601 */
	{ { 13569465600, 100 }, "13569465600000000100" }, /* 2400 */
	{ { 9223372036, 854775807 }, "9223372036854775807" },
	{ { INT64_MAX, 999999999 }, "9223372036854775807999999999" },
	{ { INT64_MIN, 0 }, "-9223372036854775808000000000" },
	{ { INT64_MIN, 1 }, "-9223372036854775807999999999" },
	{ { INT64_MIN, 999999999 }, "-9223372036854775807000000001" },
};

static void both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char text[EVX_FILE_TIME_CAP];
		struct evx_file_time t;

		evx_file_time_encode(good[i].t, text);
		assert_string_equal(text, good[i].text);
		assert_int_equal(evx_file_time_decode(text, strlen(text), &t), EVX_OK);
		assert_true(evx_file_time_equal(t, good[i].t));
	}
	assert_false(evx_file_time_equal(good[0].t, good[1].t));
	assert_false(evx_file_time_equal(good[0].t, good[3].t));
}

static void refused(void **state)
{
	static const char *const bad[] = { "", "-", "-0", "00", "01", "-01", "+1", " 1", "1 ",
		"1.5", "1e9", "0x1", "a", "1-1", "--1", "9223372036854775808000000000",
		"-9223372036854775808000000001", "99999999999999999999000000000",
		"10000000000000000000000000000" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_file_time t = { 7, 7 };

		if (evx_file_time_decode(bad[i], strlen(bad[i]), &t) != EVX_E_CORRUPT)
			fail_msg("taken: \"%s\"", bad[i]);
		assert_true(evx_file_time_equal(t, (struct evx_file_time){ 0, 0 }));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(both_ways),
		cmocka_unit_test(refused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
