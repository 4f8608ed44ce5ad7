/* The table of event types: no row forgotten, none twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/event.h"

static const struct evx_event_type *row(unsigned i)
{
	return evx_event_type_of((enum evx_event_kind)i);
}

/* A value of the enum without a row would have no name here. */
static void each_type_has_its_row(void **state)
{
	(void)state;
	for (unsigned i = EVX_EVENT_SEAL; i < EVX_EVENT_KINDS; i++) {
		const struct evx_event_type *t = row(i);

		assert_non_null(t);
		assert_int_equal(t->kind, i);
		assert_non_null(t->name);
		assert_in_range(strlen(t->name), 1, EVX_TYPE_MAX);
		assert_non_null(t->says);
		assert_ptr_equal(evx_event_type(t->name), t);
		assert_int_equal(t->has & t->may, 0);
		assert_true((t->command == NULL) == (t->synopsis == NULL));
		assert_true((t->command == NULL) == (t->summary == NULL));
		if (t->command != NULL)
			assert_ptr_equal(evx_event_type_by_command(t->command), t);
	}
}

static void others_have_none(void **state)
{
	(void)state;
	assert_null(row(EVX_EVENT_OTHER));
	assert_null(row(EVX_EVENT_KINDS));
	assert_null(evx_event_type("new-kind"));
	assert_null(evx_event_type(""));
	assert_null(evx_event_type_by_command("seal"));
	assert_null(evx_event_type_by_command("verify")); /* another command has this name */
	assert_int_equal(evx_event_type_by_command("verify-event")->kind, EVX_EVENT_VERIFY);
}

/* The only one who may sign a seal is who seals; what opens contents is what a policy's "open"
 * covers (format-spec/events.md "Policy"). */
static void columns(void **state)
{
	unsigned opens = 0;

	(void)state;
	for (unsigned i = EVX_EVENT_SEAL; i < EVX_EVENT_KINDS; i++) {
		assert_true((row(i)->by == EVX_BY_SEALER) == (i == EVX_EVENT_SEAL));
		opens += row(i)->opens;
	}
	assert_int_equal(opens, 3);
	assert_true(row(EVX_EVENT_ACCESS)->opens && row(EVX_EVENT_COPY)->opens &&
		row(EVX_EVENT_DISCLOSE)->opens);
}

static void set_in_an_event(void **state)
{
	struct evx_event e = { .type = "a-longer-name-than-that" };
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	evx_event_set_kind(&e, EVX_EVENT_HOLD);
	assert_string_equal(e.type, "hold");
	assert_true(e.kind == EVX_EVENT_HOLD && e.known);
	/* Name and kind that differ are not written. */
	strcpy(e.type, "move");
	assert_int_equal(evx_event_encode(&e, &out, NULL), EVX_E_USAGE);
	evx_event_set_kind(&e, EVX_EVENT_OTHER);
	assert_string_equal(e.type, "");
	assert_false(e.known);
	assert_int_equal(evx_event_encode(&e, &out, NULL), EVX_E_USAGE);
	evx_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_has_its_row),
		cmocka_unit_test(others_have_none),
		cmocka_unit_test(columns),
		cmocka_unit_test(set_in_an_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
