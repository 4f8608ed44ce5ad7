/* The time-stamps that a chain has, found by event, number and hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge/stamps.h"

/* Over event 1 two files and, from a receipt, one without a number; over event 3 one. Their hashes
 * differ in the last byte. */
#define STAMPS 4
static struct evx_chain_stamp stamps[STAMPS] = {
	{ .event = 1, .number = 0 },
	{ .event = 1, .number = 1 },
	{ .event = 1, .number = 4 },
	{ .event = 3, .number = 2 },
};
static struct evx_chain_event events[4];
static const struct evx_chain_result chain = {
	.at = events, .n = 4, .rightful = 4, .stamps = stamps, .nstamps = STAMPS
};

static int setup(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < STAMPS; i++)
		stamps[i].sha256[31] = i;
	strcpy(events[3].event.type, "note");
	return 0;
}

static void found(void **state)
{
	(void)state;
	for (uint32_t event = 0; event < 5; event++)
		for (unsigned number = 0; number < 6; number++) {
			const struct evx_chain_stamp *want = NULL;

			for (size_t i = 0; i < STAMPS; i++)
				if (stamps[i].event == event && stamps[i].number == number)
					want = &stamps[i];
			assert_ptr_equal(evx_stamps_find(&chain, event, number), want);
		}
}

/* By its hash, whichever file of the event it is, and among those of this event only. */
static void here(void **state)
{
	static const struct {
		uint32_t event;
		uint8_t last;
		bool here;
		unsigned next;
	} cases[] = {
		{ 0, 1, false, 1 },
		{ 1, 0, false, 5 }, /* in a receipt only */
		{ 1, 1, true, 5 },
		{ 1, 2, true, 5 },
		{ 1, 3, false, 5 },
		{ 2, 1, false, 1 },
		{ 3, 3, true, 3 },
		{ 3, 1, false, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t hash[32] = { 0 };
		unsigned next = 99;

		hash[31] = cases[i].last;
		assert_int_equal(
			evx_stamps_here(&chain, cases[i].event, hash, &next), cases[i].here);
		assert_int_equal(next, cases[i].next);
	}
}

static void member(void **state)
{
	char name[EVX_MEMBER_NAME_CAP];

	(void)state;
	assert_int_equal(evx_stamps_member(&chain, 3, 1, name), EVX_OK);
	assert_string_equal(name, "custody/0003-note.tsr");
	assert_int_equal(evx_stamps_member(&chain, 3, 12, name), EVX_OK);
	assert_string_equal(name, "custody/0003-note.tsr12");
	assert_int_equal(evx_stamps_member(&chain, 3, 1000, name), EVX_E_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(found), cmocka_unit_test(here),
		cmocka_unit_test(member) };

	return cmocka_run_group_tests(tests, setup, NULL);
}
