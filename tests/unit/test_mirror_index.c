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

/* Each place of a vault is one by all its letters. */
static void places(void **state)
{
	static const char *const good[] = { "vault.json", "log/x", "members/x", "cases/x",
		"exhibits/x", "branches/x", "remnants/x" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *slash = strchr(good[i], '/');
		const size_t n = strlen(good[i]),
			     place = slash != NULL ? (size_t)(slash - good[i]) : n;
		char path[32];

		memcpy(path, good[i], n + 1);
		assert_true(evx_mirror_index_path(path, n));
		for (size_t at = 0; at < place; at++) {
			path[at] = path[at] == 'q' ? 'r' : 'q';
			if (evx_mirror_index_path(path, n))
				fail_msg("%s", path);
			path[at] = good[i][at];
		}
		/* Nor is it one without what stands in it, or with more before that. */
		assert_false(slash != NULL && evx_mirror_index_path(path, place + 1));
		assert_false(slash != NULL && evx_mirror_index_path(path, place));
		path[n] = '/';
		path[n + 1] = '\0';
		assert_false(evx_mirror_index_path(path, n + 1));
	}
	assert_false(evx_mirror_index_path("vault.jsonx", 11));
	assert_false(evx_mirror_index_path("", 0));
	assert_true(evx_mirror_index_path("vault.jsonx", 10));
}

/* A pack is one by its folder, its end, and 64 digits between them. */
static void packs(void **state)
{
	static const char good[] =
		"x/data/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaab.pack";
	char path[sizeof(good) + 1];
	uint8_t hash[32];

	(void)state;
	assert_true(evx_mirror_index_pack(good, hash));
	assert_int_equal(hash[0], 0xaa);
	assert_int_equal(hash[31], 0xab);
	for (size_t at = 1; at < sizeof(good) - 1; at++) {
		memcpy(path, good, sizeof(good));
		path[at] = 'q';
		if (evx_mirror_index_pack(path, hash))
			fail_msg("%s", path);
	}
	assert_false(evx_mirror_index_pack(good + 1, hash)); /* in nothing */
	memcpy(path, good, sizeof(good));
	memcpy(path + sizeof(good) - 1, "s", 2);
	assert_false(evx_mirror_index_pack(path, hash));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(same), cmocka_unit_test(number),
		cmocka_unit_test(places), cmocka_unit_test(packs) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
