/* Findings counted, and what they come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "custody/verdict.h"

static void exit_codes(void **state)
{
	/* One finding after the other; each line says what the whole then comes to. */
	static const struct {
		const char *code;
		enum evx_weight weight;
		uint32_t event;
		int exit_code;
		enum evx_verdict_grade grade[3];
	} steps[] = { { "D-FRAME", EVX_WEIGHT_INFO, EVX_NO_EVENT, 0,
			      { EVX_GRADE_INTACT, EVX_GRADE_INTACT, EVX_GRADE_INTACT } },
		{ "D-TRAILING", EVX_WEIGHT_REMARK, EVX_NO_EVENT, 0,
			{ EVX_GRADE_REMARKS, EVX_GRADE_INTACT, EVX_GRADE_INTACT } },
		{ "T-NO-CARDS", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT, 5,
			{ EVX_GRADE_REMARKS, EVX_GRADE_INTACT, EVX_GRADE_NOT_CHECKED } },
		{ "C-GAP", EVX_WEIGHT_GAP, 0, 5,
			{ EVX_GRADE_REMARKS, EVX_GRADE_REMARKS, EVX_GRADE_NOT_CHECKED } },
		{ "C-KEY", EVX_WEIGHT_UNCHECKED, 0, 3,
			{ EVX_GRADE_REMARKS, EVX_GRADE_NOT_CHECKED, EVX_GRADE_NOT_CHECKED } },
		{ "C-JSON", EVX_WEIGHT_NEWER, 1, 4,
			{ EVX_GRADE_REMARKS, EVX_GRADE_NOT_CHECKED, EVX_GRADE_NOT_CHECKED } },
		{ "C-DETAILS", EVX_WEIGHT_BROKEN, 0, 1,
			{ EVX_GRADE_REMARKS, EVX_GRADE_BROKEN, EVX_GRADE_NOT_CHECKED } },
		{ "C-BINDING", EVX_WEIGHT_BROKEN, 0, 1,
			{ EVX_GRADE_REMARKS, EVX_GRADE_BROKEN, EVX_GRADE_NOT_CHECKED } },
		{ "C-SIGNATURE", EVX_WEIGHT_BROKEN, 3, 1,
			{ EVX_GRADE_REMARKS, EVX_GRADE_BROKEN, EVX_GRADE_NOT_CHECKED } },
		{ "C-SIGNATURE", EVX_WEIGHT_BROKEN, 0, 1,
			{ EVX_GRADE_BROKEN, EVX_GRADE_BROKEN, EVX_GRADE_NOT_CHECKED } } };
	struct evx_findings f = { 0 };
	struct evx_verdict v = evx_verdict_of(&f, 1, 1);
	size_t i;
	int k;

	(void)state;
	assert_int_equal(v.exit_code, 0);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_int_equal(evx_findings_add(&f, steps[i].code, steps[i].weight,
					 steps[i].event, NULL, "text %d", 1),
			EVX_OK);
		v = evx_verdict_of(&f, 4, 0);
		assert_int_equal(v.exit_code, steps[i].exit_code);
		for (k = 0; k < 3; k++)
			assert_int_equal(v.line[k].grade, steps[i].grade[k]);
	}
	assert_string_equal(v.line[EVX_ON_DATA].text, "data: broken (2 findings)");
	assert_string_equal(
		v.line[EVX_ON_CUSTODY].text, "custody: broken from the seal on; 4 events");
	assert_string_equal(evx_verdict_of(&f, 4, 2).line[EVX_ON_CUSTODY].text,
		"custody: broken after event 0001: the first 2 of 4 events are good");
	assert_string_equal(f.at[0].text, "text 1");
	assert_string_equal(evx_weight_name(f.at[9].weight), "broken");
	assert_int_equal(f.at[9].line, EVX_ON_CUSTODY);
	evx_findings_free(&f);
	evx_findings_free(NULL);
}

/* The trust line says what its own gaps are about, of signers first; those of custody, even about
 * time-stamps, and lighter findings say nothing there. */
static void trust_line(void **state)
{
	static const char of_signer[] = "a signer is not among",
			  of_stamp[] = "a time-stamp proves nothing",
			  good[] = "every signer is on a card";
	static const struct {
		const char *code;
		enum evx_weight weight;
		const char *says;
	} steps[] = { { "C-STAMP-MISSING", EVX_WEIGHT_GAP, good },
		{ "T-STAMP-UNCHECKED", EVX_WEIGHT_INFO, good },
		{ "T-STAMP-BAD", EVX_WEIGHT_GAP, of_stamp },
		{ "T-UNTRUSTED", EVX_WEIGHT_GAP, of_signer } };
	struct evx_findings f = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_int_equal(
			evx_findings_add(&f, steps[i].code, steps[i].weight, 1, NULL, "text"),
			EVX_OK);
		if (strstr(evx_verdict_of(&f, 2, 2).line[EVX_ON_TRUST].text, steps[i].says) == NULL)
			fail_msg("%s: %s", steps[i].code,
				evx_verdict_of(&f, 2, 2).line[EVX_ON_TRUST].text);
	}
	evx_findings_free(&f);
}

static void from_diagnoses(void **state)
{
	static const struct {
		enum evx_err err;
		enum evx_weight weight;
	} classes[] = { { EVX_E_UNSUPPORTED, EVX_WEIGHT_NEWER }, { EVX_E_IO, EVX_WEIGHT_UNCHECKED },
		{ EVX_E_MEMORY, EVX_WEIGHT_UNCHECKED }, { EVX_E_KEY, EVX_WEIGHT_UNCHECKED },
		{ EVX_E_NOT_FOUND, EVX_WEIGHT_UNCHECKED }, { EVX_E_LOCKED, EVX_WEIGHT_UNCHECKED },
		{ EVX_E_INTERRUPTED, EVX_WEIGHT_UNCHECKED }, { EVX_E_TRUNCATED, EVX_WEIGHT_BROKEN },
		{ EVX_E_CORRUPT, EVX_WEIGHT_BROKEN }, { EVX_E_LIMIT, EVX_WEIGHT_BROKEN },
		{ EVX_E_FORGED, EVX_WEIGHT_BROKEN }, { EVX_E_NOT_OURS, EVX_WEIGHT_BROKEN },
		{ EVX_E_CUSTODY, EVX_WEIGHT_BROKEN } };
	struct evx_findings f = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		struct evx_diag diag = { 0 };

		assert_int_equal(evx_fail_at(&diag, classes[i].err, "a/b", 77, "bad \033 text"),
			classes[i].err);
		assert_int_equal(evx_findings_add_diag(
					 &f, "D-IO", EVX_NO_EVENT, i % 2 ? "member" : NULL, &diag),
			EVX_OK);
		assert_int_equal(f.at[i].weight, classes[i].weight);
		assert_string_equal(f.at[i].where, i % 2 ? "member" : "a/b");
		assert_true(f.at[i].has_offset && f.at[i].offset == 77);
		assert_null(strchr(f.at[i].text, '\033'));
	}
	evx_findings_free(&f);
}

static void all_are_counted(void **state)
{
	struct evx_findings f = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < EVX_FINDINGS_KEPT; i++)
		assert_int_equal(evx_findings_add(&f, "D-TRAILING", EVX_WEIGHT_REMARK, EVX_NO_EVENT,
					 NULL, "x"),
			EVX_OK);
	assert_int_equal(
		evx_findings_add(&f, "D-PACK-HASH", EVX_WEIGHT_BROKEN, EVX_NO_EVENT, NULL, "x"),
		EVX_OK);
	assert_int_equal(f.n, EVX_FINDINGS_KEPT);
	assert_int_equal(f.dropped, 1);
	assert_int_equal(evx_verdict_of(&f, 1, 1).exit_code, 1);
	/* What weighs more takes the place of the last of the lightest; what does not is only
	 * counted. */
	assert_string_equal(f.at[EVX_FINDINGS_KEPT - 1].code, "D-PACK-HASH");
	assert_int_equal(f.at[EVX_FINDINGS_KEPT - 1].weight, EVX_WEIGHT_BROKEN);
	assert_int_equal(f.at[EVX_FINDINGS_KEPT - 2].weight, EVX_WEIGHT_REMARK);
	assert_int_equal(
		evx_findings_add(&f, "D-TRAILING", EVX_WEIGHT_REMARK, EVX_NO_EVENT, NULL, "y"),
		EVX_OK);
	assert_int_equal(evx_findings_add(&f, "T-UNTRUSTED", EVX_WEIGHT_GAP, 0, NULL, "z"), EVX_OK);
	assert_int_equal(f.n, EVX_FINDINGS_KEPT);
	assert_int_equal(f.dropped, 3);
	assert_string_equal(f.at[EVX_FINDINGS_KEPT - 1].code, "D-PACK-HASH");
	assert_string_equal(f.at[EVX_FINDINGS_KEPT - 2].code, "T-UNTRUSTED");
	assert_string_equal(f.at[EVX_FINDINGS_KEPT - 2].text, "z");
	assert_string_equal(f.at[EVX_FINDINGS_KEPT - 3].text, "x");
	evx_findings_free(&f);
}

/* A diagnosis that weighs no more than all that are kept is counted only. */
static void a_diagnosis_too_many(void **state)
{
	struct evx_findings f = { 0 };
	struct evx_diag diag = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(evx_fail(&diag, EVX_E_CORRUPT, "late"), EVX_E_CORRUPT);
	for (i = 0; i < EVX_FINDINGS_KEPT + 2; i++)
		assert_int_equal(
			evx_findings_add_diag(&f, i < EVX_FINDINGS_KEPT ? "D-PACK-HASH" : "D-IO",
				EVX_NO_EVENT, NULL, &diag),
			EVX_OK);
	assert_int_equal(f.n, EVX_FINDINGS_KEPT);
	assert_int_equal(f.dropped, 2);
	assert_string_equal(f.at[EVX_FINDINGS_KEPT - 1].code, "D-PACK-HASH");
	assert_int_equal(f.count[EVX_ON_DATA][EVX_WEIGHT_BROKEN], EVX_FINDINGS_KEPT + 2);
	evx_findings_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(exit_codes),
		cmocka_unit_test(trust_line), cmocka_unit_test(from_diagnoses),
		cmocka_unit_test(all_are_counted), cmocka_unit_test(a_diagnosis_too_many) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
