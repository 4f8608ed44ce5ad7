/* Hashes are the same when each of their bits is. */
#include "base/hash_equal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_bit_counts(void **state)
{
	uint8_t a[33], b[33];

	(void)state;
	for (size_t i = 0; i < sizeof(a); i++)
		a[i] = b[i] = (uint8_t)(i * 7);
	assert_true(evx_hash_equal(a, b));
	assert_true(evx_hash_equal(a, a));
	for (size_t bit = 0; bit < 256; bit++) {
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(evx_hash_equal(a, b));
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	b[32] ^= 1; /* what stands behind is not looked at */
	assert_true(evx_hash_equal(a, b));
}

static void every_byte_orders(void **state)
{
	uint8_t a[33] = { 0 }, b[33] = { 0 };

	(void)state;
	assert_int_equal(evx_hash_order(a, b), 0);
	for (size_t i = 0; i < 32; i++) {
		b[i] = 0x80; /* more than any that stands behind it, and unsigned */
		memset(a + i + 1, 0xff, 32 - i - 1);
		assert_true(evx_hash_order(a, b) < 0);
		assert_true(evx_hash_order(b, a) > 0);
		memset(a, 0, sizeof(a));
		b[i] = 0;
	}
	b[32] = 1;
	assert_int_equal(evx_hash_order(a, b), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(every_byte_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
