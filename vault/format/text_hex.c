#include "format/text.h"

void evx_hex_encode(const uint8_t *p, size_t n, char *out)
{
	static const char digits[16] = { '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f' };
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
}

/* The value of a lower-case digit, or 16. */
static unsigned digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	return 16;
}

enum evx_err evx_hex_decode(const char *s, size_t slen, uint8_t *out, size_t n)
{
	size_t i;

	if (slen / 2 != n || slen % 2 != 0)
		return EVX_E_CORRUPT;
	for (i = 0; i < n; i++) {
		if (digit(s[2 * i]) > 15 || digit(s[2 * i + 1]) > 15)
			return EVX_E_CORRUPT;
	}
	for (i = 0; i < n; i++)
		out[i] = (uint8_t)(digit(s[2 * i]) << 4 | digit(s[2 * i + 1]));
	return EVX_OK;
}
