/* Growable byte buffer with a ceiling. Freed memory is wiped: it may have held plaintext. */
#ifndef EVX_BASE_BUF_H
#define EVX_BASE_BUF_H

#include "base/err.h"

struct evx_buf {
	uint8_t *data; /* NULL while empty */
	size_t len, cap;
	size_t max; /* len never exceeds this; 0 means 1 GiB */
};

#define EVX_BUF_INIT \
	{ \
		NULL, 0, 0, 0 \
	}

/* Releases and wipes; the buffer is then empty and usable again. NULL does nothing. */
void evx_buf_free(struct evx_buf *b);
/* Empties without releasing (old bytes are wiped). */
void evx_buf_reset(struct evx_buf *b);
/* Makes room for n more bytes. EVX_E_MEMORY, or EVX_E_LIMIT past b->max. */
enum evx_err evx_buf_reserve(struct evx_buf *b, size_t n) EVX_MUST_CHECK;
/* Appends; errors as evx_buf_reserve, buffer unchanged then. */
enum evx_err evx_buf_add(struct evx_buf *b, const void *p, size_t n) EVX_MUST_CHECK;
enum evx_err evx_buf_adds(struct evx_buf *b, const char *s) EVX_MUST_CHECK;
enum evx_err evx_buf_addf(struct evx_buf *b, const char *fmt, ...) EVX_PRINTF(2, 3) EVX_MUST_CHECK;
enum evx_err evx_buf_add_u8(struct evx_buf *b, uint8_t v) EVX_MUST_CHECK;
enum evx_err evx_buf_add_be32(struct evx_buf *b, uint32_t v) EVX_MUST_CHECK;
enum evx_err evx_buf_add_be64(struct evx_buf *b, uint64_t v) EVX_MUST_CHECK;
/* Appends a NUL that is not counted in len, so that data can be used as a C string. */
enum evx_err evx_buf_cstr(struct evx_buf *b) EVX_MUST_CHECK;

/* Big-endian stores and loads (every integer of the format is big-endian). */
void evx_put_be32(uint8_t p[4], uint32_t v);
void evx_put_be64(uint8_t p[8], uint64_t v);
uint32_t evx_get_be32(const uint8_t p[4]);
uint64_t evx_get_be64(const uint8_t p[8]);

#endif
