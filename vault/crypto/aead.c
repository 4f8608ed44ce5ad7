/* ChaCha20-Poly1305 of bulk data through libcrypto. */
#include "crypto/aead.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "crypto/crypto_start.h"

/* RFC 8439: a 32-bit block counter, the first block taken by the Poly1305 key. */
#define PLAIN_MAX (UINT64_C(64) * UINT32_MAX)
/* libcrypto counts in int. */
#define STEP ((size_t)1 << 30)

struct evx_aead {
	EVP_CIPHER_CTX *seal, *open;
};

struct evx_aead *evx_aead_new(void)
{
	const struct evx_start_algs *algs = evx_start_algs();
	struct evx_aead *a = algs == NULL ? NULL : calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->seal = EVP_CIPHER_CTX_new();
	a->open = EVP_CIPHER_CTX_new();
	if (a->seal == NULL || a->open == NULL ||
		EVP_EncryptInit_ex2(a->seal, algs->chacha20_poly1305, NULL, NULL, NULL) != 1 ||
		EVP_DecryptInit_ex2(a->open, algs->chacha20_poly1305, NULL, NULL, NULL) != 1) {
		evx_aead_free(a);
		return NULL;
	}
	return a;
}

void evx_aead_free(struct evx_aead *a)
{
	if (a == NULL)
		return;
	EVP_CIPHER_CTX_free(a->seal);
	EVP_CIPHER_CTX_free(a->open);
	free(a);
}

/* Feeds n bytes; out NULL marks them as associated data. */
static bool feed(EVP_CIPHER_CTX *ctx, uint8_t *out, const uint8_t *in, size_t n)
{
	while (n > 0) {
		size_t step = n < STEP ? n : STEP;
		int done;

		if (EVP_CipherUpdate(ctx, out, &done, in, (int)step) != 1 || (size_t)done != step)
			return false;
		in += step;
		out = out == NULL ? NULL : out + step;
		n -= step;
	}
	return true;
}

enum evx_err evx_aead_seal(struct evx_aead *a, const uint8_t key[32], const uint8_t nonce[12],
	const void *ad, size_t adlen, const uint8_t *in, size_t n, uint8_t *out)
{
	uint8_t none[16];
	int done;

	if (n > PLAIN_MAX)
		return EVX_E_LIMIT;
	if (EVP_EncryptInit_ex2(a->seal, NULL, key, nonce, NULL) != 1 ||
		!feed(a->seal, NULL, ad, adlen) || !feed(a->seal, out, in, n) ||
		EVP_EncryptFinal_ex(a->seal, none, &done) != 1 ||
		EVP_CIPHER_CTX_ctrl(a->seal, EVP_CTRL_AEAD_GET_TAG, EVX_AEAD_TAG, out + n) != 1) {
		sodium_memzero(out, n + EVX_AEAD_TAG);
		return EVX_E_MEMORY;
	}
	return EVX_OK;
}

enum evx_err evx_aead_open(struct evx_aead *a, const uint8_t key[32], const uint8_t nonce[12],
	const void *ad, size_t adlen, const uint8_t *in, size_t n, uint8_t *out)
{
	uint8_t tag[EVX_AEAD_TAG], none[16];
	int done;

	if (n < EVX_AEAD_TAG)
		return EVX_E_TRUNCATED;
	n -= EVX_AEAD_TAG;
	if (n > PLAIN_MAX)
		return EVX_E_LIMIT;
	memcpy(tag, in + n, sizeof(tag));
	if (EVP_DecryptInit_ex2(a->open, NULL, key, nonce, NULL) != 1 ||
		EVP_CIPHER_CTX_ctrl(a->open, EVP_CTRL_AEAD_SET_TAG, EVX_AEAD_TAG, tag) != 1 ||
		!feed(a->open, NULL, ad, adlen) || !feed(a->open, out, in, n)) {
		sodium_memzero(out, n);
		return EVX_E_MEMORY;
	}
	if (EVP_DecryptFinal_ex(a->open, none, &done) != 1) {
		sodium_memzero(out, n);
		return EVX_E_FORGED;
	}
	return EVX_OK;
}
