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

/* What the lines say of what was found. */
static void what_the_lines_say(void **state)
{
	static const struct {
		const char *code;
		enum evx_weight weight;
		enum evx_verdict_line line;
		const char *says;
	} ways[] = {
		{ "D-FRAME", EVX_WEIGHT_INFO, EVX_ON_DATA, "data: intact" },
		{ "D-TRAILING", EVX_WEIGHT_REMARK, EVX_ON_DATA,
			"data: intact with remarks (1 finding)" },
		{ "D-TRAILING", EVX_WEIGHT_GAP, EVX_ON_DATA,
			"data: intact with remarks: the bundle is as it was sealed, and behind its "
			"end this file goes on" },
		{ "D-IO", EVX_WEIGHT_UNCHECKED, EVX_ON_DATA, "data: could not check (1 finding)" },
		{ "D-DISPOSED", EVX_WEIGHT_UNCHECKED, EVX_ON_DATA,
			"data: could not check: the exhibit was disposed of, as its chain says" },
		{ "D-DISPOSED", EVX_WEIGHT_BROKEN, EVX_ON_DATA, "data: broken (1 finding)" },
		{ "T-CARD", EVX_WEIGHT_INFO, EVX_ON_TRUST,
			"trust: intact: every signer is on a card trusted here" },
		{ "T-CARD", EVX_WEIGHT_REMARK, EVX_ON_TRUST, "trust: intact with remarks" },
		{ "T-ROSTER", EVX_WEIGHT_UNCHECKED, EVX_ON_TRUST,
			"trust: could not check: a roster that was given is not good" },
		{ "T-ROSTER", EVX_WEIGHT_REMARK, EVX_ON_TRUST, "trust: intact with remarks" },
		{ "T-NO-CARDS", EVX_WEIGHT_UNCHECKED, EVX_ON_TRUST,
			"trust: could not check: no card was given to compare the signers with" },
		{ "R-OPEN", EVX_WEIGHT_REMARK, EVX_ON_CUSTODY,
			"custody: intact with remarks, 1 event" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct evx_findings f = { 0 };

		assert_int_equal(
			evx_findings_add(&f, ways[i].code, ways[i].weight, 1, NULL, "text"),
			EVX_OK);
		assert_string_equal(evx_verdict_of(&f, 1, 1).line[ways[i].line].text, ways[i].says);
		evx_findings_free(&f);
	}
}

/* What is taken over counts as it did, those findings included of which no more than a number is
 * kept. */
static void joined(void **state)
{
	static const struct {
		const char *code;
		enum evx_weight weight;
		uint32_t event;
	} found[] = { { "C-JSON", EVX_WEIGHT_BROKEN, 0 }, { "C-JSON", EVX_WEIGHT_UNCHECKED, 0 },
		{ "C-KEY", EVX_WEIGHT_UNCHECKED, 0 }, { "C-JSON", EVX_WEIGHT_NEWER, 2 },
		{ "R-OPEN", EVX_WEIGHT_GAP, 1 }, { "T-CARD", EVX_WEIGHT_REMARK, 1 },
		{ "D-FRAME", EVX_WEIGHT_BROKEN, EVX_NO_EVENT } };
	const size_t n = sizeof(found) / sizeof(found[0]);
	struct evx_findings f = { 0 }, same = { 0 }, less = { 0 };

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(evx_findings_add(&f, found[i].code, found[i].weight,
					 found[i].event, "where", "text %zu", i),
			EVX_OK);
	assert_int_equal(evx_findings_join(&same, &f), EVX_OK);
	assert_memory_equal(same.count, f.count, sizeof(f.count));
	assert_int_equal(same.n, n);
	assert_int_equal(same.dropped, 0);
	for (size_t i = 0; i < n; i++)
		assert_memory_equal(&same.at[i], &f.at[i], sizeof(f.at[i]));
	/* Nothing weighs more than a gap, and what weighs that is not about the data of a seal. */
	assert_int_equal(evx_findings_join_at_most(&less, &f, EVX_WEIGHT_GAP), EVX_OK);
	assert_int_equal(less.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(less.at[i].weight,
			found[i].weight < EVX_WEIGHT_GAP ? found[i].weight : EVX_WEIGHT_GAP);
		assert_string_equal(less.at[i].text, f.at[i].text);
	}
	assert_int_equal(less.count[EVX_ON_DATA][EVX_WEIGHT_GAP], 1);
	assert_int_equal(less.count[EVX_ON_CUSTODY][EVX_WEIGHT_GAP], 5);
	assert_int_equal(less.count[EVX_ON_TRUST][EVX_WEIGHT_REMARK], 1);
	for (int line = 0; line < EVX_VERDICT_LINES; line++)
		for (int weight = EVX_WEIGHT_GAP + 1; weight < EVX_WEIGHTS; weight++)
			assert_int_equal(less.count[line][weight], 0);
	evx_findings_free(&less);
	evx_findings_free(&same);

	/* More than are kept: each is counted once. */
	for (size_t i = 0; i < EVX_FINDINGS_KEPT; i++)
		assert_int_equal(
			evx_findings_add(&f, "R-OPEN", EVX_WEIGHT_GAP, 1, NULL, "x"), EVX_OK);
	assert_int_equal(f.dropped, n);
	assert_int_equal(evx_findings_join(&same, &f), EVX_OK);
	assert_memory_equal(same.count, f.count, sizeof(f.count));
	assert_int_equal(same.dropped, n);
	assert_int_equal(evx_findings_join(&same, &f), EVX_OK);
	for (int line = 0; line < EVX_VERDICT_LINES; line++)
		for (int weight = 0; weight < EVX_WEIGHTS; weight++)
			assert_int_equal(same.count[line][weight], 2 * f.count[line][weight]);
	assert_int_equal(same.n, EVX_FINDINGS_KEPT);
	evx_findings_free(&same);
	evx_findings_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(exit_codes),
		cmocka_unit_test(trust_line), cmocka_unit_test(from_diagnoses),
		cmocka_unit_test(all_are_counted), cmocka_unit_test(a_diagnosis_too_many),
		cmocka_unit_test(what_the_lines_say), cmocka_unit_test(joined) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
