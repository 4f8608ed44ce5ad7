/* Libraries answer more than yes and no: each call of libcrypto that a verdict rests on is made to
 * answer 0, -1 or nothing, one at a time, and nothing that rests on it may be taken for good. The
 * functions here stand before those of the library, which they call otherwise. */
#include "testdata.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/timestamp_token.h"

static const char *failing;   /* the function that fails */
static int answer;            /* with this */
static unsigned when, called; /* at the when-th call of it, from 1 */

/* What libcrypto calls itself is its own affair. */
static bool fails(const char *name, const void *caller)
{
	Dl_info where;

	if (failing == NULL || strcmp(name, failing) != 0 ||
		(dladdr(caller, &where) != 0 && strstr(where.dli_fname, "libcrypto") != NULL))
		return false;
	return ++called == when;
}

static void *next(const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	if (p == NULL)
		abort();
	return p;
}

#define NUMBER(name, params, args) \
	int name params; \
	int name params \
	{ \
		int(*real) params; \
		if (fails(#name, __builtin_return_address(0))) \
			return answer; \
		*(void **)(&real) = next(#name); \
		return real args; \
	}
#define POINTER(type, name, params, args) \
	type name params; \
	type name params \
	{ \
		type(*real) params; \
		if (fails(#name, __builtin_return_address(0))) \
			return NULL; \
		*(void **)(&real) = next(#name); \
		return real args; \
	}

NUMBER(EVP_EncryptInit_ex2,
	(EVP_CIPHER_CTX * c, const EVP_CIPHER *t, const unsigned char *k, const unsigned char *iv,
		const OSSL_PARAM *p),
	(c, t, k, iv, p))
NUMBER(EVP_DecryptInit_ex2,
	(EVP_CIPHER_CTX * c, const EVP_CIPHER *t, const unsigned char *k, const unsigned char *iv,
		const OSSL_PARAM *p),
	(c, t, k, iv, p))
NUMBER(EVP_CipherUpdate,
	(EVP_CIPHER_CTX * c, unsigned char *out, int *outl, const unsigned char *in, int inl),
	(c, out, outl, in, inl))
NUMBER(EVP_EncryptFinal_ex, (EVP_CIPHER_CTX * c, unsigned char *out, int *outl), (c, out, outl))
NUMBER(EVP_DecryptFinal_ex, (EVP_CIPHER_CTX * c, unsigned char *out, int *outl), (c, out, outl))
NUMBER(EVP_CIPHER_CTX_ctrl, (EVP_CIPHER_CTX * c, int type, int arg, void *p), (c, type, arg, p))
NUMBER(EVP_DigestInit_ex2, (EVP_MD_CTX * c, const EVP_MD *type, const OSSL_PARAM *p), (c, type, p))
NUMBER(EVP_DigestUpdate, (EVP_MD_CTX * c, const void *p, size_t n), (c, p, n))
NUMBER(EVP_DigestFinal_ex, (EVP_MD_CTX * c, unsigned char *md, unsigned *n), (c, md, n))
NUMBER(EVP_MD_CTX_copy_ex, (EVP_MD_CTX * out, const EVP_MD_CTX *in), (out, in))
NUMBER(EVP_Digest,
	(const void *p, size_t n, unsigned char *md, unsigned *size, const EVP_MD *type,
		ENGINE *impl),
	(p, n, md, size, type, impl))
NUMBER(PKCS7_signatureVerify, (BIO * bio, PKCS7 *p7, PKCS7_SIGNER_INFO *si, X509 *x),
	(bio, p7, si, x))
NUMBER(TS_RESP_verify_token, (TS_VERIFY_CTX * ctx, PKCS7 *token), (ctx, token))
NUMBER(X509_verify_cert, (X509_STORE_CTX * ctx), (ctx))
NUMBER(X509_check_purpose, (X509 * x, int id, int ca), (x, id, ca))
NUMBER(X509_cmp_time, (const ASN1_TIME *s, time_t *t), (s, t))
NUMBER(X509_STORE_add_cert, (X509_STORE * s, X509 *x), (s, x))
NUMBER(X509_STORE_CTX_init, (X509_STORE_CTX * ctx, X509_STORE *s, X509 *x, STACK_OF(X509) * more),
	(ctx, s, x, more))
NUMBER(X509_STORE_CTX_set_purpose, (X509_STORE_CTX * ctx, int purpose), (ctx, purpose))
NUMBER(X509_get_ext_by_NID, (const X509 *x, int nid, int last), (x, nid, last))
NUMBER(X509_EXTENSION_get_critical, (const X509_EXTENSION *e), (e))
POINTER(BIO *, PKCS7_dataInit, (PKCS7 * p7, BIO *bio), (p7, bio))
POINTER(STACK_OF(X509) *, PKCS7_get0_signers, (PKCS7 * p7, STACK_OF(X509) * certs, int flags),
	(p7, certs, flags))
POINTER(X509_STORE *, X509_STORE_new, (void), ())
POINTER(X509_STORE_CTX *, X509_STORE_CTX_new, (void), ())
POINTER(TS_VERIFY_CTX *, TS_VERIFY_CTX_new, (void), ())
POINTER(TS_RESP *, d2i_TS_RESP, (TS_RESP * *a, const unsigned char **p, long n), (a, p, n))
POINTER(PKCS7 *, TS_RESP_get_token, (TS_RESP * r), (r))

/* Has each call of name fail in turn: with what it does, work must not succeed. Returns how many
 * there were. */
static unsigned none_passes(const char *name, int with, enum evx_err (*work)(void))
{
	unsigned n = 0;

	for (;;) {
		enum evx_err err;

		failing = name;
		answer = with;
		when = n + 1;
		called = 0;
		err = work();
		failing = NULL;
		if (called <= n)
			break;
		if (err == EVX_OK)
			fail_msg("%s answers %d at call %u, and it is taken for good", name, with,
				n + 1);
		n++;
	}
	assert_int_equal(work(), EVX_OK);
	return n;
}

static const uint8_t key[32] = { 1 }, nonce[12] = { 2 };
static uint8_t plain[100], sealed[116], out[116];
static struct evx_aead *aead;

static enum evx_err seal_it(void)
{
	memset(sealed, 0, sizeof(sealed));
	return evx_aead_seal(aead, key, nonce, "ad", 2, plain, sizeof(plain), sealed);
}

static enum evx_err open_it(void)
{
	static const uint8_t nothing[sizeof(plain)];
	enum evx_err err;

	memset(plain, 'p', sizeof(plain));
	assert_int_equal(
		evx_aead_seal(aead, key, nonce, "ad", 2, plain, sizeof(plain), sealed), EVX_OK);
	called = 0;
	memset(out, 0, sizeof(out));
	err = evx_aead_open(aead, key, nonce, "ad", 2, sealed, sizeof(sealed), out);
	if (err != EVX_OK)
		assert_memory_equal(out, nothing, sizeof(plain));
	return err;
}

static void aead_calls(void **state)
{
	static const char *const sealing[] = { "EVP_EncryptInit_ex2", "EVP_CipherUpdate",
		"EVP_EncryptFinal_ex", "EVP_CIPHER_CTX_ctrl" };
	static const int answers[] = { 0, -1 };

	(void)state;
	aead = evx_aead_new();
	assert_non_null(aead);
	for (size_t i = 0; i < sizeof(sealing) / sizeof(sealing[0]); i++)
		for (size_t k = 0; k < 2; k++)
			assert_int_not_equal(none_passes(sealing[i], answers[k], seal_it), 0);
	evx_aead_free(aead);
}

static void aead_opening(void **state)
{
	static const int answers[] = { 0, -1 };

	(void)state;
	aead = evx_aead_new();
	assert_non_null(aead);
	for (size_t k = 0; k < 2; k++) {
		assert_int_not_equal(none_passes("EVP_DecryptInit_ex2", answers[k], open_it), 0);
		assert_int_not_equal(none_passes("EVP_DecryptFinal_ex", answers[k], open_it), 0);
	}
	evx_aead_free(aead);
}

/* Hashes one text again and again: each answer is right, or it is an error and zeros. Returns how
 * many were errors. */
static unsigned hash_again(enum evx_hash_alg alg, const uint8_t *right, size_t len)
{
	static const uint8_t zeros[32];
	struct evx_hash *h = evx_hash_new(alg), *twin = evx_hash_new(alg);
	unsigned errors = h == NULL || twin == NULL;

	for (size_t i = 0; i < 3 && h != NULL && twin != NULL; i++) {
		uint8_t found[32] = { 0xee }, also[32] = { 0xee };
		enum evx_err first, second;

		evx_hash_update(h, "ab", 2);
		first = evx_hash_copy(twin, h);
		evx_hash_update(h, "c", 1);
		evx_hash_update(twin, "c", 1);
		second = evx_hash_final(twin, also);
		if (first != EVX_OK)
			assert_int_not_equal(second, EVX_OK); /* what was not copied is not told */
		assert_memory_equal(also, second == EVX_OK ? right : zeros, len);
		first = evx_hash_final(h, found);
		assert_memory_equal(found, first == EVX_OK ? right : zeros, len);
		errors += (first != EVX_OK ? 1u : 0u) + (second != EVX_OK ? 1u : 0u);
	}
	evx_hash_free(h);
	evx_hash_free(twin);
	return errors;
}

/* A step of a hash that the library refuses: no hash, and not that of something else. A small one
 * at once is made by the other library. */
static void hash_calls(void **state)
{
	static const char *const names[] = { "EVP_DigestInit_ex2", "EVP_DigestUpdate",
		"EVP_DigestFinal_ex", "EVP_MD_CTX_copy_ex" };
	static const size_t lens[] = { EVX_SHA256_LEN, EVX_SHA1_LEN, EVX_MD5_LEN };

	(void)state;
	for (size_t alg = 0; alg < 3; alg++) {
		struct evx_hash *h = evx_hash_new((enum evx_hash_alg)alg);
		uint8_t right[32];

		assert_non_null(h);
		evx_hash_update(h, "abc", 3);
		assert_int_equal(evx_hash_final(h, right), EVX_OK);
		evx_hash_free(h);
		for (size_t k = 0; k < 2 * sizeof(names) / sizeof(names[0]); k++) {
			unsigned errors = 0;

			failing = names[k / 2];
			answer = k % 2 == 0 ? 0 : -1;
			when = 0;
			do {
				when++;
				called = 0;
				errors += hash_again((enum evx_hash_alg)alg, right, lens[alg]);
			} while (called >= when);
			failing = NULL;
			assert_true(when > 3);
			assert_true(errors >= when - 3); /* the last two are made ready for nothing
							  */
		}
		assert_int_equal(hash_again((enum evx_hash_alg)alg, right, lens[alg]), 0);
	}
	for (size_t k = 0; k < 3; k++)
		for (when = 1; when < 3; when++) {
			uint8_t found[32], right[32];

			evx_sha256("abc", 3, right);
			failing = names[k];
			answer = 0;
			called = 0;
			evx_sha256("abc", 3, found);
			failing = NULL;
			assert_memory_equal(found, right, sizeof(right));
		}
}

static struct evx_buf response = EVX_BUF_INIT, chain = EVX_BUF_INIT;

static enum evx_err judge(void)
{
	struct evx_timestamp_authorities *a = NULL;
	struct evx_timestamp t;
	enum evx_err err = evx_timestamp_authorities_read(chain.data, chain.len, &a, NULL);

	if (err == EVX_OK)
		err = evx_timestamp_check(
			response.data, response.len, "hello", 5, NULL, a, &t, NULL);
	evx_timestamp_authorities_free(a);
	return err;
}

static void timestamp_calls(void **state)
{
	static const struct {
		const char *name;
		int with;
	} calls[] = {
		{ "EVP_Digest", 0 },
		{ "EVP_Digest", -1 },
		{ "PKCS7_signatureVerify", 0 },
		{ "PKCS7_signatureVerify", -1 },
		{ "TS_RESP_verify_token", 0 },
		{ "TS_RESP_verify_token", -1 },
		{ "X509_verify_cert", 0 },
		{ "X509_verify_cert", -1 },
		{ "X509_check_purpose", 0 },
		{ "X509_check_purpose", -1 },
		{ "X509_check_purpose", 2 },
		{ "X509_cmp_time", 0 },
		{ "X509_STORE_add_cert", 0 },
		{ "X509_STORE_CTX_init", 0 },
		{ "X509_STORE_CTX_init", -1 },
		{ "X509_STORE_CTX_set_purpose", 0 },
		{ "X509_get_ext_by_NID", -1 },
		{ "X509_EXTENSION_get_critical", 0 },
		{ "PKCS7_dataInit", 0 },
		{ "PKCS7_get0_signers", 0 },
		{ "X509_STORE_new", 0 },
		{ "X509_STORE_CTX_new", 0 },
		{ "TS_VERIFY_CTX_new", 0 },
		{ "d2i_TS_RESP", 0 },
		{ "TS_RESP_get_token", 0 },
	};

	(void)state;
	assert_int_equal(evx_read_file(AT_FDCWD, testdata("rfc3161/sigstage/response-sha256.tsr"),
				 1u << 20, &response, NULL),
		EVX_OK);
	assert_int_equal(evx_read_file(AT_FDCWD, testdata("rfc3161/sigstage/ts_chain.pem"),
				 1u << 20, &chain, NULL),
		EVX_OK);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (none_passes(calls[i].name, calls[i].with, judge) == 0)
			fail_msg("%s is not called", calls[i].name);
	evx_buf_free(&response);
	evx_buf_free(&chain);
}

static int init(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aead_calls),
		cmocka_unit_test(aead_opening),
		cmocka_unit_test(hash_calls),
		cmocka_unit_test(timestamp_calls),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
