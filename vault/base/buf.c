/* Growable byte buffer with a ceiling, wiped. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MAX ((size_t)1 << 30)
#define SMALLEST 64

static size_t ceiling(const struct evx_buf *b)
{
	return b->max != 0 ? b->max : DEFAULT_MAX;
}

void evx_buf_free(struct evx_buf *b)
{
	if (b == NULL)
		return;
	if (b->data != NULL)
		explicit_bzero(b->data, b->cap);
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}

void evx_buf_reset(struct evx_buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->len);
	b->len = 0;
}

/* Not realloc, which would leave a copy of the old bytes behind. */
static enum evx_err grow(struct evx_buf *b, size_t need, size_t most)
{
	size_t cap = b->cap > SMALLEST ? b->cap : SMALLEST;
	uint8_t *data;

	if (need <= b->cap)
		return EVX_OK;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap > most)
		cap = most;
	data = malloc(cap);
	if (data == NULL)
		return EVX_E_MEMORY;
	if (b->data != NULL) {
		memcpy(data, b->data, b->len);
		explicit_bzero(b->data, b->cap);
		free(b->data);
	}
	b->data = data;
	b->cap = cap;
	return EVX_OK;
}

enum evx_err evx_buf_reserve(struct evx_buf *b, size_t n)
{
	size_t most = ceiling(b);

	if (b->len > most || n > most - b->len)
		return EVX_E_LIMIT;
	return grow(b, b->len + n, most);
}

enum evx_err evx_buf_add(struct evx_buf *b, const void *p, size_t n)
{
	enum evx_err err = evx_buf_reserve(b, n);

	if (err != EVX_OK || n == 0)
		return err;
	memcpy(b->data + b->len, p, n);
	b->len += n;
	return EVX_OK;
}

enum evx_err evx_buf_adds(struct evx_buf *b, const char *s)
{
	return evx_buf_add(b, s, strlen(s));
}

enum evx_err evx_buf_addf(struct evx_buf *b, const char *fmt, ...)
{
	char small[256];
	char *text = small;
	enum evx_err err;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0)
		return EVX_E_USAGE;
	if ((size_t)n >= sizeof(small)) {
		text = malloc((size_t)n + 1);
		if (text == NULL) {
			err = EVX_E_MEMORY;
			goto out;
		}
		va_start(ap, fmt);
		n = vsnprintf(text, (size_t)n + 1, fmt, ap);
		va_end(ap);
		if (n < 0) {
			err = EVX_E_USAGE;
			goto out;
		}
	}
	err = evx_buf_add(b, text, (size_t)n);
out:
	if (text != NULL && text != small) {
		explicit_bzero(text, strlen(text));
		free(text);
	}
	explicit_bzero(small, sizeof(small));
	return err;
}

enum evx_err evx_buf_add_u8(struct evx_buf *b, uint8_t v)
{
	return evx_buf_add(b, &v, 1);
}

enum evx_err evx_buf_add_be32(struct evx_buf *b, uint32_t v)
{
	uint8_t p[4];

	evx_put_be32(p, v);
	return evx_buf_add(b, p, sizeof(p));
}

enum evx_err evx_buf_add_be64(struct evx_buf *b, uint64_t v)
{
	uint8_t p[8];

	evx_put_be64(p, v);
	return evx_buf_add(b, p, sizeof(p));
}

/* The NUL may stand one past the ceiling: it is no content. */
enum evx_err evx_buf_cstr(struct evx_buf *b)
{
	enum evx_err err;

	if (b->len == SIZE_MAX)
		return EVX_E_LIMIT;
	err = grow(b, b->len + 1, SIZE_MAX);
	if (err == EVX_OK)
		b->data[b->len] = 0;
	return err;
}

void evx_put_be32(uint8_t p[4], uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

void evx_put_be64(uint8_t p[8], uint64_t v)
{
	evx_put_be32(p, (uint32_t)(v >> 32));
	evx_put_be32(p + 4, (uint32_t)v);
}

uint32_t evx_get_be32(const uint8_t p[4])
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

uint64_t evx_get_be64(const uint8_t p[8])
{
	return (uint64_t)evx_get_be32(p) << 32 | evx_get_be32(p + 4);
}
