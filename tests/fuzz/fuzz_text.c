/* Text forms of bytes: every decoder accepts one form only, so what decodes encodes to the same
 * text. The first byte chooses. */
#include "fuzz/fuzz.h"

#include "crypto/age.h"
#include "format/bagit.h"
#include "format/decimal.h"
#include "format/text.h"
#include "format/time.h"
#include "format/uuid.h"

static void base64(const uint8_t *p, size_t n, bool pad)
{
	struct evx_buf plain = EVX_BUF_INIT, text = EVX_BUF_INIT;

	if (evx_base64_decode((const char *)p, n, pad, &plain) == EVX_OK) {
		fuzz_check(evx_base64_encode(plain.data, plain.len, pad, &text) == EVX_OK);
		fuzz_check(fuzz_equal(&text, p, n));
	} else {
		fuzz_check(plain.len == 0);
	}
	evx_buf_free(&plain);
	evx_buf_free(&text);
}

static void keys(const uint8_t *p, size_t n)
{
	struct evx_secret *identity = NULL, *again = NULL;
	struct evx_buf text = EVX_BUF_INIT;
	char out[EVX_AGE_RECIPIENT_CAP];
	uint8_t pub[32];

	if (evx_age_recipient_decode((const char *)p, n, pub, NULL) == EVX_OK) {
		fuzz_check(evx_age_recipient_encode(pub, out) == EVX_OK);
		fuzz_check(strlen(out) == n && memcmp(out, p, n) == 0);
	}
	if (evx_age_identity_decode(p, n, &identity, NULL) == EVX_OK) {
		fuzz_check(evx_age_identity_encode(identity, &text) == EVX_OK);
		fuzz_check(evx_age_identity_decode(text.data, text.len, &again, NULL) == EVX_OK &&
			evx_secret_equal(identity, again));
	}
	evx_buf_free(&text);
	evx_secret_free(identity);
	evx_secret_free(again);
}

static void small(const uint8_t *p, size_t n)
{
	uint8_t hex[8];
	char text[2 * sizeof(hex) + 1], when[EVX_TIME_CAP], number[24];
	int64_t seconds;
	uint64_t value;

	if (evx_hex_decode((const char *)p, n, hex, sizeof(hex)) == EVX_OK) {
		evx_hex_encode(hex, sizeof(hex), text);
		fuzz_check(n == sizeof(text) - 1 && memcmp(text, p, n) == 0);
	}
	if (evx_time_decode((const char *)p, n, &seconds) == EVX_OK) {
		fuzz_check(evx_time_encode(seconds, when) == EVX_OK);
		fuzz_check(n == sizeof(when) - 1 && memcmp(when, p, n) == 0);
	}
	if (evx_decimal_parse(p, n, &value)) {
		(void)snprintf(number, sizeof(number), "%llu", (unsigned long long)value);
		fuzz_check(strlen(number) == n && memcmp(number, p, n) == 0 && value <= INT64_MAX);
	}
	fuzz_check(!evx_uuid_valid((const char *)p, n) || n == EVX_UUID_CAP - 1);
}

static void bag_info(const uint8_t *p, size_t n)
{
	struct evx_buf text = EVX_BUF_INIT;
	uint64_t bytes, packs;

	if (evx_bagit_info_decode(p, n, &bytes, &packs, NULL) == EVX_OK) {
		fuzz_check(evx_bagit_info_encode(bytes, packs, &text) == EVX_OK);
		fuzz_check(fuzz_equal(&text, p, n));
	}
	evx_buf_free(&text);
}

static void seal_code(const uint8_t *p, size_t n)
{
	char *s = fuzz_text(p, n), again[EVX_SEAL_CODE_CAP];
	uint8_t code[17], same[17], hash[32] = { 0 };

	if (evx_seal_code_parse(s, code) == EVX_OK) {
		memcpy(hash, code, sizeof(code));
		fuzz_check(evx_seal_code_matches(code, hash));
		evx_seal_code(hash, again);
		fuzz_check(evx_seal_code_parse(again, same) == EVX_OK &&
			memcmp(code, same, sizeof(code)) == 0);
		hash[0] ^= 1;
		fuzz_check(!evx_seal_code_matches(code, hash));
	}
	free(s);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	if (n < 1)
		return;
	switch (p[0]) {
	case 'p':
		base64(p + 1, n - 1, true);
		break;
	case 'u':
		base64(p + 1, n - 1, false);
		break;
	case 'k':
		keys(p + 1, n - 1);
		break;
	case 'i':
		bag_info(p + 1, n - 1);
		break;
	case 'c':
		seal_code(p + 1, n - 1);
		break;
	default:
		small(p + 1, n - 1);
	}
}

static void fuzz_seeds(void)
{
	const uint8_t hash[32] = { 0x12, 0x34 };
	char code[EVX_SEAL_CODE_CAP + 1] = "c";

	evx_seal_code(hash, code + 1);
	fuzz_seed_text(code);
	fuzz_seed_text("pTWFuIGlzIGRpc3Rpbmd1aXM=");
	fuzz_seed_text("uTWFuIGlzIGRpc3Rpbmd1aXM");
	fuzz_seed_text("kage1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p");
	fuzz_seed_text("k# created: "
		       "2024\nAGE-SECRET-KEY-"
		       "1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n");
	fuzz_seed_text("iPayload-Oxum: 12345.6\n");
	fuzz_seed_text("s2026-02-28T23:59:59Z");
	fuzz_seed_text("s00112233aabbccdd");
	fuzz_seed_text("s9223372036854775807");
	fuzz_seed_text("s5f0c3a52-7d1e-4c8b-9a3f-2b6d1e0f4a77");
}
