#include "testdata.h"

/* RFC 4648 section 10. */
static void base64_rfc_vectors(void **state)
{
	static const char *const pairs[][3] = { { "", "", "" }, { "f", "Zg==", "Zg" },
		{ "fo", "Zm8=", "Zm8" }, { "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" }, { "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" } };
	size_t i, pad;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		for (pad = 0; pad < 2; pad++) {
			const char *text = pairs[i][pad == 1 ? 1 : 2];
			struct evx_buf b = EVX_BUF_INIT;

			assert_int_equal(
				evx_base64_encode(pairs[i][0], strlen(pairs[i][0]), pad == 1, &b),
				EVX_OK);
			assert_int_equal(b.len, strlen(text));
			assert_memory_equal(
				b.data == NULL ? (const uint8_t *)"" : b.data, text, b.len);
			evx_buf_reset(&b);
			assert_int_equal(
				evx_base64_decode(text, strlen(text), pad == 1, &b), EVX_OK);
			assert_int_equal(b.len, strlen(pairs[i][0]));
			assert_memory_equal(
				b.data == NULL ? (const uint8_t *)"" : b.data, pairs[i][0], b.len);
			evx_buf_free(&b);
		}
	}
}

static void base64_all_lengths(void **state)
{
	uint8_t bytes[64];
	size_t n, i;
	int pad;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 151 + 7);
	for (n = 0; n <= sizeof(bytes); n++) {
		for (pad = 0; pad < 2; pad++) {
			struct evx_buf text = EVX_BUF_INIT, back = EVX_BUF_INIT;

			assert_int_equal(evx_base64_encode(bytes, n, pad == 1, &text), EVX_OK);
			assert_int_equal(evx_base64_decode((const char *)text.data, text.len,
						 pad == 1, &back),
				EVX_OK);
			assert_int_equal(back.len, n);
			if (n > 0)
				assert_memory_equal(back.data, bytes, n);
			evx_buf_free(&text);
			evx_buf_free(&back);
		}
	}
}

/* Exactly 64 byte values are letters, each with a value of its own. */
static void base64_alphabet(void **state)
{
	unsigned c, good = 0;
	uint64_t seen = 0;

	(void)state;
	for (c = 0; c < 256; c++) {
		char s[4] = { 'A', 'A', 'A', (char)c };
		struct evx_buf b = EVX_BUF_INIT;

		if (evx_base64_decode(s, 4, false, &b) == EVX_OK) {
			good++;
			seen |= UINT64_C(1) << b.data[2];
		}
		evx_buf_free(&b);
	}
	assert_int_equal(good, 64);
	assert_true(seen == UINT64_MAX);
}

static void base64_rejects(void **state)
{
	static const struct {
		const char *s;
		bool pad;
	} bad[] = {
		{ "Z", false },
		{ "Zm9vY", false },
		{ "Zg==", false },
		{ "Zm8=", false },
		{ "Zg", true },
		{ "Zg=", true },
		{ "Zm8", true },
		{ "Z===", true },
		{ "====", true },
		{ "Zm9v====", true },
		{ "Zh==", true },
		{ "Zh", false },
		{ "Zm9=", true },
		{ "Zm9", false },
		{ "Zm9v\n", false },
		{ "Zm 9v", false },
		{ "Zm-_", false },
		{ "Zg==Zg==", true },
		{ "Zm9v=", true },
		{ "Z=g=", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = EVX_BUF_INIT;

		assert_int_equal(evx_buf_adds(&b, "kept"), EVX_OK);
		if (evx_base64_decode(bad[i].s, strlen(bad[i].s), bad[i].pad, &b) != EVX_E_CORRUPT)
			fail_msg("accepted %s", bad[i].s);
		assert_int_equal(b.len, 4);
		evx_buf_free(&b);
	}
}

static void hex_both_ways(void **state)
{
	static const char *const bad[] = { "0", "000", "0G", "0F", "0x", " 0", "00 " };
	uint8_t all[256], back[256];
	char text[513];
	size_t i;

	(void)state;
	for (i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	evx_hex_encode(all, 256, text);
	assert_int_equal(strlen(text), 512);
	assert_memory_equal(text, "000102", 6);
	assert_memory_equal(text + 506, "fdfeff", 6);
	assert_int_equal(evx_hex_decode(text, 512, back, 256), EVX_OK);
	assert_memory_equal(all, back, 256);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(evx_hex_decode(bad[i], strlen(bad[i]), back, 1), EVX_E_CORRUPT);
	assert_int_equal(evx_hex_decode("00", 2, back, 0), EVX_E_CORRUPT);
	assert_int_equal(evx_hex_decode("", 0, back, 0), EVX_OK);
}

/* BIP 173: "Test vectors", Bech32 strings (all have whole bytes or zero padding when they decode to
 * bytes). */
static void bech32_bip173(void **state)
{
	static const char *const good[] = { "A12UEL5L", "a12uel5l",
		"an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbi"
		"o1tt5tgs",
		"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
		"11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
		"qqc8247j" };
	static const char *const bad[] = { " 1nwldj5",
		"\x7f"
		"1axkwrx",
		"\x80"
		"1eym55h",
		"pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "de1lg7wt\xff",
		"A1G7SGD8", "10a06t8", "1qzzfhee", "A12uEL5L", "a12uel5m", "", "1", "a1" };
	size_t i, hrp;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct evx_buf b = EVX_BUF_INIT;

		if (evx_bech32_decode(good[i], strlen(good[i]), &hrp, &b) != EVX_OK)
			fail_msg("rejected %s", good[i]);
		assert_int_equal(good[i][hrp], '1');
		evx_buf_free(&b);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = EVX_BUF_INIT;

		if (evx_bech32_decode(bad[i], strlen(bad[i]), &hrp, &b) != EVX_E_CORRUPT)
			fail_msg("accepted %s", bad[i]);
		assert_int_equal(hrp, 0);
		assert_int_equal(b.len, 0);
		evx_buf_free(&b);
	}
}

static void bech32_round_trips(void **state)
{
	uint8_t bytes[40];
	size_t n, i, hrp;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 73 + 200);
	for (n = 0; n <= sizeof(bytes); n++) {
		struct evx_buf text = EVX_BUF_INIT, back = EVX_BUF_INIT;

		assert_int_equal(evx_bech32_encode("evx", bytes, n, &text), EVX_OK);
		assert_int_equal(text.data[text.len], '\0');
		assert_int_equal(
			evx_bech32_decode((const char *)text.data, text.len, &hrp, &back), EVX_OK);
		assert_int_equal(hrp, 3);
		assert_int_equal(back.len, n);
		if (n > 0)
			assert_memory_equal(back.data, bytes, n);
		for (i = 0; i < text.len; i++) {
			uint8_t was = text.data[i];

			text.data[i] ^= 1;
			assert_int_not_equal(
				evx_bech32_decode((const char *)text.data, text.len, &hrp, &back),
				EVX_OK);
			text.data[i] = was;
			assert_int_not_equal(
				evx_bech32_decode((const char *)text.data, i, &hrp, &back), EVX_OK);
		}
		evx_buf_free(&text);
		evx_buf_free(&back);
	}
	assert_int_equal(
		evx_bech32_encode("Evx", bytes, 1, &(struct evx_buf)EVX_BUF_INIT), EVX_E_USAGE);
	assert_int_equal(
		evx_bech32_encode("", bytes, 1, &(struct evx_buf)EVX_BUF_INIT), EVX_E_USAGE);
	assert_int_equal(
		evx_bech32_encode("a b", bytes, 1, &(struct evx_buf)EVX_BUF_INIT), EVX_E_USAGE);
}

/* Right check letters over groups whose left-over bits are not zero, or too many, are no canonical
 * form. */
static void bech32_padding(void **state)
{
	/* Groups: 0; 31 31; 31 29; 0 0 0; 0 0 0 0 0 0. */
	static const char *const bad[] = { "evx1q0xset8", "evx1lljmsk4z", "evx1lap734x0",
		"evx1qqqtf0cwa", "evx1qqqqqqakz9tc" };
	size_t i, hrp;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = EVX_BUF_INIT;

		assert_int_equal(
			evx_bech32_decode(bad[i], strlen(bad[i]), &hrp, &b), EVX_E_CORRUPT);
		assert_int_equal(b.len, 0);
		evx_buf_free(&b);
	}
	{ /* groups 31 28: one byte and two zero bits */
		struct evx_buf b = EVX_BUF_INIT;

		assert_int_equal(evx_bech32_decode("EVX1LUUG9QMA", 12, &hrp, &b), EVX_OK);
		assert_int_equal(b.len, 1);
		assert_int_equal(b.data[0], 0xff);
		evx_buf_free(&b);
	}
}

static void seal_code(void **state)
{
	uint8_t hash[32], code[17], before[17];
	char text[EVX_SEAL_CODE_CAP], typed[128];
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < sizeof(hash); i++)
		hash[i] = (uint8_t)(0xff - 7 * i);
	evx_seal_code(hash, text);
	assert_int_equal(strlen(text), 39);
	for (i = 0; i < 39; i++)
		assert_true(i % 5 == 4 ? text[i] == '-' :
					 (text[i] >= '0' && text[i] <= '9') ||
					(text[i] >= 'A' && text[i] <= 'Z'));
	assert_int_equal(evx_seal_code_parse(text, code), EVX_OK);
	assert_true(evx_seal_code_matches(code, hash));
	memcpy(before, code, sizeof(code));
	for (i = 0; i < 39; i++) { /* as typed: lower case, blanks for dashes, blanks inside */
		typed[n++] = text[i] == '-' ? ' ' :
			(text[i] >= 'A' && text[i] <= 'Z' && i % 2 == 0) ?
					      (char)(text[i] - 'A' + 'a') :
					      text[i];
		if (i % 7 == 0)
			typed[n++] = '-';
	}
	typed[n] = '\0';
	assert_int_equal(evx_seal_code_parse(typed, code), EVX_OK);
	assert_memory_equal(code, before, sizeof(code));
	for (i = 0; i < 256; i++) { /* exactly the first 130 bits count */
		hash[i / 8] ^= (uint8_t)(0x80 >> i % 8);
		assert_int_equal(evx_seal_code_matches(code, hash), i >= 130);
		hash[i / 8] ^= (uint8_t)(0x80 >> i % 8);
	}
}

/* The letter of a code that one beside its alphabet is taken for. */
static char looks_like(char c)
{
	return c == 'O' ? '0' : c == 'I' || c == '1' ? 'L' : c == 'B' ? '8' : c;
}

/* A code that one wrong letter, a swap of neighbours, a missing or an added letter turns into
 * another is caught. */
static void seal_code_typing_errors(void **state)
{
	static const char alphabet[] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LBIO1!";
	uint8_t hash[32] = { 1, 2, 3, 4, 5, 0x80, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0xc0 },
		code[17];
	char text[EVX_SEAL_CODE_CAP], bad[EVX_SEAL_CODE_CAP + 1];
	size_t i, k;

	(void)state;
	evx_seal_code(hash, text);
	for (i = 0; i < 39; i++) {
		memcpy(bad, text, sizeof(text));
		for (k = 0; text[i] != '-' && k < sizeof(alphabet) - 1; k++) {
			bad[i] = alphabet[k];
			assert_int_equal(evx_seal_code_parse(bad, code),
				looks_like(alphabet[k]) == text[i] ? EVX_OK : EVX_E_CORRUPT);
		}
		memcpy(bad, text, sizeof(text));
		if (text[i] != '-' && text[i + 1] != '-' && text[i + 1] != '\0' &&
			text[i] != text[i + 1]) {
			bad[i] = text[i + 1];
			bad[i + 1] = text[i];
			assert_int_equal(evx_seal_code_parse(bad, code), EVX_E_CORRUPT);
		}
		memcpy(bad, text, i);
		bad[i] = '\0';
		assert_int_equal(evx_seal_code_parse(bad, code),
			i - i / 5 < 8 ? EVX_E_CORRUPT : EVX_E_TRUNCATED);
		for (k = 0; k < 17; k++)
			assert_int_equal(code[k], 0);
	}
	memcpy(bad, text, 39);
	memcpy(bad + 39, "Q", 2);
	assert_int_equal(evx_seal_code_parse(bad, code), EVX_E_CORRUPT);
	for (i = 0; i < 17; i++)
		assert_int_equal(code[i], 0);
}

/* The beginning of a code has as many bits of the hash as its letters say. */
static void seal_code_beginning(void **state)
{
	uint8_t hash[32], code[17];
	char text[EVX_SEAL_CODE_CAP], part[EVX_SEAL_CODE_CAP];
	unsigned nbits, n, i;

	(void)state;
	for (i = 0; i < sizeof(hash); i++)
		hash[i] = (uint8_t)(0x5b + 29 * i);
	evx_seal_code(hash, text);
	for (n = 0; n < 39; n++) {
		const unsigned letters = n - n / 5, want = 5 * (letters < 26 ? letters : 26);

		memcpy(part, text, n);
		part[n] = '\0';
		assert_int_equal(evx_seal_code_read(part, code, &nbits),
			letters < 8 ? EVX_E_CORRUPT : EVX_E_TRUNCATED);
		assert_int_equal(nbits, letters < 8 ? 0 : want);
		for (i = 0; i < 130; i++)
			assert_int_equal(code[i / 8] >> (7 - i % 8) & 1,
				i < nbits ? hash[i / 8] >> (7 - i % 8) & 1 : 0);
	}
	assert_int_equal(evx_seal_code_read(text, code, &nbits), EVX_OK);
	assert_int_equal(nbits, 130);
	assert_int_equal(evx_seal_code_read("AAAA-BBBB-U*", code, &nbits), EVX_E_CORRUPT);
	assert_int_equal(nbits, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_rfc_vectors),
		cmocka_unit_test(base64_all_lengths),
		cmocka_unit_test(base64_alphabet),
		cmocka_unit_test(base64_rejects),
		cmocka_unit_test(hex_both_ways),
		cmocka_unit_test(bech32_bip173),
		cmocka_unit_test(bech32_round_trips),
		cmocka_unit_test(bech32_padding),
		cmocka_unit_test(seal_code),
		cmocka_unit_test(seal_code_typing_errors),
		cmocka_unit_test(seal_code_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
