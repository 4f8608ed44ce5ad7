/* The one way to read hostile bytes: a cursor that cannot pass its end.
 * Failures are EVX_E_TRUNCATED and leave the cursor where it was; a nested structure gets a
 * sub-cursor of exactly its length; leftovers are an error (evx_cursor_end). */
#ifndef EVX_BASE_CURSOR_H
#define EVX_BASE_CURSOR_H

#include "base/err.h"

struct evx_cursor {
	const uint8_t *base;
	size_t len, pos;
};

struct evx_cursor evx_cursor_over(const void *p, size_t n);
size_t evx_cursor_left(const struct evx_cursor *c);
enum evx_err evx_cursor_u8(struct evx_cursor *c, uint8_t *out) EVX_MUST_CHECK;
enum evx_err evx_cursor_be32(struct evx_cursor *c, uint32_t *out) EVX_MUST_CHECK;
enum evx_err evx_cursor_be64(struct evx_cursor *c, uint64_t *out) EVX_MUST_CHECK;
/* Points *out at n bytes inside the cursor's memory and steps over them. */
enum evx_err evx_cursor_bytes(struct evx_cursor *c, size_t n, const uint8_t **out) EVX_MUST_CHECK;
enum evx_err evx_cursor_copy(struct evx_cursor *c, void *out, size_t n) EVX_MUST_CHECK;
enum evx_err evx_cursor_sub(struct evx_cursor *c, size_t n, struct evx_cursor *out) EVX_MUST_CHECK;
/* The bytes up to, not including, the next LF, which is stepped over. EVX_E_TRUNCATED when no LF is
 * left. */
enum evx_err evx_cursor_line(
	struct evx_cursor *c, const uint8_t **line, size_t *len) EVX_MUST_CHECK;
/* EVX_E_CORRUPT unless everything was read. */
enum evx_err evx_cursor_end(const struct evx_cursor *c) EVX_MUST_CHECK;

#endif
