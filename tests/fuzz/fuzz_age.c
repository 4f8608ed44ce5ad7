/* age files: the reader over any bytes, and what the writer makes of any plaintext, with one bit
 * changed. An input that begins with 'w' is written and read back; every other one is an age file.
 */
#include "fuzz/fuzz.h"

#include "crypto/age.h"

static struct evx_secret *identity, *passphrase;
static uint8_t pub[1][32];

static void read_back(const uint8_t *p, size_t n)
{
	const struct evx_secret *ids[1] = { identity };
	struct evx_age_open open = { ids, 1, NULL, 0 };
	struct evx_buf file = EVX_BUF_INIT, plain = EVX_BUF_INIT;
	size_t bit = n > 3 ? (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3] : 0;

	fuzz_check(evx_age_encrypt((const uint8_t(*)[32])pub, 1, p, n, &file, NULL) == EVX_OK);
	fuzz_check(evx_age_decrypt(&open, false, file.data, file.len, &plain, NULL) == EVX_OK);
	fuzz_check(fuzz_equal(&plain, p, n));
	evx_buf_reset(&plain);
	bit %= file.len * 8;
	file.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	fuzz_check(evx_age_decrypt(&open, false, file.data, file.len, &plain, NULL) != EVX_OK);
	fuzz_check(plain.len <= n && (plain.len == 0 || memcmp(plain.data, p, plain.len) == 0));
	evx_buf_free(&plain);
	evx_buf_free(&file);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	const struct evx_secret *ids[1] = { identity };
	struct evx_age_open open = { ids, 1, passphrase, 4 };
	struct evx_buf plain = EVX_BUF_INIT;
	struct evx_age_header h;
	enum evx_err header, err;
	struct evx_diag diag = { 0 };

	if (n > 0 && p[0] == 'w') {
		read_back(p, n);
		return;
	}
	header = evx_age_inspect(p, n, &h, NULL);
	fuzz_check(header == EVX_OK || h.x25519 + h.scrypt + h.other == 0);
	fuzz_check(header != EVX_OK || h.x25519 + h.scrypt + h.other > 0);
	err = evx_age_decrypt(&open, false, p, n, &plain, &diag);
	fuzz_check(err == diag.code);
	fuzz_check(err != EVX_OK || (header == EVX_OK && h.x25519 + h.scrypt > 0));
	evx_buf_reset(&plain);
	(void)!evx_age_decrypt(&open, true, p, n, &plain, NULL);
	evx_buf_free(&plain);
}

static void fuzz_seeds(void)
{
	static const char text[] = "what is inside";
	struct evx_buf file = EVX_BUF_INIT;
	int armor;

	fuzz_check(evx_age_identity_new(&identity, NULL) == EVX_OK &&
		evx_age_public(identity, pub[0]) == EVX_OK);
	passphrase = evx_secret_copy("word", 4);
	fuzz_check(passphrase != NULL);
	fuzz_check(evx_age_encrypt((const uint8_t(*)[32])pub, 1, text, sizeof(text), &file, NULL) ==
		EVX_OK);
	fuzz_seed(file.data, file.len);
	for (armor = 0; armor < 2; armor++) {
		evx_buf_reset(&file);
		fuzz_check(evx_age_encrypt_passphrase(passphrase, 2, armor, text, sizeof(text),
				   &file, NULL) == EVX_OK);
		fuzz_seed(file.data, file.len);
	}
	evx_buf_free(&file);
	fuzz_seed_text("w123 plaintext");
}
