#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cursor.h"

/* One of everything, as a format would read it. */
struct sample {
	uint8_t u8;
	uint32_t be32;
	uint64_t be64;
	const uint8_t *bytes, *line;
	size_t line_len;
	uint8_t copy[3];
};

#define TRY(call) \
	do { \
		enum evx_err err_ = call; \
		if (err_ != EVX_OK) \
			return err_; \
	} while (0)

static enum evx_err decode(struct evx_cursor *c, struct sample *s)
{
	struct evx_cursor sub;

	TRY(evx_cursor_u8(c, &s->u8));
	TRY(evx_cursor_be32(c, &s->be32));
	TRY(evx_cursor_be64(c, &s->be64));
	TRY(evx_cursor_bytes(c, 2, &s->bytes));
	TRY(evx_cursor_line(c, &s->line, &s->line_len));
	TRY(evx_cursor_sub(c, 3, &sub));
	TRY(evx_cursor_copy(&sub, s->copy, 3));
	TRY(evx_cursor_end(&sub));
	return evx_cursor_end(c);
}

static const char good[] = "\x07\x01\x02\x03\x04\x11\x12\x13\x14\x15\x16\x17\x18"
			   "ab"
			   "line\n"
			   "xyz";
#define GOOD (sizeof(good) - 1)

static void reads_all(void **state)
{
	struct evx_cursor c = evx_cursor_over(good, GOOD);
	struct sample s;

	(void)state;
	assert_int_equal(evx_cursor_left(&c), GOOD);
	assert_int_equal(decode(&c, &s), EVX_OK);
	assert_int_equal(s.u8, 7);
	assert_true(s.be32 == 0x01020304);
	assert_true(s.be64 == 0x1112131415161718);
	assert_ptr_equal(s.bytes, good + 13);
	assert_int_equal(s.line_len, 4);
	assert_memory_equal(s.line, "line", 4);
	assert_memory_equal(s.copy, "xyz", 3);
	assert_int_equal(evx_cursor_left(&c), 0);
}

/* In memory of exactly the cut's size, so that a sanitizer sees a read past the end. */
static void every_cut_is_truncated(void **state)
{
	struct evx_cursor c;
	struct sample s;
	size_t n;

	(void)state;
	for (n = 0; n < GOOD; n++) {
		uint8_t *cut = malloc(n > 0 ? n : 1);

		assert_non_null(cut);
		memcpy(cut, good, n);
		c = evx_cursor_over(cut, n);
		assert_int_equal(decode(&c, &s), EVX_E_TRUNCATED);
		free(cut);
	}
}

static void leftovers_are_corrupt(void **state)
{
	struct evx_cursor c = evx_cursor_over(good, GOOD + 1);
	struct sample s;

	(void)state;
	assert_int_equal(decode(&c, &s), EVX_E_CORRUPT);
}

static void failure_moves_nothing(void **state)
{
	struct evx_cursor c = evx_cursor_over("abc", 3), sub;
	const uint8_t *p = (const uint8_t *)good;
	uint8_t u8 = 9, copy[4] = { 0 };
	uint32_t be32 = 9;
	uint64_t be64 = 9;
	size_t n = 9;

	(void)state;
	assert_int_equal(evx_cursor_be32(&c, &be32), EVX_E_TRUNCATED);
	assert_int_equal(evx_cursor_be64(&c, &be64), EVX_E_TRUNCATED);
	assert_int_equal(evx_cursor_bytes(&c, 4, &p), EVX_E_TRUNCATED);
	assert_null(p);
	assert_int_equal(evx_cursor_bytes(&c, SIZE_MAX, &p), EVX_E_TRUNCATED);
	assert_int_equal(evx_cursor_copy(&c, copy, 4), EVX_E_TRUNCATED);
	assert_int_equal(evx_cursor_sub(&c, 4, &sub), EVX_E_TRUNCATED);
	assert_int_equal(evx_cursor_left(&sub), 0);
	assert_int_equal(evx_cursor_line(&c, &p, &n), EVX_E_TRUNCATED);
	assert_null(p);
	assert_int_equal(n, 0);
	assert_int_equal(c.pos, 0);
	assert_true(be32 == 0 && be64 == 0);
	assert_int_equal(evx_cursor_bytes(&c, 3, &p), EVX_OK);
	assert_int_equal(evx_cursor_u8(&c, &u8), EVX_E_TRUNCATED);
	assert_int_equal(u8, 0);
	assert_int_equal(evx_cursor_left(&c), 0);
}

static void lines(void **state)
{
	struct evx_cursor c = evx_cursor_over("\na\0b\n\nrest", 10);
	const uint8_t *p;
	size_t n;

	(void)state;
	assert_int_equal(evx_cursor_line(&c, &p, &n), EVX_OK);
	assert_int_equal(n, 0);
	assert_int_equal(evx_cursor_line(&c, &p, &n), EVX_OK);
	assert_int_equal(n, 3);
	assert_memory_equal(p, "a\0b", 3);
	assert_int_equal(evx_cursor_line(&c, &p, &n), EVX_OK);
	assert_int_equal(n, 0);
	assert_int_equal(evx_cursor_line(&c, &p, &n), EVX_E_TRUNCATED);
	assert_int_equal(evx_cursor_left(&c), 4);
}

static void nothing_at_all(void **state)
{
	struct evx_cursor c = evx_cursor_over(NULL, 0), sub;
	const uint8_t *p;
	uint8_t u8;
	size_t n;

	(void)state;
	assert_int_equal(evx_cursor_bytes(&c, 0, &p), EVX_OK);
	assert_int_equal(evx_cursor_copy(&c, &u8, 0), EVX_OK);
	assert_int_equal(evx_cursor_sub(&c, 0, &sub), EVX_OK);
	assert_int_equal(evx_cursor_u8(&c, &u8), EVX_E_TRUNCATED);
	assert_int_equal(evx_cursor_line(&c, &p, &n), EVX_E_TRUNCATED);
	assert_int_equal(evx_cursor_end(&c), EVX_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all),
		cmocka_unit_test(every_cut_is_truncated),
		cmocka_unit_test(leftovers_are_corrupt),
		cmocka_unit_test(failure_moves_nothing),
		cmocka_unit_test(lines),
		cmocka_unit_test(nothing_at_all),
	};

	return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
