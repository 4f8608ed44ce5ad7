/* The one way to read hostile bytes. */
#include "base/cursor.h"

#include <string.h>

#include "base/buf.h"

struct evx_cursor evx_cursor_over(const void *p, size_t n)
{
	struct evx_cursor c = { p, n, 0 };

	return c;
}

size_t evx_cursor_left(const struct evx_cursor *c)
{
	return c->len - c->pos;
}

enum evx_err evx_cursor_bytes(struct evx_cursor *c, size_t n, const uint8_t **out)
{
	*out = NULL;
	if (n > evx_cursor_left(c))
		return EVX_E_TRUNCATED;
	*out = c->base != NULL ? c->base + c->pos : NULL;
	c->pos += n;
	return EVX_OK;
}

enum evx_err evx_cursor_u8(struct evx_cursor *c, uint8_t *out)
{
	*out = 0;
	if (evx_cursor_left(c) < 1)
		return EVX_E_TRUNCATED;
	*out = c->base[c->pos++];
	return EVX_OK;
}

enum evx_err evx_cursor_be32(struct evx_cursor *c, uint32_t *out)
{
	*out = 0;
	if (evx_cursor_left(c) < 4)
		return EVX_E_TRUNCATED;
	*out = evx_get_be32(c->base + c->pos);
	c->pos += 4;
	return EVX_OK;
}

enum evx_err evx_cursor_be64(struct evx_cursor *c, uint64_t *out)
{
	*out = 0;
	if (evx_cursor_left(c) < 8)
		return EVX_E_TRUNCATED;
	*out = evx_get_be64(c->base + c->pos);
	c->pos += 8;
	return EVX_OK;
}

enum evx_err evx_cursor_copy(struct evx_cursor *c, void *out, size_t n)
{
	const uint8_t *p;
	enum evx_err err = evx_cursor_bytes(c, n, &p);

	if (err == EVX_OK && n > 0)
		memcpy(out, p, n);
	return err;
}

enum evx_err evx_cursor_sub(struct evx_cursor *c, size_t n, struct evx_cursor *out)
{
	const uint8_t *p;
	enum evx_err err = evx_cursor_bytes(c, n, &p);

	*out = evx_cursor_over(p, err == EVX_OK ? n : 0);
	return err;
}

enum evx_err evx_cursor_line(struct evx_cursor *c, const uint8_t **line, size_t *len)
{
	size_t left = evx_cursor_left(c);
	const uint8_t *start, *lf;

	*line = NULL;
	*len = 0;
	if (left == 0)
		return EVX_E_TRUNCATED;
	start = c->base + c->pos;
	lf = memchr(start, '\n', left);
	if (lf == NULL)
		return EVX_E_TRUNCATED;
	*line = start;
	*len = (size_t)(lf - start);
	c->pos += *len + 1;
	return EVX_OK;
}

enum evx_err evx_cursor_end(const struct evx_cursor *c)
{
	return evx_cursor_left(c) == 0 ? EVX_OK : EVX_E_CORRUPT;
}
