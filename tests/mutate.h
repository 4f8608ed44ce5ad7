/* Small faults made to good texts. */
#ifndef EVX_TESTS_MUTATE_H
#define EVX_TESTS_MUTATE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

/* A copy of the n bytes at p with the first `from` replaced by `to`; from must be there. Freed with
 * evx_buf_free. */
static inline struct evx_buf mutated(const void *p, size_t n, const char *from, const char *to)
{
	struct evx_buf out = EVX_BUF_INIT;
	const uint8_t *base = p, *at = memmem(p, n, from, strlen(from));

	if (at == NULL)
		fail_msg("the text has no %s", from);
	assert_int_equal(evx_buf_add(&out, base, (size_t)(at - base)), EVX_OK);
	assert_int_equal(evx_buf_adds(&out, to), EVX_OK);
	assert_int_equal(
		evx_buf_add(&out, at + strlen(from), n - (size_t)(at - base) - strlen(from)),
		EVX_OK);
	return out;
}

#endif
