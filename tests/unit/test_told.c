/* Texts in two languages: what is formatted, what stays English, and what has no translation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/told.h"
#include "custody/finding.h"

static const char *translate(const char *text)
{
	static const struct {
		const char *english, *other;
	} texts[] = {
		{ "Entry %04u of %s.", "%2$s: Eintrag %1$04u." },
		{ "So it does not count.", "Das gilt nicht." },
		{ "Original: %.490s", "Urschrift: %.490s" },
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].english, text) == 0)
			return texts[i].other;
	return text;
}

static int plain(void **state)
{
	(void)state;
	evx_told_by(NULL);
	return 0;
}

static void test_english_alone(void **state)
{
	struct evx_told t;
	struct evx_diag diag = { 0 };

	(void)state;
	evx_told_say(&t, "Entry %04u of %s.", 7u, "a");
	assert_string_equal(t.text, "Entry 0007 of a.");
	assert_string_equal(t.told, "");
	assert_int_equal(
		evx_fail(&diag, EVX_E_CUSTODY, "Entry %04u of %s.", 7u, "a"), EVX_E_CUSTODY);
	assert_string_equal(diag.text, "Entry 0007 of a.");
	assert_string_equal(diag.told, "");
}

static void test_both(void **state)
{
	struct evx_told t;
	struct evx_diag diag = { 0 };

	(void)state;
	evx_told_by(translate);
	evx_told_say(&t, "Entry %04u of %s.", 7u, "a");
	assert_string_equal(t.text, "Entry 0007 of a.");
	assert_string_equal(t.told, "a: Eintrag 0007.");
	evx_told_more(&t, "So it does not count.");
	assert_string_equal(t.text, "Entry 0007 of a. So it does not count.");
	assert_string_equal(t.told, "a: Eintrag 0007. Das gilt nicht.");
	assert_int_equal(evx_fail_at(&diag, EVX_E_CORRUPT, "p", 3, "Entry %04u of %s.", 7u, "a"),
		EVX_E_CORRUPT);
	assert_string_equal(diag.text, "Entry 0007 of a.");
	assert_string_equal(diag.told, "a: Eintrag 0007.");
	/* The first failure stays, in both. */
	assert_int_equal(evx_fail(&diag, EVX_E_IO, "other"), EVX_E_IO);
	assert_string_equal(diag.told, "a: Eintrag 0007.");
}

static void test_half_is_none(void **state)
{
	struct evx_told t;
	struct evx_diag diag = { 0 };

	(void)state;
	evx_told_by(translate);
	evx_told_say(&t, "Nobody translated %s.", "this");
	assert_string_equal(t.text, "Nobody translated this.");
	assert_string_equal(t.told, "");
	evx_told_more(&t, "So it does not count.");
	assert_string_equal(t.text, "Nobody translated this. So it does not count.");
	assert_string_equal(t.told, "");
	evx_told_say(&t, "Entry %04u of %s.", 7u, "a");
	evx_told_more(&t, "Nor this.");
	assert_string_equal(t.text, "Entry 0007 of a. Nor this.");
	assert_string_equal(t.told, "");
	assert_int_equal(evx_fail(&diag, EVX_E_USAGE, "%s", "So it does not count."), EVX_E_USAGE);
	assert_string_equal(diag.told, "");
}

static void test_findings(void **state)
{
	struct evx_findings f = { 0 }, all = { 0 };
	struct evx_diag diag = { 0 };

	(void)state;
	evx_told_by(translate);
	assert_int_equal(evx_findings_add(&f, "R-HOLDER", EVX_WEIGHT_GAP, 7, NULL,
				 "Entry %04u of %s.", 7u, "a"),
		EVX_OK);
	assert_int_equal(
		evx_findings_add(&f, "R-HOLDER", EVX_WEIGHT_GAP, 7, NULL, "Untranslated."), EVX_OK);
	(void)evx_fail(&diag, EVX_E_IO, "Entry %04u of %s.", 8u, "b\n");
	assert_int_equal(evx_findings_add_diag(&f, "D-IO", EVX_NO_EVENT, NULL, &diag), EVX_OK);
	assert_string_equal(f.at[0].text, "Entry 0007 of a.");
	assert_string_equal(f.at[0].told, "a: Eintrag 0007.");
	assert_string_equal(f.at[1].told, "");
	assert_string_equal(f.at[2].text, "Entry 0008 of b\\x0a.");
	assert_string_equal(f.at[2].told, "b\\x0a: Eintrag 0008.");
	assert_int_equal(evx_findings_join_origin(&all, &f), EVX_OK);
	assert_string_equal(all.at[0].text, "Original: Entry 0007 of a.");
	assert_string_equal(all.at[0].told, "Urschrift: a: Eintrag 0007.");
	assert_string_equal(all.at[1].text, "Original: Untranslated.");
	assert_string_equal(all.at[1].told, "");
	evx_findings_free(&f);
	evx_findings_free(&all);
}

static void test_long(void **state)
{
	struct evx_told t;
	char name[2000];

	(void)state;
	evx_told_by(translate);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	evx_told_say(&t, "Entry %04u of %s.", 7u, name);
	assert_int_equal(strlen(t.text), sizeof(t.text) - 1);
	assert_int_equal(strlen(t.told), sizeof(t.told) - 1);
	evx_told_more(&t, "So it does not count.");
	assert_int_equal(strlen(t.text), sizeof(t.text) - 1);
	assert_int_equal(strlen(t.told), sizeof(t.told) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_english_alone, plain),
		cmocka_unit_test_teardown(test_both, plain),
		cmocka_unit_test_teardown(test_half_is_none, plain),
		cmocka_unit_test_teardown(test_findings, plain),
		cmocka_unit_test_teardown(test_long, plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
