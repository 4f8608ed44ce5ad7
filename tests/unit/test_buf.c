#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

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

static void appends(void **state)
{
	struct evx_buf b = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_buf_add(&b, "ab", 2), EVX_OK);
	assert_int_equal(evx_buf_adds(&b, "cd"), EVX_OK);
	assert_int_equal(evx_buf_addf(&b, "%d-%s", 12, "x"), EVX_OK);
	assert_int_equal(evx_buf_add_u8(&b, 0xfe), EVX_OK);
	assert_int_equal(evx_buf_add_be32(&b, 0x01020304), EVX_OK);
	assert_int_equal(evx_buf_add_be64(&b, 0x0102030405060708), EVX_OK);
	assert_int_equal(evx_buf_add(&b, NULL, 0), EVX_OK);
	assert_int_equal(b.len, 21);
	assert_memory_equal(b.data, "abcd12-x\xfe\1\2\3\4\1\2\3\4\5\6\7\x08", 21);
	evx_buf_free(&b);
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.cap, 0);
	assert_int_equal(evx_buf_adds(&b, "again"), EVX_OK);
	evx_buf_free(&b);
	evx_buf_free(&b);
	evx_buf_free(NULL);
}

static void growth_doubles_and_keeps(void **state)
{
	struct evx_buf b = EVX_BUF_INIT;
	size_t i, cap = 0;
	unsigned grown = 0;

	(void)state;
	for (i = 0; i < 100000; i++) {
		assert_int_equal(evx_buf_add_u8(&b, (uint8_t)(i * 7)), EVX_OK);
		grown += b.cap != cap;
		cap = b.cap;
	}
	assert_in_range(grown, 2, 12);
	for (i = 0; i < b.len; i++)
		if (b.data[i] != (uint8_t)(i * 7))
			fail();
	evx_buf_free(&b);
}

static void never_above_max(void **state)
{
	struct evx_buf b = { NULL, 0, 0, 100 };
	char text[128];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(evx_buf_add(&b, text, 99), EVX_OK);
	assert_int_equal(evx_buf_add(&b, text, 2), EVX_E_LIMIT);
	assert_int_equal(evx_buf_add_be32(&b, 1), EVX_E_LIMIT);
	assert_int_equal(evx_buf_addf(&b, "%s", "xx"), EVX_E_LIMIT);
	assert_int_equal(evx_buf_reserve(&b, SIZE_MAX), EVX_E_LIMIT);
	assert_int_equal(b.len, 99);
	assert_int_equal(evx_buf_add_u8(&b, 'y'), EVX_OK);
	assert_int_equal(b.cap, 100);
	assert_int_equal(evx_buf_add_u8(&b, 'y'), EVX_E_LIMIT);
	assert_int_equal(evx_buf_cstr(&b), EVX_OK);
	assert_int_equal(b.len, 100);
	assert_int_equal(strlen((const char *)b.data), 100);
	assert_int_equal(evx_buf_add_u8(&b, 'y'), EVX_E_LIMIT);
	evx_buf_free(&b);
	b.max = 0;
	assert_int_equal(evx_buf_reserve(&b, ((size_t)1 << 30) + 1), EVX_E_LIMIT);
	assert_null(b.data);
}

static void out_of_memory(void **state)
{
	struct evx_buf b = { NULL, 0, 0, SIZE_MAX };

	(void)state;
	assert_int_equal(evx_buf_adds(&b, "kept"), EVX_OK);
	assert_int_equal(evx_buf_reserve(&b, SIZE_MAX / 2), EVX_E_MEMORY);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "kept", 4);
	evx_buf_free(&b);
}

static void long_format(void **state)
{
	struct evx_buf b = EVX_BUF_INIT;
	size_t n;

	(void)state;
	for (n = 254; n <= 258; n++) {
		assert_int_equal(evx_buf_addf(&b, "%*d", (int)n, 7), EVX_OK);
		assert_int_equal(b.len, n);
		assert_int_equal(b.data[n - 1], '7');
		assert_int_equal(b.data[0], ' ');
		evx_buf_reset(&b);
	}
	evx_buf_free(&b);
}

static void reset_wipes(void **state)
{
	struct evx_buf b = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_buf_adds(&b, "secret"), EVX_OK);
	evx_buf_reset(&b);
	assert_int_equal(b.len, 0);
	assert_non_null(b.data);
	assert_memory_equal(b.data, "\0\0\0\0\0\0", 6);
	evx_buf_free(&b);
	evx_buf_reset(&b);
}

static void c_string(void **state)
{
	struct evx_buf b = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_buf_cstr(&b), EVX_OK);
	assert_string_equal((const char *)b.data, "");
	assert_int_equal(evx_buf_adds(&b, "ab"), EVX_OK);
	assert_int_equal(evx_buf_cstr(&b), EVX_OK);
	assert_string_equal((const char *)b.data, "ab");
	assert_int_equal(b.len, 2);
	evx_buf_free(&b);
}

static void big_endian(void **state)
{
	uint8_t p[8];

	(void)state;
	evx_put_be32(p, 0xfedcba98);
	assert_memory_equal(p, "\xfe\xdc\xba\x98", 4);
	assert_true(evx_get_be32(p) == 0xfedcba98);
	evx_put_be64(p, 0xfedcba9876543210);
	assert_memory_equal(p, "\xfe\xdc\xba\x98\x76\x54\x32\x10", 8);
	assert_true(evx_get_be64(p) == 0xfedcba9876543210);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),
		cmocka_unit_test(growth_doubles_and_keeps),
		cmocka_unit_test(never_above_max),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(long_format),
		cmocka_unit_test(reset_wipes),
		cmocka_unit_test(c_string),
		cmocka_unit_test(big_endian),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
