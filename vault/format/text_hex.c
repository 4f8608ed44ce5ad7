/* Hexadecimal. */
#include "format/text.h"

void evx_hex_encode(const uint8_t *p, size_t n, char *out)
{
	static const char digits[16] = { '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b',
		'c', 'd', 'e', 'f' };
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
}

/* One more than the value of a lower-case digit; 0 for what is none. Listings are full of digests,
 * so this is looked up. */
static const uint8_t digits_in[256] = {
	['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
};

enum evx_err evx_hex_decode(const char *s, size_t slen, uint8_t *out, size_t n)
{
	bool wrong = false;
	size_t i;

	if (slen / 2 != n || slen % 2 != 0)
		return EVX_E_CORRUPT;
	for (i = 0; i < slen; i++)
		wrong |= digits_in[(uint8_t)s[i]] == 0;
	for (i = 0; i < n && !wrong; i++)
		out[i] = (uint8_t)((digits_in[(uint8_t)s[2 * i]] - 1) << 4 |
			(digits_in[(uint8_t)s[2 * i + 1]] - 1));
	return wrong ? EVX_E_CORRUPT : EVX_OK;
}
