/* Which packs a sample has: what the specification says, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/hash.h"
#include "crypto/sample.h"

/* The number that a pack draws. */
static uint64_t drawn(const uint8_t seed[EVX_SAMPLE_SEED], const uint8_t hash[32])
{
	uint8_t both[16 + 32], sum[32];
	uint64_t v = 0;

	memcpy(both, seed, 16);
	memcpy(both + 16, hash, 32);
	evx_sha256(both, sizeof(both), sum);
	for (size_t i = 0; i < 4; i++)
		v = v << 8 | sum[i];
	return v;
}

static void as_specified(void **state)
{
	uint8_t seed[EVX_SAMPLE_SEED], hash[32];
	size_t in_ten = 0;

	(void)state;
	for (unsigned n = 0; n < 1000; n++) {
		uint64_t v;
		unsigned least;

		memset(seed, (int)(n % 7), sizeof(seed));
		seed[15] = (uint8_t)(n / 7);
		memset(hash, 0x5a, sizeof(hash));
		hash[31] = (uint8_t)n;
		hash[30] = (uint8_t)(n / 256);
		v = drawn(seed, hash);
		least = (unsigned)(v / 42949673) + 1; /* the least percentage that has it */
		assert_true(least >= 1 && least <= 100);
		assert_true(evx_sample_has(seed, least, hash));
		if (least > 1)
			assert_false(evx_sample_has(seed, least - 1, hash));
		assert_true(evx_sample_has(seed, 100, hash));
		in_ten += evx_sample_has(seed, 10, hash);
	}
	assert_true(in_ten > 60 && in_ten < 140);
}

/* Each byte of the seed and of the hash takes part. */
static void each_byte(void **state)
{
	uint8_t seed[EVX_SAMPLE_SEED] = { 1 }, hash[32] = { 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(seed) + sizeof(hash); i++) {
		uint8_t *byte = i < sizeof(seed) ? &seed[i] : &hash[i - sizeof(seed)];
		size_t in = 0;

		for (unsigned v = 0; v < 256; v++) {
			*byte = (uint8_t)v;
			in += evx_sample_has(seed, 50, hash);
		}
		assert_true(in > 64 && in < 192);
		*byte = 3;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(as_specified),
		cmocka_unit_test(each_byte) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
