/* Base64, canonical forms only, in constant time. */
#include "format/text.h"

/* Private keys pass through here, so a character is mapped by arithmetic: no branch and no table
 * index depends on it. */

/* All ones when lo <= v <= hi, else 0. */
static uint32_t within(uint32_t v, uint32_t lo, uint32_t hi)
{
	return 0 - (((lo - 1 - v) & (v - hi - 1)) >> 31);
}

static char letter(uint32_t v)
{
	return (char)((within(v, 0, 25) & (v + 'A')) | (within(v, 26, 51) & (v - 26 + 'a')) |
		(within(v, 52, 61) & (v - 52 + '0')) | (within(v, 62, 62) & '+') |
		(within(v, 63, 63) & '/'));
}

/* The value of a character, or 64 and above. */
static uint32_t value(char ch)
{
	uint32_t c = (unsigned char)ch, upper = within(c, 'A', 'Z'), lower = within(c, 'a', 'z'),
		 number = within(c, '0', '9');
	uint32_t plus = within(c, '+', '+'), slash = within(c, '/', '/');

	return (upper & (c - 'A')) | (lower & (c - 'a' + 26)) | (number & (c - '0' + 52)) |
		(plus & 62) | (slash & 63) | (~(upper | lower | number | plus | slash) & 64);
}

enum evx_err evx_base64_encode(const void *p, size_t n, bool pad, struct evx_buf *out)
{
	const uint8_t *b = p;
	size_t i, full = n / 3 * 3, rest = n % 3;
	size_t len;
	char *s;
	enum evx_err err;

	if (n > SIZE_MAX / 2)
		return EVX_E_LIMIT;
	len = n / 3 * 4 + (rest == 0 ? 0 : pad ? 4 : rest + 1);
	err = evx_buf_reserve(out, len);
	if (err != EVX_OK || len == 0)
		return err;
	s = (char *)out->data + out->len;
	for (i = 0; i < full; i += 3) {
		uint32_t v = (uint32_t)b[i] << 16 | (uint32_t)b[i + 1] << 8 | b[i + 2];

		*s++ = letter(v >> 18);
		*s++ = letter(v >> 12 & 63);
		*s++ = letter(v >> 6 & 63);
		*s++ = letter(v & 63);
	}
	if (rest > 0) {
		uint32_t v = (uint32_t)b[full] << 16 | (rest > 1 ? (uint32_t)b[full + 1] << 8 : 0);

		*s++ = letter(v >> 18);
		*s++ = letter(v >> 12 & 63);
		if (rest > 1)
			*s++ = letter(v >> 6 & 63);
		else if (pad)
			*s++ = '=';
		if (pad)
			*s = '=';
	}
	out->len += len;
	return EVX_OK;
}

/* Takes the '=' off the end of padded text; false when there are too few or too many. */
static bool unpad(const char *s, size_t *n)
{
	size_t len = *n, pads = 0;

	if (len % 4 != 0)
		return false;
	while (pads < 2 && pads < len && s[len - 1 - pads] == '=')
		pads++;
	*n = len - pads;
	return true;
}

enum evx_err evx_base64_decode(const char *s, size_t n, bool pad, struct evx_buf *out)
{
	size_t i, rest, len;
	uint32_t bad = 0, v = 0;
	uint8_t *d;
	enum evx_err err;

	if (pad && !unpad(s, &n))
		return EVX_E_CORRUPT;
	rest = n % 4;
	if (rest == 1)
		return EVX_E_CORRUPT;
	len = n / 4 * 3 + (rest == 0 ? 0 : rest - 1);
	err = evx_buf_reserve(out, len);
	if (err != EVX_OK || len == 0)
		return err;
	d = out->data + out->len;
	for (i = 0; i < n; i++) {
		uint32_t c = value(s[i]);

		bad |= c;
		v = v << 6 | (c & 63);
		if (i % 4 == 3) {
			*d++ = (uint8_t)(v >> 16);
			*d++ = (uint8_t)(v >> 8);
			*d++ = (uint8_t)v;
		}
	}
	if (rest == 2) {
		*d = (uint8_t)(v >> 4);
		bad |= (v & 15) << 6;
	} else if (rest == 3) {
		d[0] = (uint8_t)(v >> 10);
		d[1] = (uint8_t)(v >> 2);
		bad |= (v & 3) << 6;
	}
	if (bad >= 64)
		return EVX_E_CORRUPT;
	out->len += len;
	return EVX_OK;
}
