/* bundle/sequences.h: from two lengths to number, length and place of every pack. */
#include "bundle/sequences.h"
#include "container.h"
#include "format/tar.h"

#define P ((uint64_t)EVX_PACK_LEN)

static void lengths(void **state)
{
	static const struct {
		uint64_t len[2], packs, first, lengths[4];
	} cases[] = {
		{ { 1, 0 }, 1, 1, { 1 } },
		{ { P, 0 }, 1, 1, { P } },
		{ { P + 1, 0 }, 2, 2, { P, 1 } },
		{ { P - 1, 1 }, 2, 1, { P - 1, 1 } },
		{ { P, P }, 2, 1, { P, P } },
		{ { 2 * P, 700 }, 3, 2, { P, P, 700 } },
		{ { 700, 2 * P + 5 }, 4, 1, { 700, P, P, 5 } },
		{ { 0, 5 }, 1, 0, { 5 } }, /* what salvage may have to guess */
		{ { 0, 0 }, 0, 0, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct evx_sequences s = { { cases[i].len[0], cases[i].len[1] } };
		uint64_t span = 0;

		assert_int_equal(evx_sequences_packs(&s), cases[i].packs);
		assert_int_equal(evx_sequences_first(&s, 0), 0);
		assert_int_equal(evx_sequences_first(&s, 1), cases[i].first);
		assert_int_equal(evx_sequences_packs_of(&s, 0) + evx_sequences_packs_of(&s, 1),
			cases[i].packs);
		for (uint64_t k = 0; k < cases[i].packs; k++) {
			assert_int_equal(evx_sequences_length(&s, k), cases[i].lengths[k]);
			assert_int_equal(evx_sequences_span(&s, k), span);
			span += evx_tar_span(cases[i].lengths[k]);
		}
		assert_int_equal(evx_sequences_span(&s, cases[i].packs), span);
		assert_int_equal(evx_sequences_length(&s, cases[i].packs), 0);
	}
}

static void from_seal(void **state)
{
	char json[SIM_SEAL_CAP];
	struct evx_sequences s;

	(void)state;
	sim_seal_json(700, 3 * P, json);
	assert_true(evx_sequences_read(json, strlen(json), &s));
	assert_true(s.len[0] == 700 && s.len[1] == 3 * P);
	for (size_t n = 0; n < strlen(json); n++) {
		assert_false(evx_sequences_read(json, n, &s));
		assert_true(s.len[0] == 0 && s.len[1] == 0);
	}
	sim_seal_json(0, 700, json);
	assert_false(evx_sequences_read(json, strlen(json), &s));
	sim_seal_json(700, UINT64_MAX, json);
	assert_false(evx_sequences_read(json, strlen(json), &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lengths),
		cmocka_unit_test(from_seal) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
