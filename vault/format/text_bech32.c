/* Bech32 of age recipients and keys. */
#include <string.h>

#include "format/text.h"

/* Bech32 (BIP 173): prefix, '1', groups of five bits as letters, six check letters over prefix and
 * groups. */

#define CHECK_LEN 6u

static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static char lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? (char)(c - 'A' + 'a') : c;
}

/* The five bits that a lower-case letter stands for, or 32. */
static unsigned group_of(char c)
{
	const char *at = memchr(letters, c, sizeof(letters) - 1);

	return at == NULL ? 32 : (unsigned)(at - letters);
}

static uint32_t sum_step(uint32_t sum, unsigned group)
{
	static const uint32_t generator[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
		0x2a1462b3 };
	uint32_t top = sum >> 25;
	unsigned i;

	sum = (sum & 0x1ffffff) << 5 ^ group;
	for (i = 0; i < 5; i++)
		sum ^= (0 - (top >> i & 1)) & generator[i];
	return sum;
}

/* The checksum's state after the prefix, whose case does not count. */
static uint32_t sum_start(const char *hrp, size_t n)
{
	uint32_t sum = 1;
	size_t i;

	for (i = 0; i < n; i++)
		sum = sum_step(sum, (unsigned char)lower(hrp[i]) >> 5);
	sum = sum_step(sum, 0);
	for (i = 0; i < n; i++)
		sum = sum_step(sum, (unsigned char)lower(hrp[i]) & 31);
	return sum;
}

static void sum_letters(uint32_t sum, char out[CHECK_LEN])
{
	unsigned i;

	for (i = 0; i < CHECK_LEN; i++)
		sum = sum_step(sum, 0);
	sum ^= 1;
	for (i = 0; i < CHECK_LEN; i++)
		out[i] = letters[sum >> (5 * (CHECK_LEN - 1 - i)) & 31];
}

/* The i-th group of five bits of the n bytes at p; bits past the end are zero. */
static unsigned group_at(const uint8_t *p, size_t n, size_t i)
{
	size_t byte = i * 5 / 8, shift = i * 5 % 8;
	unsigned pair = (unsigned)p[byte] << 8 | (byte + 1 < n ? p[byte + 1] : 0u);

	return pair >> (11 - shift) & 31;
}

enum evx_err evx_bech32_encode(const char *hrp, const uint8_t *p, size_t n, struct evx_buf *out)
{
	size_t hrp_len = strlen(hrp), groups, i;
	uint32_t sum;
	char *s;
	enum evx_err err;

	for (i = 0; i < hrp_len; i++) {
		if (hrp[i] < 33 || hrp[i] > 126 || lower(hrp[i]) != hrp[i])
			return EVX_E_USAGE;
	}
	if (hrp_len == 0)
		return EVX_E_USAGE;
	if (n > SIZE_MAX / 16 || hrp_len > SIZE_MAX / 16)
		return EVX_E_LIMIT;
	groups = (n * 8 + 4) / 5;
	err = evx_buf_reserve(out, hrp_len + 1 + groups + CHECK_LEN + 1);
	if (err != EVX_OK)
		return err;
	s = (char *)out->data + out->len;
	memcpy(s, hrp, hrp_len);
	s[hrp_len] = '1';
	s += hrp_len + 1;
	sum = sum_start(hrp, hrp_len);
	for (i = 0; i < groups; i++) {
		unsigned g = group_at(p, n, i);

		sum = sum_step(sum, g);
		*s++ = letters[g];
	}
	sum_letters(sum, s);
	s[CHECK_LEN] = '\0';
	out->len += hrp_len + 1 + groups + CHECK_LEN;
	return EVX_OK;
}

/* True when s is printable ASCII of one case only. */
static bool one_case(const char *s, size_t n)
{
	bool has_lower = false, has_upper = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] < 33 || s[i] > 126)
			return false;
		has_lower |= s[i] >= 'a' && s[i] <= 'z';
		has_upper |= s[i] >= 'A' && s[i] <= 'Z';
	}
	return !(has_lower && has_upper);
}

/* True when every one of the n characters is a Bech32 letter and the last six are the right check
 * letters. */
static bool check_ok(uint32_t sum, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned g = group_of(lower(s[i]));

		if (g > 31)
			return false;
		sum = sum_step(sum, g);
	}
	return sum == 1;
}

/* Joins groups to bytes; false when the bits left over are five or more, or not zero. */
static bool join_groups(const char *s, size_t groups, uint8_t *out)
{
	uint32_t acc = 0;
	unsigned bits = 0;
	size_t i;

	for (i = 0; i < groups; i++) {
		acc = (acc << 5 | group_of(lower(s[i]))) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			*out++ = (uint8_t)(acc >> bits);
		}
	}
	return bits < 5 && (acc & ((1u << bits) - 1)) == 0;
}

enum evx_err evx_bech32_decode(const char *s, size_t n, size_t *hrp_len, struct evx_buf *out)
{
	const char *one = memrchr(s, '1', n);
	size_t hrp, groups, len;
	enum evx_err err;

	*hrp_len = 0;
	if (one == NULL || one == s || !one_case(s, n))
		return EVX_E_CORRUPT;
	hrp = (size_t)(one - s);
	if (n - hrp - 1 < CHECK_LEN || !check_ok(sum_start(s, hrp), one + 1, n - hrp - 1))
		return EVX_E_CORRUPT;
	groups = n - hrp - 1 - CHECK_LEN;
	len = groups / 8 * 5 + groups % 8 * 5 / 8;
	err = evx_buf_reserve(out, len + 1);
	if (err != EVX_OK)
		return err;
	if (!join_groups(one + 1, groups, out->data + out->len))
		return EVX_E_CORRUPT;
	out->len += len;
	*hrp_len = hrp;
	return EVX_OK;
}

/* Seal code: 26 data letters (130 bits) and the check letters, by four. */

#define CODE_DATA 26u
#define CODE_LEN (CODE_DATA + CHECK_LEN)
#define CODE_PREFIX 8u /* letters that a beginning must have to find an exhibit */

void evx_seal_code(const uint8_t hash[32], char out[EVX_SEAL_CODE_CAP])
{
	char plain[CODE_LEN];
	uint32_t sum = sum_start("evx", 3);
	size_t i;

	for (i = 0; i < CODE_DATA; i++) {
		unsigned g = group_at(hash, 32, i);

		sum = sum_step(sum, g);
		plain[i] = letters[g];
	}
	sum_letters(sum, plain + CODE_DATA);
	for (i = 0; i < CODE_LEN; i++) {
		char c = plain[i];

		*out++ = (c >= 'a' && c <= 'z') ? (char)(c - 'a' + 'A') : c;
		if (i % 4 == 3 && i + 1 < CODE_LEN)
			*out++ = '-';
	}
	*out = '\0';
}

/* The letter that a person meant: four that no code has look like ones that codes have. */
static char meant(char c)
{
	c = lower(c);
	switch (c) {
	case 'o':
		return '0';
	case 'i':
	case '1':
		return 'l';
	case 'b':
		return '8';
	default:
		return c;
	}
}

enum evx_err evx_seal_code_read(const char *s, uint8_t out[17], unsigned *nbits)
{
	char plain[CODE_LEN] = { 0 };
	uint8_t bits[17] = { 0 };
	size_t n = 0, i;

	memset(out, 0, 17);
	*nbits = 0;
	for (; *s != '\0'; s++) {
		if (*s == ' ' || *s == '-')
			continue;
		if (n == CODE_LEN || group_of(meant(*s)) >= 32)
			return EVX_E_CORRUPT;
		plain[n++] = meant(*s);
	}
	if (n < CODE_PREFIX || (n == CODE_LEN && !check_ok(sum_start("evx", 3), plain, n)))
		return EVX_E_CORRUPT;
	for (i = 0; i < CODE_DATA && i < n; i++) {
		unsigned g = group_of(plain[i]), shift = 11 - (unsigned)(i * 5 % 8);

		bits[i * 5 / 8] |= (uint8_t)(g << shift >> 8);
		if (i * 5 / 8 + 1 < sizeof(bits))
			bits[i * 5 / 8 + 1] |= (uint8_t)(g << shift);
	}
	memcpy(out, bits, sizeof(bits));
	*nbits = 5 * (unsigned)i;
	return n == CODE_LEN ? EVX_OK : EVX_E_TRUNCATED;
}

enum evx_err evx_seal_code_parse(const char *s, uint8_t out[17])
{
	unsigned nbits;
	enum evx_err err = evx_seal_code_read(s, out, &nbits);

	if (err == EVX_OK)
		return err;
	memset(out, 0, 17);
	return err;
}

bool evx_seal_code_matches(const uint8_t code[17], const uint8_t hash[32])
{
	return memcmp(code, hash, 16) == 0 && code[16] == (hash[16] & 0xc0);
}
