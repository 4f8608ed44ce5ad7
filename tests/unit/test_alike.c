/* Names that look alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alike.h"

static enum evx_alike alike(const char *a, const char *b)
{
	enum evx_alike is, back;

	assert_int_equal(evx_alike_names(a, b, &is), EVX_OK);
	assert_int_equal(evx_alike_names(b, a, &back), EVX_OK);
	assert_int_equal(is, back);
	return is;
}

static void look_alikes(void **state)
{
	static const char *const same[][2] = { { "Bill", "BiII" }, { "Bill", "B1ll" },
		{ "Ole", "0le" }, { "Arne", "Ame" }, { "Vivian", "Vlvlan" }, { "Wil", "VVil" },
		{ "Ann Smith", "ANN SM1TH" }, { "Bosse", "8os5e" }, { "C@rl", "Carl" },
		{ "Ann", "\xd0\x90nn" }, /* Cyrillic capital A */
		{ "AHHA", "\xd0\x90\xd0\x9d\xd0\x9d\xd0\x90" },
		{ "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0", "AHHA" }, /* all Cyrillic, capitals and small
								 */
		{ "Scope", "\xd0\x85\xd1\x81\xd0\xbe\xd1\x80\xd0\xb5" }, /* all Cyrillic */
		{ "Nora", "N\xce\xbfra" },                               /* Greek omicron */
		{ "Jos\xc3\xa9", "Jose" }, { "Greta", "\xc9\xa1reta" },  /* U+0261, script g */
		{ "Ann", "\xe1\x8e\xaann" },                             /* U+13AA, Cherokee */
		{ "DAN", "\xe1\x8e\xa0\xe1\x8e\xaa\xea\x93\xa0" },       /* Cherokee and Lisu */
		{ "ANN", "\xea\x93\xae\xea\x93\xa0\xea\x93\xa0" },
		{ "Ann", "\xea\x93\xae\xea\x93\xa0\xea\x93\xa0" },            /* Lisu */
		{ "\xd8\xb9\xd9\x84\xd9\x8a", "\xd8\xb9\xd9\x84\xd9\x89" } }; /* Arabic, two forms
										 of yeh */
	static const char *const spelled[][2] = { { "Ann Smith", "ann  smith" },
		{ "Ann Smith", "AnnSmith" }, { "O'Brien", "OBrien" },
		{ "Ann", "A\xe2\x80\x8bnn" },      /* zero width space */
		{ "Ann", "A\xe2\xa0\x80nn" },      /* U+2800, a Braille cell without a dot */
		{ "Ann", "A\xf0\x9b\xb2\xa0nn" },  /* U+1BCA0, a shorthand format control */
		{ "Ann", "\xef\xbc\xa1nn" },       /* full width */
		{ "Ann", "\xf0\x9d\x90\x80nn" },   /* mathematical bold */
		{ "Jos\xc3\xa9", "Jose\xcc\x81" }, /* precomposed, combining */
		{ "\xd0\x96\xd0\xb0\xd0\xbd", "\xd0\xb6\xd0\x90\xd0\xbd" }, /* Cyrillic, both cases
									     */
		{ "Ann", "A\xe2\x80\xa8nn\xf0\x9b\xb2\xa1." }, /* line separator, shorthand step */
		{ "Ivan", "\xe2\x85\xa0van" }, { "ivan", "\xe2\x85\xb0van" },
		{ "CIVIL", "\xe2\x85\xad\xe2\x85\xa0\xe2\x85\xa5\xe2\x85\xac" }, /* Roman numerals
										  */
		{ "Lab 7", "Lab \xf0\x9d\x9f\x95" }, /* mathematical digit 7 */
		{ "Ann", "Ann" }, { "", "\xe2\xa0\x80" } };
	static const char *const other[][2] = { { "Ann Smith", "Ann Smyth" }, { "Ann", "Anna" },
		{ "Ann", "" }, { "Lab 2", "Lab 3" }, { "\xd0\x96", "\xd0\xa8" },
		{ "\xe5\xb1\xb1", "\xe5\xb7\x9d" },
		{ "\xe0\xa4\xb0\xe0\xa4\xbe\xe0\xa4\xae",
			"\xe0\xa4\xb0\xe0\xa4\xae\xe0\xa5\x80" }, /* Devanagari: its vowel signs are
								     letters */
		{ "\xf0\x9f\x94\x91", "\xf0\x9f\x94\x92" } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (alike(same[i][0], same[i][1]) != EVX_ALIKE_LOOKS)
			fail_msg("%s and %s look alike", same[i][0], same[i][1]);
	for (i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++)
		if (alike(spelled[i][0], spelled[i][1]) != EVX_ALIKE_SPELLED)
			fail_msg("%s and %s are spelled alike", spelled[i][0], spelled[i][1]);
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (alike(other[i][0], other[i][1]) != EVX_ALIKE_NO)
			fail_msg("%s and %s are not alike", other[i][0], other[i][1]);
}

static void shapes(void **state)
{
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_buf_adds(&out, "what stood there before"), EVX_OK);
	/* What has no look-alike stays, also past U+FFFF. */
	assert_int_equal(evx_alike_shape("N \xe5\xb1\xb1 \xf0\x9f\x94\x91 VI", 0, &out), EVX_OK);
	assert_int_equal(evx_buf_cstr(&out), EVX_OK);
	assert_string_equal((const char *)out.data, "n\xe5\xb1\xb1\xf0\x9f\x94\x91vl");
	/* Text that is not UTF-8 has a shape, too. */
	assert_int_equal(evx_alike_shape("\xff\xc3", 1, &out), EVX_OK);
	assert_true(out.len > 0);
	evx_buf_free(&out);
}

static void disguises(void **state)
{
	static const char *const bad[] = { "\xd0\x90nn", "Ann Sm\xd1\x96th", "N\xce\xbfra",
		"A\xe2\x80\x8bnn",
		"\xe2\x80\xae"
		"nnA",
		"\xef\xbc\xa1nn",
		"So\xc2\xad"
		"ft",
		"A\xe2\xa0\x80nn", "A\xf0\x9b\xb2\xa0nn", "\xc9\xa1reta", "\xe1\x8e\xaann",
		"\xe1\x8e\xaa\xe1\x8e\xa0", "\xea\x93\xae\xea\x93\xa0", "\xe2\x85\xa0van",
		"Lab \xf0\x9d\x9f\x95", "Lab 1\xd9\xa1", "A\xcd\x8fnn", "An\xcc\x81\xcc\x81n",
		"Ann\xe2\x80\x8d", "\x1b[31mAnn", "Ann\xee\x80\x80" };
	static const char *const good[] = { "Ann Smith", "Jos\xc3\xa9 Ni\xc3\xb1o", "Jose\xcc\x81",
		"\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0", "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0 GmbH",
		"\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0/GmbH", "\xce\x9d\xce\xaf\xce\xba\xce\xb7",
		"\xe5\xb1\xb1\xe6\x9c\xac",
		("O\xe2\x80\x99"
		 "Brien \xe2\x80\x94 Police (Lab 2), \xe2\x80\x9eXY\xe2\x80\x9c"),
		"\xe0\xa4\xb0\xe0\xa4\xbe\xe0\xa4\xae", "\xd8\xb9\xd9\x84\xd9\x8a", "" };
	bool is;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(evx_alike_disguised(bad[i], &is), EVX_OK);
		if (!is)
			fail_msg("%s is disguised", bad[i]);
	}
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(evx_alike_disguised(good[i], &is), EVX_OK);
		if (is)
			fail_msg("%s is not disguised", good[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(look_alikes), cmocka_unit_test(shapes),
		cmocka_unit_test(disguises) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
