#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/array.h"

/* Under a sanitizer, too, an impossible allocation is to fail and not to end the program. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

struct three {
	uint8_t a[3];
};

static void elements_begin_as_zeros_and_stay(void **state)
{
	struct three *at = NULL;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		struct three *one = EVX_ARRAY_ADD(at, n);

		assert_non_null(one);
		assert_ptr_equal(one, &at[i]);
		assert_int_equal(n, i + 1);
		assert_int_equal(one->a[0] | one->a[1] | one->a[2], 0);
		one->a[0] = (uint8_t)i;
		one->a[2] = (uint8_t)(i >> 8);
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(at[i].a[0] | at[i].a[2] << 8, i);
	free(at);
}

/* The array moves when its count passes a power of two, and at no other time. */
static void room_doubles(void **state)
{
	uint64_t *at = NULL, *one;
	size_t n = 0, moves = 0;

	(void)state;
	for (size_t i = 0; i < 4096; i++) {
		uintptr_t before = (uintptr_t)at;

		one = EVX_ARRAY_ADD(at, n);
		assert_non_null(one);
		*one = i;

		moves += before != (uintptr_t)at;
		if (i >= 4 && (i & (i - 1)) != 0)
			assert_int_equal(before, (uintptr_t)at);
	}
	assert_true(moves <= 11);
	free(at);
}

static void elements_may_be_taken_off_the_end(void **state)
{
	uint32_t *at = NULL, *one;
	size_t n = 0;

	(void)state;
	for (size_t down = 0; down < 40; down++) {
		while (n < 40) {
			one = EVX_ARRAY_ADD(at, n);
			assert_non_null(one);
			*one = (uint32_t)n;
		}
		for (size_t i = 0; i < n; i++)
			assert_int_equal(at[i], i + 1);
		n = down;
	}
	free(at);
}

static void room_for_many_at_once(void **state)
{
	uint8_t *at = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(EVX_ARRAY_ROOM(at, n, 0), EVX_OK);
	assert_null(at);
	for (size_t more = 1; more < 300; more++) {
		assert_int_equal(EVX_ARRAY_ROOM(at, n, more), EVX_OK);
		for (size_t i = 0; i < more; i++)
			at[n + i] = (uint8_t)(n + i);
		n += more;
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(at[i], (uint8_t)i);
	free(at);
}

static void impossible_sizes_fail_and_change_nothing(void **state)
{
	struct three *at = NULL;
	struct three *const kept = EVX_ARRAY_ADD(at, (size_t){ 0 });
	size_t n = SIZE_MAX;

	(void)state;
	assert_non_null(kept);
	assert_null(EVX_ARRAY_ADD(at, n));
	assert_true(n == SIZE_MAX);
	assert_ptr_equal(at, kept);
	assert_int_equal(EVX_ARRAY_ROOM(at, 1, SIZE_MAX), EVX_E_MEMORY);
	assert_int_equal(EVX_ARRAY_ROOM(at, 1, SIZE_MAX / 2 + 1), EVX_E_MEMORY);
	assert_int_equal(EVX_ARRAY_ROOM(at, 1, SIZE_MAX / 4), EVX_E_MEMORY);
	assert_ptr_equal(at, kept);
	free(at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_begin_as_zeros_and_stay),
		cmocka_unit_test(room_doubles),
		cmocka_unit_test(elements_may_be_taken_off_the_end),
		cmocka_unit_test(room_for_many_at_once),
		cmocka_unit_test(impossible_sizes_fail_and_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
