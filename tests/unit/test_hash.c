/* SHA-256, SHA-1, MD5, HMAC, HKDF, ChaCha20-Poly1305: published vectors, and the two libraries
 * against each other. */
#include "testdata.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sodium.h>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

static void one_shot(enum evx_hash_alg alg, const void *p, size_t n, uint8_t out[32])
{
	struct evx_hash *h = evx_hash_new(alg);

	assert_non_null(h);
	evx_hash_update(h, p, n);
	assert_int_equal(evx_hash_final(h, out), EVX_OK);
	evx_hash_free(h);
}

static void hash_known(void **state)
{
	static const struct {
		enum evx_hash_alg alg;
		const char *text, *hex;
	} known[] = {
		{ EVX_SHA256, "",
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ EVX_SHA256, "abc",
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ EVX_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ EVX_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ EVX_SHA1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ EVX_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72" },
		{ EVX_MD5, "", "d41d8cd98f00b204e9800998ecf8427e" },
	};
	uint8_t got[32], want[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i].hex) / 2;

		assert_int_equal(evx_hex_decode(known[i].hex, 2 * n, want, n), EVX_OK);
		one_shot(known[i].alg, known[i].text, strlen(known[i].text), got);
		assert_memory_equal(got, want, n);
		if (known[i].alg == EVX_SHA256) {
			evx_sha256(known[i].text, strlen(known[i].text), got);
			assert_memory_equal(got, want, n);
		}
	}
}

static void hash_reuse_and_copy(void **state)
{
	struct evx_hash *a = evx_hash_new(EVX_SHA256), *b = evx_hash_new(EVX_SHA256),
			*other = evx_hash_new(EVX_MD5);
	uint8_t first[32], again[32], copied[32], want[32];

	(void)state;
	evx_hash_update(a, "ab", 2);
	assert_int_equal(evx_hash_copy(b, a), EVX_OK);
	evx_hash_update(a, "c", 1);
	assert_int_equal(evx_hash_final(a, first), EVX_OK);
	evx_hash_update(a, "abc", 3);
	assert_int_equal(evx_hash_final(a, again), EVX_OK);
	evx_hash_update(b, "c", 1);
	assert_int_equal(evx_hash_final(b, copied), EVX_OK);
	evx_sha256("abc", 3, want);
	assert_memory_equal(first, want, 32);
	assert_memory_equal(again, want, 32);
	assert_memory_equal(copied, want, 32);
	evx_hash_update(a, "junk", 4);
	evx_hash_reset(a);
	evx_hash_update(a, NULL, 0);
	evx_hash_update(a, "abc", 3);
	assert_int_equal(evx_hash_final(a, again), EVX_OK);
	assert_memory_equal(again, want, 32);
	assert_int_equal(evx_hash_copy(a, other), EVX_E_USAGE);
	evx_hash_free(a);
	evx_hash_free(b);
	evx_hash_free(other);
	evx_hash_free(NULL);
}

static void sha256_both_libraries(void **state)
{
	uint8_t *p = malloc(70000), ours[32], sodium[32], split[32];
	size_t n, at;

	(void)state;
	evx_random(p, 70000);
	for (n = 0; n <= 70000; n += n < 300 ? 1 : 997) {
		struct evx_hash *h = evx_hash_new(EVX_SHA256);

		evx_sha256(p, n, ours);
		crypto_hash_sha256(sodium, p, n);
		assert_memory_equal(ours, sodium, 32);
		for (at = 0; at < n; at += 313)
			evx_hash_update(h, p + at, n - at < 313 ? n - at : 313);
		assert_int_equal(evx_hash_final(h, split), EVX_OK);
		assert_memory_equal(ours, split, 32);
		evx_hash_free(h);
	}
	free(p);
}

static void *hash_many(void *arg)
{
	uint8_t *out = arg, in[96];
	int i;

	memset(in, out[0], sizeof(in));
	for (i = 0; i < 2000; i++) {
		evx_sha256(in, (size_t)i % 97, out);
		memcpy(in, out, 32);
	}
	return NULL;
}

static void sha256_threads(void **state)
{
	uint8_t out[8][32], want[32];
	pthread_t t[8];
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++) {
		out[i][0] = 42;
		assert_int_equal(pthread_create(&t[i], NULL, hash_many, out[i]), 0);
	}
	want[0] = 42;
	hash_many(want);
	for (i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(t[i], NULL), 0);
		assert_memory_equal(out[i], want, 32);
	}
}

/* RFC 4231 test cases 1, 2 and 6. */
static void hmac_rfc4231(void **state)
{
	static const struct {
		size_t keylen;
		int fill;
		const char *key, *text, *hex;
	} known[] = {
		{ 20, 0x0b, NULL, "Hi There",
			"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ 4, 0, "Jefe", "what do ya want for nothing?",
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ 131, 0xaa, NULL, "Test Using Larger Than Block-Size Key - Hash Key First",
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	};
	uint8_t key[131], want[32], got[32];
	struct evx_hmac_key ready;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		memset(key, known[i].fill, sizeof(key));
		if (known[i].key != NULL)
			memcpy(key, known[i].key, known[i].keylen);
		assert_int_equal(evx_hex_decode(known[i].hex, 64, want, 32), EVX_OK);
		evx_hmac_sha256(key, known[i].keylen, known[i].text, strlen(known[i].text), got);
		assert_memory_equal(got, want, 32);
		evx_hmac_key_init(&ready, key, known[i].keylen);
		evx_hmac_key_tag(&ready, known[i].text, strlen(known[i].text), got);
		assert_memory_equal(got, want, 32);
		evx_hmac_key_tag(&ready, known[i].text, strlen(known[i].text), got);
		assert_memory_equal(got, want, 32);
		evx_hmac_key_wipe(&ready);
		assert_true(sodium_is_zero((const uint8_t *)&ready, sizeof(ready)));
	}
}

static void hmac_both_libraries(void **state)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	char name[] = "SHA256";
	OSSL_PARAM params[2] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end() };
	uint8_t key[200], text[500], ours[32], theirs[32];
	size_t i, len;

	(void)state;
	for (i = 0; i < 200; i++) {
		evx_random(key, sizeof(key));
		evx_random(text, sizeof(text));
		evx_hmac_sha256(key, i + 1, text, i * 2, ours);
		assert_int_equal(EVP_MAC_init(ctx, key, i + 1, params), 1);
		assert_int_equal(EVP_MAC_update(ctx, text, i * 2), 1);
		assert_int_equal(EVP_MAC_final(ctx, theirs, &len, sizeof(theirs)), 1);
		assert_memory_equal(ours, theirs, 32);
	}
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
}

/* RFC 5869 test case 3 (no salt, no info): the first 32 bytes of its output. */
static void hkdf_empty_salt(void **state)
{
	uint8_t ikm[22], want[32], got[32];

	(void)state;
	memset(ikm, 0x0b, sizeof(ikm));
	assert_int_equal(
		evx_hex_decode("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
			64, want, 32),
		EVX_OK);
	evx_hkdf_sha256(ikm, sizeof(ikm), NULL, 0, "", got);
	assert_memory_equal(got, want, 32);
	evx_hkdf_sha256(ikm, sizeof(ikm), NULL, 0, "x", got);
	assert_memory_not_equal(got, want, 32);
}

/* RFC 8439 section 2.8.2. */
static void aead_rfc8439(void **state)
{
	static const char text[] = "Ladies and Gentlemen of the class of '99: If I could offer you "
				   "only one tip for the future, sunscreen would be it.";
	static const uint8_t nonce[12] = { 7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46,
		0x47 };
	static const uint8_t ad[12] = { 0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5,
		0xc6, 0xc7 };
	struct evx_aead *a = evx_aead_new();
	uint8_t key[32], buf[sizeof(text) - 1 + 16], tag[16];
	size_t i;

	(void)state;
	for (i = 0; i < 32; i++)
		key[i] = (uint8_t)(0x80 + i);
	assert_int_equal(
		evx_aead_seal(a, key, nonce, ad, 12, (const uint8_t *)text, sizeof(text) - 1, buf),
		EVX_OK);
	assert_int_equal(evx_hex_decode("1ae10b594f09e26a7e902ecbd0600691", 32, tag, 16), EVX_OK);
	assert_memory_equal(buf + sizeof(text) - 1, tag, 16);
	assert_int_equal(buf[0], 0xd3);
	assert_int_equal(evx_aead_open(a, key, nonce, ad, 12, buf, sizeof(buf), buf), EVX_OK);
	assert_memory_equal(buf, text, sizeof(text) - 1);
	evx_aead_free(a);
	evx_aead_free(NULL);
}

static void aead_both_libraries(void **state)
{
	struct evx_aead *a = evx_aead_new();
	uint8_t *p = malloc(70000), *ours = malloc(70016), *theirs = malloc(70016), key[32],
		nonce[12], ad[40];
	unsigned long long len;
	size_t n;

	(void)state;
	evx_random(p, 70000);
	for (n = 0; n <= 70000; n += n < 200 ? 1 : 3491) {
		size_t adlen = n % 41;

		evx_random(key, sizeof(key));
		evx_random(nonce, sizeof(nonce));
		evx_random(ad, sizeof(ad));
		assert_int_equal(evx_aead_seal(a, key, nonce, ad, adlen, p, n, ours), EVX_OK);
		assert_int_equal(crypto_aead_chacha20poly1305_ietf_encrypt(
					 theirs, &len, p, n, ad, adlen, NULL, nonce, key),
			0);
		assert_int_equal(len, n + 16);
		assert_memory_equal(ours, theirs, n + 16);
		assert_int_equal(
			evx_aead_open(a, key, nonce, ad, adlen, theirs, n + 16, ours), EVX_OK);
		assert_memory_equal(ours, p, n);
	}
	evx_aead_free(a);
	free(p);
	free(ours);
	free(theirs);
}

static void aead_forgeries(void **state)
{
	struct evx_aead *a = evx_aead_new();
	uint8_t key[32] = { 1 }, nonce[12] = { 2 }, ad[3] = { 3 }, text[50], sealed[66], out[66];
	size_t i;

	(void)state;
	memset(text, 0x5a, sizeof(text));
	assert_int_equal(evx_aead_seal(a, key, nonce, ad, 3, text, sizeof(text), sealed), EVX_OK);
	for (i = 0; i < sizeof(sealed); i++) {
		sealed[i] ^= 0x10;
		memset(out, 0x5a, sizeof(out));
		assert_int_equal(evx_aead_open(a, key, nonce, ad, 3, sealed, sizeof(sealed), out),
			EVX_E_FORGED);
		assert_true(sodium_is_zero(out, sizeof(text)));
		sealed[i] ^= 0x10;
	}
	for (i = 0; i < sizeof(sealed); i++)
		assert_int_equal(evx_aead_open(a, key, nonce, ad, 3, sealed, i, out),
			i < 16 ? EVX_E_TRUNCATED : EVX_E_FORGED);
	assert_int_equal(
		evx_aead_open(a, key, nonce, ad, 2, sealed, sizeof(sealed), out), EVX_E_FORGED);
	assert_int_equal(
		evx_aead_open(a, key, nonce, NULL, 0, sealed, sizeof(sealed), out), EVX_E_FORGED);
	ad[0] ^= 1;
	assert_int_equal(
		evx_aead_open(a, key, nonce, ad, 3, sealed, sizeof(sealed), out), EVX_E_FORGED);
	ad[0] ^= 1;
	nonce[11] ^= 1;
	assert_int_equal(
		evx_aead_open(a, key, nonce, ad, 3, sealed, sizeof(sealed), out), EVX_E_FORGED);
	nonce[11] ^= 1;
	key[31] ^= 1;
	assert_int_equal(
		evx_aead_open(a, key, nonce, ad, 3, sealed, sizeof(sealed), out), EVX_E_FORGED);
	key[31] ^= 1;
	assert_int_equal(evx_aead_open(a, key, nonce, ad, 3, sealed, sizeof(sealed), out), EVX_OK);
	assert_memory_equal(out, text, sizeof(text));
	evx_aead_free(a);
}

/* Calls each(test, group) for every test of a Wycheproof file; returns how many there were. */
static unsigned wycheproof(const char *name, void (*each)(const json_t *test, const json_t *group))
{
	json_t *root = testdata_json(testdata(name), 0), *group, *test;
	unsigned count = 0;
	size_t i, k;

	json_array_foreach(json_object_get(root, "testGroups"), i, group)
	{
		json_array_foreach(json_object_get(group, "tests"), k, test)
		{
			each(test, group);
			count++;
		}
	}
	assert_int_equal(count, json_integer_value(json_object_get(root, "numberOfTests")));
	json_decref(root);
	return count;
}

static bool is_valid(const json_t *test)
{
	return strcmp(json_string_value(json_object_get(test, "result")), "valid") == 0;
}

static unsigned counted;

static void each_hmac(const json_t *test, const json_t *group)
{
	struct evx_buf key = testdata_hex(test, "key"), msg = testdata_hex(test, "msg"),
		       tag = testdata_hex(test, "tag");
	uint8_t got[32];

	(void)group;
	evx_hmac_sha256(key.data, key.len, msg.data, msg.len, got);
	assert_int_equal(memcmp(got, tag.data, tag.len) == 0, is_valid(test)); /* some tags are cut
										  to 16 bytes */
	evx_buf_free(&key);
	evx_buf_free(&msg);
	evx_buf_free(&tag);
}

static void each_hkdf(const json_t *test, const json_t *group)
{
	struct evx_buf ikm = testdata_hex(test, "ikm"), salt = testdata_hex(test, "salt"),
		       info = testdata_hex(test, "info");
	struct evx_buf okm = testdata_hex(test, "okm");
	uint8_t got[32];

	(void)group;
	assert_int_equal(evx_buf_cstr(&info), EVX_OK);
	if (is_valid(test) && strlen((const char *)info.data) == info.len) { /* our info is text */
		evx_hkdf_sha256(
			ikm.data, ikm.len, salt.data, salt.len, (const char *)info.data, got);
		assert_memory_equal(got, okm.data, okm.len < 32 ? okm.len : 32);
		counted++;
	}
	evx_buf_free(&ikm);
	evx_buf_free(&salt);
	evx_buf_free(&info);
	evx_buf_free(&okm);
}

static void each_aead(const json_t *test, const json_t *group)
{
	struct evx_buf key = testdata_hex(test, "key"), iv = testdata_hex(test, "iv"),
		       ad = testdata_hex(test, "aad");
	struct evx_buf msg = testdata_hex(test, "msg"), ct = testdata_hex(test, "ct"),
		       tag = testdata_hex(test, "tag");
	struct evx_aead *a = evx_aead_new();

	(void)group;
	assert_int_equal(evx_buf_add(&ct, tag.data, tag.len), EVX_OK);
	if (iv.len == 12 && key.len == 32) {
		uint8_t *out = malloc(ct.len + msg.len + 16);

		assert_int_equal(
			evx_aead_open(a, key.data, iv.data, ad.data, ad.len, ct.data, ct.len, out),
			is_valid(test) ? EVX_OK : EVX_E_FORGED);
		if (is_valid(test)) {
			assert_memory_equal(out, msg.data, msg.len);
			assert_int_equal(evx_aead_seal(a, key.data, iv.data, ad.data, ad.len,
						 msg.data, msg.len, out),
				EVX_OK);
			assert_memory_equal(out, ct.data, ct.len);
		}
		free(out);
		counted++;
	} else {
		assert_false(is_valid(test)); /* wrong sizes cannot be said in this interface */
	}
	evx_aead_free(a);
	evx_buf_free(&key);
	evx_buf_free(&iv);
	evx_buf_free(&ad);
	evx_buf_free(&msg);
	evx_buf_free(&ct);
	evx_buf_free(&tag);
}

static void wycheproof_hmac(void **state)
{
	(void)state;
	assert_in_range(wycheproof("wycheproof/hmac_sha256_test.json", each_hmac), 170, 10000);
}

static void wycheproof_hkdf(void **state)
{
	(void)state;
	counted = 0;
	wycheproof("wycheproof/hkdf_sha256_test.json", each_hkdf);
	assert_in_range(counted, 60, 10000);
}

static void wycheproof_aead(void **state)
{
	(void)state;
	counted = 0;
	wycheproof("wycheproof/chacha20_poly1305_test.json", each_aead);
	assert_in_range(counted, 300, 10000);
}

static int init(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_known),
		cmocka_unit_test(hash_reuse_and_copy),
		cmocka_unit_test(sha256_both_libraries),
		cmocka_unit_test(sha256_threads),
		cmocka_unit_test(hmac_rfc4231),
		cmocka_unit_test(hmac_both_libraries),
		cmocka_unit_test(hkdf_empty_salt),
		cmocka_unit_test(aead_rfc8439),
		cmocka_unit_test(aead_both_libraries),
		cmocka_unit_test(aead_forgeries),
		cmocka_unit_test(wycheproof_hmac),
		cmocka_unit_test(wycheproof_hkdf),
		cmocka_unit_test(wycheproof_aead),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
