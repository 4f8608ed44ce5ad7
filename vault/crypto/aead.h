/* ChaCha20-Poly1305 (RFC 8439) of bulk data through libcrypto: a context per thread, reused. */
#ifndef EVX_CRYPTO_AEAD_H
#define EVX_CRYPTO_AEAD_H

#include "base/err.h"

#define EVX_AEAD_KEY 32
#define EVX_AEAD_NONCE 12
#define EVX_AEAD_TAG 16

struct evx_aead;
struct evx_aead *evx_aead_new(void); /* NULL when out of memory */
void evx_aead_free(struct evx_aead *a);

/* Encrypts n bytes at in to n + 16 bytes at out (in == out allowed). */
enum evx_err evx_aead_seal(struct evx_aead *a, const uint8_t key[32], const uint8_t nonce[12],
	const void *ad, size_t adlen, const uint8_t *in, size_t n, uint8_t *out) EVX_MUST_CHECK;
/* Opens n bytes at in (n >= 16) to n - 16 bytes at out (in == out allowed). EVX_E_FORGED: out holds
 * no plaintext then (wiped). */
enum evx_err evx_aead_open(struct evx_aead *a, const uint8_t key[32], const uint8_t nonce[12],
	const void *ad, size_t adlen, const uint8_t *in, size_t n, uint8_t *out) EVX_MUST_CHECK;

#endif
