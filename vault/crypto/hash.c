/* SHA-256, MD5, SHA-1, HMAC and HKDF. */
#include "crypto/hash.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "crypto/crypto_start.h"

struct evx_hash {
	EVP_MD_CTX *ctx;
	size_t len;
	bool failed; /* libcrypto refused a step */
};

struct evx_hash *evx_hash_new(enum evx_hash_alg alg)
{
	static const size_t lens[3] = { EVX_SHA256_LEN, EVX_SHA1_LEN, EVX_MD5_LEN };
	const struct evx_start_algs *algs = evx_start_algs();
	struct evx_hash *h = algs == NULL ? NULL : malloc(sizeof(*h));

	if (h == NULL)
		return NULL;
	h->len = lens[alg];
	h->failed = false;
	h->ctx = EVP_MD_CTX_new();
	if (h->ctx == NULL || EVP_DigestInit_ex2(h->ctx, algs->md[alg], NULL) != 1) {
		evx_hash_free(h);
		return NULL;
	}
	return h;
}

void evx_hash_free(struct evx_hash *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

void evx_hash_reset(struct evx_hash *h)
{
	h->failed = EVP_DigestInit_ex2(h->ctx, NULL, NULL) != 1;
}

void evx_hash_update(struct evx_hash *h, const void *p, size_t n)
{
	if (n > 0 && EVP_DigestUpdate(h->ctx, p, n) != 1)
		h->failed = true;
}

enum evx_err evx_hash_final(struct evx_hash *h, uint8_t *out)
{
	const bool whole = EVP_DigestFinal_ex(h->ctx, out, NULL) == 1 && !h->failed;

	if (!whole)
		memset(out, 0, h->len);
	evx_hash_reset(h);
	return whole ? EVX_OK : EVX_E_MEMORY;
}

enum evx_err evx_hash_copy(struct evx_hash *dst, const struct evx_hash *src)
{
	if (dst->len != src->len)
		return EVX_E_USAGE;
	dst->failed = EVP_MD_CTX_copy_ex(dst->ctx, src->ctx) != 1 || src->failed;
	return dst->failed ? EVX_E_MEMORY : EVX_OK;
}

/* One context per thread for evx_sha256, released when the thread ends. A fresh one would cost more
 * than a small hash. */
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool key_made;
static _Thread_local EVP_MD_CTX *own;

static void drop_own(void *ctx)
{
	own = NULL;
	EVP_MD_CTX_free(ctx);
}

static void make_key(void)
{
	key_made = pthread_key_create(&key, drop_own) == 0;
}

static EVP_MD_CTX *own_context(void)
{
	const struct evx_start_algs *algs = evx_start_algs();
	EVP_MD_CTX *ctx;

	if (algs == NULL || pthread_once(&key_once, make_key) != 0 || !key_made)
		return NULL;
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL || EVP_DigestInit_ex2(ctx, algs->md[EVX_SHA256], NULL) != 1 ||
		pthread_setspecific(key, ctx) != 0) {
		EVP_MD_CTX_free(ctx);
		return NULL;
	}
	own = ctx;
	return ctx;
}

/* libsodium needs no memory, so it steps in where libcrypto cannot get any. */
void evx_sha256(const void *p, size_t n, uint8_t out[32])
{
	EVP_MD_CTX *ctx = own != NULL ? own : own_context();

	if (ctx == NULL || EVP_DigestInit_ex2(ctx, NULL, NULL) != 1 ||
		(n > 0 && EVP_DigestUpdate(ctx, p, n) != 1) ||
		EVP_DigestFinal_ex(ctx, out, NULL) != 1)
		crypto_hash_sha256(out, p, n);
}

static const uint8_t no_bytes[1]; /* libsodium takes no NULL for a key */

_Static_assert(sizeof(struct evx_hmac_key) >= sizeof(crypto_auth_hmacsha256_state),
	"evx_hmac_key holds libsodium's state");

void evx_hmac_key_init(struct evx_hmac_key *k, const void *p, size_t n)
{
	crypto_auth_hmacsha256_state st;

	crypto_auth_hmacsha256_init(&st, n == 0 ? no_bytes : p, n);
	memcpy(k->state, &st, sizeof(st));
	sodium_memzero(&st, sizeof(st));
}

void evx_hmac_key_tag(const struct evx_hmac_key *k, const void *p, size_t n, uint8_t out[32])
{
	crypto_auth_hmacsha256_state st;

	memcpy(&st, k->state, sizeof(st));
	crypto_auth_hmacsha256_update(&st, p, n);
	crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(&st, sizeof(st));
}

void evx_hmac_key_wipe(struct evx_hmac_key *k)
{
	sodium_memzero(k, sizeof(*k));
}

void evx_hmac_sha256(const void *p_key, size_t keylen, const void *p, size_t n, uint8_t out[32])
{
	crypto_auth_hmacsha256_state st;

	crypto_auth_hmacsha256_init(&st, keylen == 0 ? no_bytes : p_key, keylen);
	crypto_auth_hmacsha256_update(&st, p, n);
	crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(&st, sizeof(st));
}

void evx_hkdf_sha256(const void *ikm, size_t ikmlen, const void *salt, size_t saltlen,
	const char *info, uint8_t out[32])
{
	crypto_auth_hmacsha256_state st;
	uint8_t prk[32];

	evx_hmac_sha256(salt, saltlen, ikm, ikmlen, prk);
	crypto_auth_hmacsha256_init(&st, prk, sizeof(prk));
	crypto_auth_hmacsha256_update(&st, (const uint8_t *)info, strlen(info));
	crypto_auth_hmacsha256_update(&st, (const uint8_t *)"\x01", 1);
	crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(&st, sizeof(st));
	sodium_memzero(prk, sizeof(prk));
}
