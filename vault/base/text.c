/* UTF-8 checked, hostile text escaped for people. */
#include "base/path.h"

#include <stdio.h>
#include <string.h>

/* Table 3-7 of the Unicode standard. */
size_t evx_utf8_next(const void *text, size_t n, uint32_t *code)
{
	const uint8_t *p = text;
	uint8_t low = 0x80, high = 0xbf;
	size_t len, i;

	*code = p[0];
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (len > n || p[1] < low || p[1] > high)
		return 0;
	*code = p[0] & (0x7fU >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3fU);
	}
	return len;
}

bool evx_utf8_valid(const void *p, size_t n)
{
	const uint8_t *s = p;
	uint64_t eight;
	uint32_t code;
	size_t i = 0, len;

	while (i < n) {
		if (n - i >= sizeof(eight)) {
			memcpy(&eight, s + i, sizeof(eight));
			if ((eight & 0x8080808080808080U) == 0) {
				i += sizeof(eight);
				continue;
			}
		}
		len = evx_utf8_next(s + i, n - i, &code);
		if (len == 0)
			return false;
		i += len;
	}
	return true;
}

/* Characters that show nothing, or reorder or hide what stands around them. In ascending order. */
static const struct {
	uint32_t first, last;
} unseen[] = {
	{ 0x00, 0x1f },       /* C0 controls */
	{ 0x5c, 0x5c },       /* the backslash, so that an escape cannot be imitated */
	{ 0x7f, 0x9f },       /* DEL and C1 controls */
	{ 0xad, 0xad },       /* soft hyphen */
	{ 0x34f, 0x34f },     /* combining grapheme joiner */
	{ 0x61c, 0x61c },     /* Arabic letter mark (bidi) */
	{ 0x115f, 0x1160 },   /* Hangul fillers */
	{ 0x17b4, 0x17b5 },   /* Khmer inherent vowels */
	{ 0x180b, 0x180f },   /* Mongolian variation selectors, vowel separator */
	{ 0x200b, 0x200f },   /* zero-width characters, bidi marks */
	{ 0x2028, 0x202e },   /* line and paragraph separators, bidi embeddings */
	{ 0x2060, 0x206f },   /* word joiner, invisible operators, bidi isolates, deprecated formats
			       */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xfe00, 0xfe0f },   /* variation selectors */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xffa0, 0xffa0 },   /* Hangul filler, half width */
	{ 0xfff9, 0xfffb },   /* interlinear annotations */
	{ 0x1d173, 0x1d17a }, /* musical format characters */
	{ 0xe0000, 0xe0fff }, /* tags, variation selectors, reserved ignorables */
};

static bool printable(uint32_t code)
{
	size_t i;

	for (i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		if (code <= unseen[i].last)
			return code < unseen[i].first;
	return true;
}

#define PIECE_MAX 16

/* Writes what stands for the character at p; *used is how many bytes of p it covers. Returns its
 * length. */
static size_t piece(const uint8_t *p, size_t n, char out[PIECE_MAX], size_t *used)
{
	uint32_t code;
	size_t len = evx_utf8_next(p, n, &code);

	*used = len > 0 ? len : 1;
	if (len > 0 && printable(code)) {
		memcpy(out, p, len);
		return len;
	}
	if (len <= 1)
		return (size_t)snprintf(out, PIECE_MAX, "\\x%02x", (unsigned)p[0]);
	return (size_t)snprintf(out, PIECE_MAX, "\\u{%x}", (unsigned)code);
}

char *evx_text_escape(const void *p, size_t n, char *out, size_t cap)
{
	static const char dots[] = "...";
	const uint8_t *s = p;
	char next[PIECE_MAX];
	size_t i = 0, len = 0, cut = 0, used, m;

	if (cap == 0)
		return out;
	while (i < n) {
		/* cut: the last place between characters where the dots still fit. */
		if (len + sizeof(dots) <= cap)
			cut = len;
		m = piece(s + i, n - i, next, &used);
		if (m >= cap - len) {
			m = cap - cut < sizeof(dots) ? cap - cut - 1 : sizeof(dots) - 1;
			memcpy(out + cut, dots, m);
			len = cut + m;
			break;
		}
		memcpy(out + len, next, m);
		len += m;
		i += used;
	}
	out[len] = '\0';
	return out;
}
