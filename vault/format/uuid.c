/* Version 4 UUIDs. */
#include "format/uuid.h"

#include <string.h>

#include "format/limits.h"
#include "format/text.h"

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
	return s[VERSION_AT] == '4' &&
		(s[VARIANT_AT] == '8' || s[VARIANT_AT] == '9' || s[VARIANT_AT] == 'a' ||
			s[VARIANT_AT] == 'b');
}

bool evx_uuid_bytes(const char *s, size_t n, uint8_t out[16])
{
	char digits[32];
	size_t at = 0;

	memset(out, 0, 16);
	if (!evx_uuid_valid(s, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] != '-')
			digits[at++] = s[i];
	return evx_hex_decode(digits, sizeof(digits), out, 16) == EVX_OK;
}

void evx_uuid_text(const uint8_t bytes[16], char out[EVX_UUID_CAP])
{
	char hex[33];
	size_t at = 0;

	evx_hex_encode(bytes, 16, hex);
	for (size_t i = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			out[at++] = '-';
		out[at++] = hex[i];
	}
	out[at] = '\0';
}

void evx_uuid_v4(const uint8_t random[16], char out[EVX_UUID_CAP])
{
	uint8_t bytes[16];

	memcpy(bytes, random, sizeof(bytes));
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	evx_uuid_text(bytes, out);
}
