/* Whether an exhibit may be worked on, by what was found of it (open/exhibit.h):
 * evx_exhibit_usable, evx_exhibit_sound. The class of each failure is what scripts go by. */
#include "custody_fixture.h"

#include "open/exhibit.h"
#include "open/exhibit_subject.h"

static struct custody c;
static struct evx_exhibit ex;

static int setup(void **state)
{
	(void)state;
	cus_new(&c, NULL);
	cus_plain(&c, "note", 0);
	cus_judge(&c);
	assert_int_equal(c.result->rightful, 2);
	memset(&ex, 0, sizeof(ex));
	ex.loaded.chain = c.chain;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	evx_findings_free(&ex.loaded.findings);
	cus_free(&c);
	return 0;
}

struct row {
	const char *code;
	enum evx_weight weight;
	uint32_t event;
	const char *where;
	bool behind;
	enum evx_err usable, sound;
};

static void find(const struct row *r)
{
	struct evx_findings *f = &ex.loaded.findings;

	assert_int_equal(
		evx_findings_add(f, r->code, r->weight, r->event, r->where, "about %s", r->code),
		EVX_OK);
	f->at[f->n - 1].behind_seal = r->behind;
}

#define NONE EVX_NO_EVENT

static const struct row rows[] = {
	{ "D-TRAILING", EVX_WEIGHT_REMARK, NONE, NULL, true, EVX_OK, EVX_OK },
	{ "D-TRAILING", EVX_WEIGHT_GAP, NONE, NULL, true, EVX_OK, EVX_OK },
	{ "D-MISSING", EVX_WEIGHT_BROKEN, NONE, "data/x", false, EVX_E_TRUNCATED, EVX_E_TRUNCATED },
	{ "D-TRUNCATED", EVX_WEIGHT_BROKEN, NONE, NULL, false, EVX_E_TRUNCATED, EVX_E_TRUNCATED },
	{ "D-TRUNCATED", EVX_WEIGHT_UNCHECKED, NONE, NULL, false, EVX_E_INCOMPLETE,
		EVX_E_INCOMPLETE },
	{ "D-PACK-HASH", EVX_WEIGHT_BROKEN, NONE, "data/x", false, EVX_E_FORGED, EVX_E_FORGED },
	{ "D-TAGMANIFEST", EVX_WEIGHT_BROKEN, NONE, NULL, false, EVX_E_FORGED, EVX_E_FORGED },
	{ "D-HEADER", EVX_WEIGHT_BROKEN, NONE, NULL, false, EVX_E_CORRUPT, EVX_E_CORRUPT },
	{ "D-HEADER", EVX_WEIGHT_BROKEN, NONE, NULL, true, EVX_OK, EVX_E_CORRUPT },
	{ "D-IO", EVX_WEIGHT_UNCHECKED, NONE, "keys/x", false, EVX_E_IO, EVX_E_IO },
	{ "D-LISTING", EVX_WEIGHT_NEWER, NONE, NULL, false, EVX_E_UNSUPPORTED, EVX_E_UNSUPPORTED },
	{ "D-DISPOSED", EVX_WEIGHT_UNCHECKED, 1, NULL, false, EVX_E_NOT_FOUND, EVX_E_NOT_FOUND },
	{ "C-TAGMANIFEST", EVX_WEIGHT_BROKEN, 0, NULL, false, EVX_E_FORGED, EVX_E_FORGED },
	{ "C-SIGNATURE", EVX_WEIGHT_BROKEN, 0, NULL, false, EVX_E_FORGED, EVX_E_FORGED },
	{ "C-SIGNATURE", EVX_WEIGHT_BROKEN, 1, NULL, false, EVX_OK, EVX_E_FORGED },
	{ "C-FILES", EVX_WEIGHT_BROKEN, 0, NULL, false, EVX_E_FORGED, EVX_E_FORGED },
	{ "C-RECORD", EVX_WEIGHT_BROKEN, 0, NULL, false, EVX_E_FORGED, EVX_E_FORGED },
	{ "C-JSON", EVX_WEIGHT_BROKEN, 0, NULL, false, EVX_E_CORRUPT, EVX_E_CORRUPT },
	{ "C-JSON", EVX_WEIGHT_NEWER, 0, NULL, false, EVX_E_UNSUPPORTED, EVX_E_UNSUPPORTED },
	{ "C-JSON", EVX_WEIGHT_NEWER, 1, NULL, false, EVX_OK, EVX_E_UNSUPPORTED },
	{ "R-TWO-SEALS", EVX_WEIGHT_GAP, 0, NULL, false, EVX_OK, EVX_OK },
};

static void test_one_finding(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		const struct evx_finding *why = (void *)&ex;
		struct evx_diag usable = { 0 }, sound = { 0 };
		char text[256];
		int exit_class = 99;

		evx_findings_free(&ex.loaded.findings);
		find(r);
		(void)snprintf(text, sizeof(text), "%s%s%s%sabout %s",
			r->usable == EVX_E_INCOMPLETE ? "" : r->code,
			r->usable == EVX_E_INCOMPLETE ? "" : ": ", r->where != NULL ? r->where : "",
			r->where != NULL ? ": " : "", r->code);
		if (evx_exhibit_usable(&ex, &usable) != r->usable)
			fail_msg("row %zu: %s", i, usable.text);
		assert_int_equal(usable.code, r->usable);
		assert_string_equal(usable.text, r->usable == EVX_OK ? "" : text);
		if (evx_exhibit_sound(&ex, &exit_class, &why, &sound) != r->sound)
			fail_msg("row %zu: %s", i, sound.text);
		assert_int_equal(sound.code, r->sound);
		assert_string_equal(sound.text, r->sound == EVX_OK ? "" : text);
		assert_int_equal(exit_class,
			r->weight == EVX_WEIGHT_REMARK            ? 0 :
				r->weight == EVX_WEIGHT_GAP       ? 5 :
				r->weight == EVX_WEIGHT_UNCHECKED ? 3 :
				r->weight == EVX_WEIGHT_NEWER     ? 4 :
								    1);
		assert_ptr_equal(why, exit_class == 0 ? NULL : &ex.loaded.findings.at[0]);
		assert_int_equal(
			evx_exhibit_goes_on(&ex), r->weight == EVX_WEIGHT_GAP && r->code[0] == 'D');
	}
}

/* Usable says the first that is in the way, sound the weightiest; of trust neither says anything.
 */
static void test_several(void **state)
{
	static const struct row several[] = {
		{ "R-TWO-SEALS", EVX_WEIGHT_GAP, 1, NULL, false, EVX_OK, EVX_OK },
		{ "D-IO", EVX_WEIGHT_UNCHECKED, NONE, "a", false, EVX_OK, EVX_OK },
		{ "D-PACK-HASH", EVX_WEIGHT_BROKEN, NONE, "b", false, EVX_OK, EVX_OK },
		{ "D-HEADER", EVX_WEIGHT_BROKEN, NONE, "c", false, EVX_OK, EVX_OK },
	};
	const struct evx_finding *why;
	struct evx_diag diag = { 0 };
	int exit_class;

	(void)state;
	assert_int_equal(evx_exhibit_usable(&ex, NULL), EVX_OK);
	assert_int_equal(evx_exhibit_sound(&ex, &exit_class, &why, NULL), EVX_OK);
	assert_int_equal(exit_class, 0);
	assert_null(why);
	for (size_t i = 0; i < 4; i++)
		find(&several[i]);
	assert_int_equal(evx_exhibit_usable(&ex, &diag), EVX_E_IO);
	assert_string_equal(diag.text, "D-IO: a: about D-IO");
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_exhibit_sound(&ex, &exit_class, NULL, &diag), EVX_E_FORGED);
	assert_string_equal(diag.text, "D-PACK-HASH: b: about D-PACK-HASH");
	assert_int_equal(exit_class, 1);
}

/* A copy that ends early says so, also where no seal is there. */
static void test_cut(void **state)
{
	static const struct row cut = { "D-TRUNCATED", EVX_WEIGHT_UNCHECKED, NONE, NULL, false,
		EVX_OK, EVX_OK };
	struct evx_findings none = { 0 };
	struct evx_chain *empty = evx_chain_new(FIX_UUID, c.now, &none);
	struct evx_diag diag = { 0 };
	int exit_class;

	(void)state;
	assert_non_null(empty);
	assert_int_equal(evx_chain_finish(empty, NULL), EVX_OK);
	ex.loaded.chain = empty;
	assert_null(evx_exhibit_seal(&ex));
	assert_int_equal(evx_exhibit_usable(&ex, &diag), EVX_E_TRUNCATED);
	assert_memory_equal(diag.text, "The seal is missing", 19);
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_exhibit_sound(&ex, &exit_class, NULL, &diag), EVX_E_TRUNCATED);
	assert_string_equal(diag.text, "The seal is missing, or it cannot be read");
	find(&cut);
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_exhibit_sound(&ex, &exit_class, NULL, &diag), EVX_E_TRUNCATED);
	assert_string_equal(
		diag.text, "The seal is missing, or it cannot be read: about D-TRUNCATED");
	ex.loaded.cut = true;
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_exhibit_sound(&ex, &exit_class, NULL, &diag), EVX_E_INCOMPLETE);
	assert_string_equal(diag.text, "about D-TRUNCATED");
	ex.loaded.chain = NULL;
	assert_null(evx_exhibit_seal(&ex));
	ex.loaded.chain = c.chain;
	assert_non_null(evx_exhibit_seal(&ex));
	evx_chain_free(empty);
	evx_findings_free(&none);
}

/* What the seal says in public, where nothing else opens. */
static void test_subject(void **state)
{
	struct evx_exhibit_subject subject = { .description = (void *)&c };

	(void)state;
	assert_int_equal(evx_exhibit_subject_read(&ex, &subject, NULL), EVX_OK);
	assert_null(subject.case_label);
	assert_null(subject.exhibit_number);
	assert_null(subject.description);
	evx_exhibit_subject_free(&subject);
	evx_exhibit_subject_free(NULL);
}

static void with_names(struct custody *with)
{
	with->f.event.seal.case_label = strdup("C-1");
	with->f.event.seal.exhibit_number = strdup("7");
}

static void test_public_names(void **state)
{
	struct evx_exhibit_subject subject;
	struct custody named;

	(void)state;
	cus_new(&named, with_names);
	cus_judge(&named);
	ex.loaded.chain = named.chain;
	assert_int_equal(evx_exhibit_subject_read(&ex, &subject, NULL), EVX_OK);
	assert_string_equal(subject.case_label, "C-1");
	assert_string_equal(subject.exhibit_number, "7");
	assert_null(subject.description);
	evx_exhibit_subject_free(&subject);
	assert_null(subject.case_label);
	cus_free(&named);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_finding, setup, teardown),
		cmocka_unit_test_setup_teardown(test_several, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_subject, setup, teardown),
		cmocka_unit_test_setup_teardown(test_public_names, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
