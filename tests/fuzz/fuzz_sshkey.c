/* OpenSSH private key blocks and public keys in text form. */
#include "fuzz/fuzz.h"

#include "crypto/sshsig.h"

static void private_key(const uint8_t *p, size_t n)
{
	struct evx_secret *seed = NULL, *again = NULL;
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_sshkey pub, same;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_sshkey_private_decode(p, n, &seed, &pub, &diag);

	fuzz_check(err == diag.code && (err == EVX_OK) == (seed != NULL));
	if (err != EVX_OK)
		return;
	fuzz_check(evx_sshkey_private_encode(seed, "", &text) == EVX_OK);
	fuzz_check(evx_sshkey_private_decode(text.data, text.len, &again, &same, NULL) == EVX_OK);
	fuzz_check(evx_sshkey_equal(&pub, &same) && evx_secret_equal(seed, again));
	evx_buf_free(&text);
	evx_secret_free(seed);
	evx_secret_free(again);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_sshkey pub;
	char text[EVX_SSHKEY_CAP];

	private_key(p, n);
	if (evx_sshkey_decode((const char *)p, n, &pub, NULL) == EVX_OK) {
		fuzz_check(evx_sshkey_encode(&pub, text) == EVX_OK);
		fuzz_check(strlen(text) == n && memcmp(text, p, n) == 0);
	}
}

static void fuzz_seeds(void)
{
	struct evx_buf block = EVX_BUF_INIT;
	struct evx_secret *seed;
	char text[EVX_SSHKEY_CAP];
	struct evx_sshkey pub;

	fuzz_check(evx_sshkey_new(&seed, &pub, NULL) == EVX_OK &&
		evx_sshkey_encode(&pub, text) == EVX_OK);
	fuzz_check(evx_sshkey_private_encode(seed, "a comment", &block) == EVX_OK);
	fuzz_seed(block.data, block.len);
	fuzz_seed_text(text);
	evx_buf_free(&block);
	evx_secret_free(seed);
}
