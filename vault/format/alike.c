#include "format/alike.h"

#include <string.h>

/* What a letter looks like, where that is a Latin letter; '.' where it is itself. */
static const char latin_1[] = /* U+00C0 to U+024F */
	"aaaaaa.ceeeeiiiidnooooo.ouuuuypbaaaaaa.ceeeeiiiidnooooo.ouuuuypy"
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkkkllllll."
	".llnnnnnn.nnoooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
	"b..b..............f......k......oo.............uu..............."
	"l............aaiioouuuuuuuuuu.aaaa....ggkkoooo..j...gg..nnaa...."
	"aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............"
	"................";
static const char latin_2[] = /* U+1E00 to U+1EFF */
	"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
	"mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
	"wwwwwwwwwwxxxxyyzzzzzzhtwy......aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
	"eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";
/* Letters of Greek, Cyrillic and Armenian. */
static const struct { uint16_t code; char looks; } strangers[] = {
	{ 0x0391, 'a' }, { 0x0392, 'b' }, { 0x0395, 'e' }, { 0x0396, 'z' }, { 0x0397, 'h' }, { 0x0399, 'i' }, { 0x039a, 'k' }, { 0x039c, 'm' },
	{ 0x039d, 'n' }, { 0x039f, 'o' }, { 0x03a1, 'p' }, { 0x03a4, 't' }, { 0x03a5, 'y' }, { 0x03a7, 'x' }, { 0x03ac, 'a' }, { 0x03ad, 'e' },
	{ 0x03af, 'i' }, { 0x03b1, 'a' }, { 0x03b3, 'y' }, { 0x03b5, 'e' }, { 0x03b7, 'n' }, { 0x03b9, 'i' }, { 0x03ba, 'k' }, { 0x03bd, 'v' },
	{ 0x03bf, 'o' }, { 0x03c1, 'p' }, { 0x03c4, 't' }, { 0x03c5, 'u' }, { 0x03c7, 'x' }, { 0x03c9, 'w' }, { 0x03cc, 'o' }, { 0x03f2, 'c' },
	{ 0x03f3, 'j' }, { 0x03f4, 'o' }, { 0x03f5, 'e' }, { 0x0401, 'e' }, { 0x0405, 's' }, { 0x0406, 'i' }, { 0x0407, 'i' }, { 0x0408, 'j' },
	{ 0x0410, 'a' }, { 0x0412, 'b' }, { 0x0415, 'e' }, { 0x041a, 'k' }, { 0x041c, 'm' }, { 0x041d, 'h' }, { 0x041e, 'o' }, { 0x0420, 'p' },
	{ 0x0421, 'c' }, { 0x0422, 't' }, { 0x0423, 'y' }, { 0x0425, 'x' }, { 0x0430, 'a' }, { 0x0432, 'b' }, { 0x0433, 'r' }, { 0x0435, 'e' },
	{ 0x0437, '3' }, { 0x0438, 'u' }, { 0x043a, 'k' }, { 0x043c, 'm' }, { 0x043d, 'h' }, { 0x043e, 'o' }, { 0x043f, 'n' }, { 0x0440, 'p' },
	{ 0x0441, 'c' }, { 0x0442, 't' }, { 0x0443, 'y' }, { 0x0445, 'x' }, { 0x044c, 'b' }, { 0x0451, 'e' }, { 0x0455, 's' }, { 0x0456, 'i' },
	{ 0x0457, 'i' }, { 0x0458, 'j' }, { 0x0475, 'v' }, { 0x0491, 'r' }, { 0x04ba, 'h' }, { 0x04bb, 'h' }, { 0x04c0, 'l' }, { 0x04cf, 'l' },
	{ 0x0500, 'd' }, { 0x0501, 'd' }, { 0x051a, 'q' }, { 0x051b, 'q' }, { 0x051c, 'w' }, { 0x051d, 'w' }, { 0x053c, 'l' }, { 0x054d, 'u' },
	{ 0x054f, 's' }, { 0x0555, 'o' }, { 0x0566, 'q' }, { 0x0570, 'h' }, { 0x0578, 'n' }, { 0x057d, 'u' }, { 0x0581, 'g' }, { 0x0585, 'o' },
};

struct range {
	uint32_t first, last;
};

/* Nothing of these is seen, or nothing but space. */
static const struct range unseen[] = { { 0x0000, 0x0020 }, { 0x007f, 0x00a0 }, { 0x00ad, 0x00ad }, { 0x0300, 0x036f },
	{ 0x061c, 0x061c }, { 0x115f, 0x1160 }, { 0x1680, 0x1680 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x2000, 0x206f }, { 0x20d0, 0x20ff },
	{ 0x3000, 0x3000 }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xe0000, 0xe0fff } };
/* Those of them that no name needs: they join, hide, reverse. */
static const struct range hidden[] = { { 0x00ad, 0x00ad }, { 0x034f, 0x034f }, { 0x061c, 0x061c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
	{ 0xff01, 0xff5e }, { 0xffa0, 0xffa0 }, { 0x1d400, 0x1d7ff }, { 0xe0000, 0xe0fff } };

#define IN(table, c) in_ranges(table, sizeof table / sizeof table[0], c)

static bool in_ranges(const struct range *at, size_t n, uint32_t c)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (c >= at[i].first && c <= at[i].last)
			return true;
	return false;
}

/* The next code point of a text that is UTF-8. */
static uint32_t next_code(const uint8_t **p)
{
	uint32_t c = *(*p)++;
	unsigned more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	c &= more == 0 ? 0xffu : 0x3fu >> more;
	for (; more > 0 && **p != 0; more--)
		c = c << 6 | (*(*p)++ & 0x3fu);
	return c;
}

static enum evx_err put_code(struct evx_buf *out, uint32_t c)
{
	uint8_t b[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;

	if (n == 1)
		return evx_buf_add_u8(out, (uint8_t)c);
	for (i = n - 1; i > 0; i--, c >>= 6)
		b[i] = (uint8_t)(0x80 | (c & 0x3f));
	b[0] = (uint8_t)((0xf00u >> n & 0xffu) | c);
	return evx_buf_add(out, b, n);
}

static bool is_stranger(uint32_t c)
{
	return c >= 0x370 && c <= 0x58f;
}

/* The Latin letter or digit that c looks like, or c. */
static uint32_t plain(uint32_t c)
{
	char looks = '.';
	size_t i;

	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xff01 + '!';
	if (c >= 0x1d400 && c <= 0x1d6a3)
		return (c - 0x1d400) % 26 + 'a';
	if (c >= 0x1d7ce && c <= 0x1d7ff)
		return (c - 0x1d7ce) % 10 + '0';
	if (c >= 0xc0 && c < 0xc0 + sizeof latin_1 - 1)
		looks = latin_1[c - 0xc0];
	else if (c >= 0x1e00 && c < 0x1e00 + sizeof latin_2 - 1)
		looks = latin_2[c - 0x1e00];
	else if (is_stranger(c))
		for (i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
			if (strangers[i].code == c)
				looks = strangers[i].looks;
	if (looks != '.')
		return (uint32_t)looks;
	/* Capitals of the scripts above stand a fixed step before their small letters. */
	return (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f) ? c + 0x20 : c >= 0x400 && c <= 0x40f ? c + 0x50 : c;
}

/* ASCII folded further: what is left is one sign for each shape; 0 for what goes. */
static uint32_t fold(uint32_t c)
{
	static const char from[] = "015i8|$@", to[] = "olslblsa";
	const char *at;

	if (c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	if (c == 0 || c >= 0x80)
		return c;
	if ((at = strchr(from, (int)c)) != NULL)
		return (uint32_t)to[at - from];
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : 0;
}

enum evx_err evx_alike_skeleton(const char *s, struct evx_buf *out)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t start = out->len;
	enum evx_err err = EVX_OK;

	while (err == EVX_OK && *p != 0) {
		uint32_t c = next_code(&p);
		uint8_t *last;

		if (IN(unseen, c) || (c = fold(plain(c))) == 0)
			continue;
		last = out->len > start ? &out->data[out->len - 1] : NULL;
		if (last != NULL && c == 'n' && *last == 'r')
			*last = 'm';
		else if (last != NULL && c == 'v' && *last == 'v')
			*last = 'w';
		else
			err = put_code(out, c);
	}
	return err;
}

enum evx_err evx_alike_names(const char *a, const char *b, bool *alike)
{
	struct evx_buf one = EVX_BUF_INIT, two = EVX_BUF_INIT;
	enum evx_err err = evx_alike_skeleton(a, &one);

	*alike = false;
	if (err == EVX_OK)
		err = evx_alike_skeleton(b, &two);
	if (err == EVX_OK)
		*alike = one.len == two.len && (one.len == 0 || memcmp(one.data, two.data, one.len) == 0);
	evx_buf_free(&one);
	evx_buf_free(&two);
	return err;
}

bool evx_alike_disguised(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	bool latin = false, stranger = false;

	while (*p != 0) {
		uint32_t c = next_code(&p);

		if (IN(hidden, c))
			return true;
		if (c == ' ' || c == '-')
			latin = stranger = false;
		latin = latin || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0xc0 && c < 0x250);
		stranger = stranger || is_stranger(c);
		if (latin && stranger)
			return true;
	}
	return false;
}
