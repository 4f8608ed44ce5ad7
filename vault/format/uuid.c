#include "format/uuid.h"

#include "format/limits.h"

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Offset of the version digit and of the one that holds the variant. */
#define VERSION_AT 14
#define VARIANT_AT 19

bool evx_uuid_valid(const char *s, size_t n)
{
	size_t i;

	if (n != EVX_UUID_LEN)
		return false;
	for (i = 0; i < n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !is_hex(s[i]))
			return false;
	}
	return s[VERSION_AT] == '4' && (s[VARIANT_AT] == '8' || s[VARIANT_AT] == '9' || s[VARIANT_AT] == 'a' || s[VARIANT_AT] == 'b');
}

void evx_uuid_v4(const uint8_t random[16], char out[EVX_UUID_CAP])
{
	static const char digits[] = "0123456789abcdef";
	size_t i, at = 0;

	for (i = 0; i < 16; i++) {
		unsigned b = random[i];

		if (i == 6)
			b = (b & 0x0f) | 0x40;
		if (i == 8)
			b = (b & 0x3f) | 0x80;
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = digits[b >> 4];
		out[at++] = digits[b & 15];
	}
	out[at] = '\0';
}
