/* Names that look alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/alike.h"

static bool alike(const char *a, const char *b)
{
	bool is, back;

	assert_int_equal(evx_alike_names(a, b, &is), EVX_OK);
	assert_int_equal(evx_alike_names(b, a, &back), EVX_OK);
	assert_int_equal(is, back);
	return is;
}

static void look_alikes(void **state)
{
	static const char *const same[][2] = { { "Ann Smith", "ann  smith" }, { "Ann Smith", "AnnSmith" }, { "Bill", "BiII" }, { "Bill", "B1ll" },
		{ "Ole", "0le" }, { "Arne", "Ame" }, { "Vivian", "Vlvlan" }, { "Wil", "VVil" }, { "O'Brien", "OBrien" },
		{ "Ann", "\xd0\x90nn" },                 /* Cyrillic capital A */
		{ "Scope", "\xd0\x85\xd1\x81\xd0\xbe\xd1\x80\xd0\xb5" }, /* all Cyrillic */
		{ "Nora", "N\xce\xbfra" },               /* Greek omicron */
		{ "Jos\xc3\xa9", "Jose\xcc\x81" },       /* precomposed, combining */
		{ "Jos\xc3\xa9", "Jose" },
		{ "Ann", "A\xe2\x80\x8bnn" },            /* zero width space */
		{ "Ann", "\xef\xbc\xa1nn" },             /* full width */
		{ "Ann", "\xf0\x9d\x90\x80nn" },         /* mathematical bold */
		{ "Lab 7", "Lab \xf0\x9d\x9f\x95" },     /* mathematical digit 7 */
		{ "\xd0\x96\xd0\xb0\xd0\xbd", "\xd0\xb6\xd0\x90\xd0\xbd" } }; /* Cyrillic, both cases */
	static const char *const other[][2] = { { "Ann Smith", "Ann Smyth" }, { "Ann", "Anna" }, { "Ann", "" }, { "Lab 2", "Lab 3" },
		{ "\xd0\x96", "\xd0\xa8" }, { "\xe5\xb1\xb1", "\xe5\xb7\x9d" } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof same / sizeof same[0]; i++)
		if (!alike(same[i][0], same[i][1]))
			fail_msg("%s and %s are alike", same[i][0], same[i][1]);
	for (i = 0; i < sizeof other / sizeof other[0]; i++)
		if (alike(other[i][0], other[i][1]))
			fail_msg("%s and %s are not alike", other[i][0], other[i][1]);
}

static void skeletons(void **state)
{
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_buf_adds(&out, "r"), EVX_OK);
	/* What stood there before has no part in it; what has no look-alike stays. */
	assert_int_equal(evx_alike_skeleton("N \xe5\xb1\xb1 \xd0\x96 \xf0\x9f\x94\x91", &out), EVX_OK);
	assert_int_equal(evx_buf_cstr(&out), EVX_OK);
	assert_string_equal((const char *)out.data, "rn\xe5\xb1\xb1\xd0\xb6\xf0\x9f\x94\x91");
	evx_buf_free(&out);
}

static void disguises(void **state)
{
	static const char *const bad[] = { "\xd0\x90nn", "Ann Sm\xd1\x96th", "N\xce\xbfra", "A\xe2\x80\x8bnn", "\xe2\x80\xae" "nnA", "\xef\xbc\xa1nn",
		"So\xc2\xad" "ft" };
	static const char *const good[] = { "Ann Smith", "Jos\xc3\xa9 Ni\xc3\xb1o", "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0",
		"\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0 GmbH", "\xce\x9d\xce\xaf\xce\xba\xce\xb7", "\xe5\xb1\xb1\xe6\x9c\xac", "" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!evx_alike_disguised(bad[i]))
			fail_msg("%s is disguised", bad[i]);
	for (i = 0; i < sizeof good / sizeof good[0]; i++)
		if (evx_alike_disguised(good[i]))
			fail_msg("%s is not disguised", good[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(look_alikes), cmocka_unit_test(skeletons), cmocka_unit_test(disguises) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
