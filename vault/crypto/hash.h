/* SHA-256, MD5, SHA-1 of bulk data (libcrypto), HMAC-SHA-256 and HKDF-SHA-256 (libsodium). */
#ifndef EVX_CRYPTO_HASH_H
#define EVX_CRYPTO_HASH_H

#include "base/err.h"

#define EVX_SHA256_LEN 32
#define EVX_SHA1_LEN 20
#define EVX_MD5_LEN 16

enum evx_hash_alg { EVX_SHA256, EVX_SHA1, EVX_MD5 };

/* A running hash. Reusable: final leaves it started anew. One thread at a time. */
struct evx_hash;
struct evx_hash *evx_hash_new(enum evx_hash_alg alg); /* NULL when out of memory */
void evx_hash_free(struct evx_hash *h);
void evx_hash_reset(struct evx_hash *h);
void evx_hash_update(struct evx_hash *h, const void *p, size_t n);
/* 32, 20 or 16 bytes to out. EVX_E_MEMORY should libcrypto have refused a step (nothing known makes
 * it once evx_hash_new succeeded); out is all zero then and must not be compared with anything. */
enum evx_err evx_hash_final(struct evx_hash *h, uint8_t *out) EVX_MUST_CHECK;
/* Replaces what dst has hashed so far by what src has. EVX_E_USAGE for two algorithms,
 * EVX_E_MEMORY: reset dst before any other use. */
enum evx_err evx_hash_copy(struct evx_hash *dst, const struct evx_hash *src) EVX_MUST_CHECK;

/* One-shot SHA-256 (FIPS 180-4); fast for small and large inputs, callable from any thread. */
void evx_sha256(const void *p, size_t n, uint8_t out[32]);

void evx_hmac_sha256(
	const void *key, size_t keylen, const void *p, size_t n, uint8_t out[32]); /* RFC 2104 */

/* An HMAC-SHA-256 key made ready: half the work of evx_hmac_sha256 for short messages (a salt per
 * listing line). As secret as the key; the caller wipes it. evx_hmac_key_tag may run in many
 * threads at once. */
struct evx_hmac_key {
	_Alignas(16) uint8_t state[256];
};
void evx_hmac_key_init(struct evx_hmac_key *k, const void *key, size_t n);
void evx_hmac_key_tag(const struct evx_hmac_key *k, const void *p, size_t n, uint8_t out[32]);
void evx_hmac_key_wipe(struct evx_hmac_key *k);

/* HKDF-SHA-256 (RFC 5869), 32 bytes of output; salt may be NULL with saltlen 0. */
void evx_hkdf_sha256(const void *ikm, size_t ikmlen, const void *salt, size_t saltlen,
	const char *info, uint8_t out[32]);

#endif
