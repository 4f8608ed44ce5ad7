/* Whether two lists of a mirror's files are the same, and the number of a vault's mirror. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/mirror_index.h"
#include "mirror/mirror_notes.h"

/* Two lines; change 1 to 5 is another thing in the second of them, 6 that there is none. */
static struct evx_mirror_index list(int change)
{
	struct evx_mirror_index index = { NULL, 0 };
	uint8_t hash[32] = { 1 };

	assert_int_equal(evx_mirror_index_add(&index, false, hash, 7, "log/00000000-init"), EVX_OK);
	hash[change == 1 ? 31 : 0] = 2;
	if (change != 6)
		assert_int_equal(
			evx_mirror_index_add(&index, change == 2, hash, change == 3 ? 9 : 8,
				change == 4         ? "vault.jsom" :
					change == 5 ? "vault.jso" :
						      "vault.json"),
			EVX_OK);
	return index;
}

static void same(void **state)
{
	struct evx_mirror_index usual = list(0);

	(void)state;
	for (int change = 0; change <= 6; change++) {
		struct evx_mirror_index other = list(change);

		if (evx_mirror_index_same(&usual, &other) != (change == 0) ||
			evx_mirror_index_same(&other, &usual) != (change == 0))
			fail_msg("change %d", change);
		evx_mirror_index_free(&other);
	}
	evx_mirror_index_free(&usual);
}

/* SHA-256 of "evx-mirror/1" and the sixteen bytes of the UUID, its first half. */
static void number(void **state)
{
	char mid[EVX_MIRROR_MID_CAP] = "x";

	(void)state;
	assert_int_equal(
		evx_mirror_notes_mid("01234567-89ab-4def-8123-456789abcdef", mid, NULL), EVX_OK);
	assert_string_equal(mid, "2e26e921072a4876af9c28cc15f87de5");
	assert_int_equal(evx_mirror_notes_mid("01234567", mid, NULL), EVX_E_CORRUPT);
	assert_string_equal(mid, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(same), cmocka_unit_test(number) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
