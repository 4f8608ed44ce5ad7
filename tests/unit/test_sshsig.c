/* Ed25519 rules, OpenSSH keys and SSHSIG: public vectors, both libraries, ssh-keygen, and damage at
 * every byte. */
#include "testdata.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <unistd.h>

#include "crypto/sshsig.h"
#include "crypto/sshwire.h"
#include "format/pem.h"
#include "tools.h"

#define NS "evx-event/1"
static const char message[] = "{\"format\":\"evx-event/1\"}\n";

static void ed25519_both_libraries(void **state)
{
	uint8_t pub[32], key[64], msg[300], sig[64], theirs[64];
	size_t i;

	(void)state;
	for (i = 0; i < 100; i++) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		EVP_PKEY *pkey;
		size_t len = sizeof(theirs);

		crypto_sign_ed25519_keypair(pub, key);
		evx_random(msg, sizeof(msg));
		crypto_sign_ed25519_detached(sig, NULL, msg, i * 3, key);
		pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key, 32);
		assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey), 1);
		assert_int_equal(EVP_DigestSign(ctx, theirs, &len, msg, i * 3), 1);
		assert_memory_equal(sig, theirs, 64);
		assert_int_equal(evx_ed25519_verify(pub, theirs, msg, i * 3), EVX_OK);
		EVP_MD_CTX_reset(ctx);
		assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey), 1);
		assert_int_equal(EVP_DigestVerify(ctx, sig, 64, msg, i * 3), 1);
		sig[i % 64] ^= 1;
		assert_int_equal(evx_ed25519_verify(pub, sig, msg, i * 3), EVX_E_FORGED);
		EVP_MD_CTX_free(ctx);
		EVP_PKEY_free(pkey);
	}
}

static bool flagged(const json_t *vector, const char *flag)
{
	const json_t *f;
	size_t i;

	json_array_foreach(json_object_get(vector, "flags"), i, f)
	{
		if (strcmp(json_string_value(f), flag) == 0)
			return true;
	}
	return false;
}

/* format-spec/signatures.md, table "Edge cases": nothing with a flag is accepted by us; libsodium
 * alone would also take keys and nonces with a low-order component as long as no residue is left.
 */
static void ed25519_cctv(void **state)
{
	json_t *root, *v;
	unsigned run = 0, accepted = 0, sodium_accepted = 0;
	size_t i;

	(void)state;
	root = testdata_json(testdata("cctv-ed25519/ed25519vectors.json"), 0);
	json_array_foreach(root, i, v)
	{
		struct evx_buf key = testdata_hex(v, "key"), sig = testdata_hex(v, "sig");
		const char *msg = json_string_value(json_object_get(v, "msg"));
		bool plain = json_array_size(json_object_get(v, "flags")) == 0, sodium, ours;
		bool sodium_wants = !flagged(v, "low_order_R") && !flagged(v, "low_order_A") &&
			!flagged(v, "non_canonical_A") && !flagged(v, "non_canonical_R") &&
			!flagged(v, "low_order_residue");

		assert_int_equal(key.len, 32);
		assert_int_equal(sig.len, 64);
		ours = evx_ed25519_verify(key.data, sig.data, msg, strlen(msg)) == EVX_OK;
		sodium = crypto_sign_ed25519_verify_detached(
				 sig.data, (const uint8_t *)msg, strlen(msg), key.data) == 0;
		if (ours != plain || sodium != sodium_wants)
			fail_msg("vector %zu: accepted %d, by libsodium alone %d", i, ours, sodium);
		accepted += ours;
		sodium_accepted += sodium;
		run++;
		evx_buf_free(&key);
		evx_buf_free(&sig);
	}
	json_decref(root);
	assert_int_equal(run, 914);
	assert_int_equal(accepted, 1);
	assert_int_equal(sodium_accepted, 43);
}

static void ed25519_wycheproof(void **state)
{
	json_t *root, *group, *test;
	unsigned run = 0, short_sig = 0;
	size_t i, k;

	(void)state;
	root = testdata_json(testdata("wycheproof/ed25519_test.json"), 0);
	json_array_foreach(json_object_get(root, "testGroups"), i, group)
	{
		struct evx_buf pub = testdata_hex(json_object_get(group, "publicKey"), "pk");

		json_array_foreach(json_object_get(group, "tests"), k, test)
		{
			struct evx_buf msg = testdata_hex(test, "msg"),
				       sig = testdata_hex(test, "sig");
			bool valid = strcmp(json_string_value(json_object_get(test, "result")),
					     "valid") == 0;

			if (sig.len == 64) {
				assert_int_equal(
					evx_ed25519_verify(pub.data, sig.data, msg.data, msg.len),
					valid ? EVX_OK : EVX_E_FORGED);
				run++;
			} else {
				assert_false(valid);
				short_sig++;
			}
			evx_buf_free(&msg);
			evx_buf_free(&sig);
		}
		evx_buf_free(&pub);
	}
	json_decref(root);
	assert_int_equal(run + short_sig, 151);
	assert_in_range(run, 120, 151);
}

/* S + L is the same number, but another signature: the classic second reading. */
static void ed25519_s_plus_l(void **state)
{
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6,
		0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0x10 };
	uint8_t pub[32], key[64], sig[64];
	unsigned carry = 0;
	size_t i;

	(void)state;
	crypto_sign_ed25519_keypair(pub, key);
	crypto_sign_ed25519_detached(sig, NULL, (const uint8_t *)message, sizeof(message), key);
	assert_int_equal(evx_ed25519_verify(pub, sig, message, sizeof(message)), EVX_OK);
	for (i = 0; i < 32; i++) {
		carry += (unsigned)sig[32 + i] + order[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(evx_ed25519_verify(pub, sig, message, sizeof(message)), EVX_E_FORGED);
}

static void key_text(void **state)
{
	static const uint8_t weak[][32] = { { 0 }, { 1 }, /* order 4 and the neutral point */
		{ 0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f }, /* p: a second text of 0 */
		{ 2 } };                                            /* no point at all */
	struct evx_secret *seed = NULL;
	struct evx_sshkey pub, back, zero = { { 0 }, "" };
	char text[EVX_SSHKEY_CAP], bad[EVX_SSHKEY_CAP + 8];
	size_t i;

	(void)state;
	assert_int_equal(evx_sshkey_new(&seed, &pub, NULL), EVX_OK);
	assert_int_equal(evx_sshkey_encode(&pub, text), EVX_OK);
	assert_int_equal(strlen(text), 80);
	assert_int_equal(evx_sshkey_decode(text, 80, &back, NULL), EVX_OK);
	assert_true(evx_sshkey_equal(&pub, &back));
	for (i = 0; i < 80; i++) {
		assert_int_equal(evx_sshkey_decode(text, i, &back, NULL), EVX_E_CORRUPT);
		assert_memory_equal(&back, &zero, sizeof(back));
	}
	for (i = 0; i < 30; i++) { /* type, and the fields before the key's bytes */
		memcpy(bad, text, 81);
		bad[i] ^= 1;
		assert_int_not_equal(evx_sshkey_decode(bad, 80, &back, NULL), EVX_OK);
	}
	snprintf(bad, sizeof(bad), "%s c", text);
	assert_int_equal(evx_sshkey_decode(bad, 82, &back, NULL), EVX_E_CORRUPT);
	snprintf(bad, sizeof(bad), "%s\n", text);
	assert_int_equal(evx_sshkey_decode(bad, 81, &back, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_sshkey_decode("", 0, &back, NULL), EVX_E_CORRUPT);
	for (i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
		memcpy(pub.point, weak[i], 32);
		assert_int_equal(evx_sshkey_encode(&pub, text), EVX_OK);
		assert_int_equal(evx_sshkey_decode(text, 80, &back, NULL), EVX_E_CORRUPT);
	}
	evx_secret_free(seed);
}

static void private_block(void **state)
{
	struct evx_secret *seed = NULL, *back = NULL;
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_sshkey pub, pub2;
	size_t i, comment;

	(void)state;
	assert_int_equal(evx_sshkey_new(&seed, &pub, NULL), EVX_OK);
	for (comment = 0; comment < 9; comment++) { /* every amount of padding */
		evx_buf_reset(&text);
		assert_int_equal(
			evx_sshkey_private_encode(seed, &"12345678"[8 - comment], &text), EVX_OK);
		assert_int_equal(
			evx_sshkey_private_decode(text.data, text.len, &back, &pub2, NULL), EVX_OK);
		assert_true(evx_secret_equal(seed, back));
		assert_true(evx_sshkey_equal(&pub, &pub2));
		evx_secret_free(back);
	}
	for (i = 0; i < text.len; i++) {
		struct evx_diag diag = { 0 };

		assert_int_equal(evx_sshkey_private_decode(text.data, i, &back, &pub2, &diag),
			EVX_E_TRUNCATED);
		assert_int_equal(diag.code, EVX_E_TRUNCATED);
		assert_null(back);
	}
	evx_buf_free(&text);
	assert_int_equal(evx_sshkey_private_encode(seed, NULL, &text), EVX_OK);
	evx_buf_free(&text);
	evx_secret_free(seed);
}

static const struct evx_pem key_form = { "OPENSSH PRIVATE KEY", 70, false };
static const struct evx_pem sig_form = { "SSH SIGNATURE", 70, false };

/* Flips every bit of every byte of the blob inside the armor: only the comment, and both check
 * numbers together, may change unnoticed. */
static void private_block_flips(void **state)
{
	struct evx_secret *seed = NULL, *back = NULL;
	struct evx_buf text = EVX_BUF_INIT, blob = EVX_BUF_INIT, again = EVX_BUF_INIT;
	struct evx_sshkey pub, pub2;
	size_t i, passed = 0;
	unsigned bit;

	(void)state;
	assert_int_equal(evx_sshkey_new(&seed, &pub, NULL), EVX_OK);
	assert_int_equal(evx_sshkey_private_encode(seed, "me", &text), EVX_OK);
	assert_int_equal(evx_pem_decode(&key_form, text.data, text.len, &blob, NULL), EVX_OK);
	for (i = 0; i < blob.len; i++) {
		for (bit = 0; bit < 8; bit++) {
			blob.data[i] ^= (uint8_t)(1u << bit);
			evx_buf_reset(&again);
			assert_int_equal(
				evx_pem_encode(&key_form, blob.data, blob.len, &again), EVX_OK);
			if (evx_sshkey_private_decode(again.data, again.len, &back, &pub2, NULL) ==
				EVX_OK) {
				passed++;
				evx_secret_free(back);
			}
			blob.data[i] ^= (uint8_t)(1u << bit);
		}
	}
	assert_int_equal(passed, 2 * 8);
	evx_buf_free(&text);
	evx_buf_free(&blob);
	evx_buf_free(&again);
	evx_secret_free(seed);
}

/* A block whose private half belongs to another public key, and one that ssh-keygen encrypted. */
static void private_block_rejects(void **state)
{
	struct evx_secret *seed = NULL, *other = NULL, *back = NULL;
	struct evx_buf text = EVX_BUF_INIT, blob = EVX_BUF_INIT, text2 = EVX_BUF_INIT,
		       blob2 = EVX_BUF_INIT;
	struct evx_sshkey pub, pub2, out;
	size_t at;

	(void)state;
	assert_int_equal(evx_sshkey_new(&seed, &pub, NULL), EVX_OK);
	assert_int_equal(evx_sshkey_new(&other, &pub2, NULL), EVX_OK);
	assert_int_equal(evx_sshkey_private_encode(seed, "", &text), EVX_OK);
	assert_int_equal(evx_pem_decode(&key_form, text.data, text.len, &blob, NULL), EVX_OK);
	at = 15 + 8 + 8 + 4 + 4 + 4 + 51 + 4 + 8 + 15 + 36 + 4;
	assert_memory_equal(blob.data + at, evx_secret_bytes(seed), 32);
	memcpy(blob.data + at, evx_secret_bytes(other), 32);
	assert_int_equal(evx_pem_encode(&key_form, blob.data, blob.len, &text2), EVX_OK);
	assert_int_equal(
		evx_sshkey_private_decode(text2.data, text2.len, &back, &out, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_pem_decode(&key_form, text.data, text.len, &blob2, NULL), EVX_OK);
	memcpy(blob2.data + 15 + 4, "nine", 4);
	evx_buf_reset(&text2);
	assert_int_equal(evx_pem_encode(&key_form, blob2.data, blob2.len, &text2), EVX_OK);
	assert_int_equal(evx_sshkey_private_decode(text2.data, text2.len, &back, &out, NULL),
		EVX_E_UNSUPPORTED);
	assert_int_equal(evx_sshkey_private_decode("hello\n", 6, &back, &out, NULL), EVX_E_CORRUPT);
	evx_buf_free(&text);
	evx_buf_free(&blob);
	evx_buf_free(&text2);
	evx_buf_free(&blob2);
	evx_secret_free(seed);
	evx_secret_free(other);
}

static struct evx_secret *seed_of_test;
static struct evx_sshkey pub_of_test;
static struct evx_buf good = EVX_BUF_INIT;

static enum evx_err verify(const void *sig, size_t n)
{
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_sshsig_verify(
		&pub_of_test, NS, sig, n, message, sizeof(message) - 1, &diag);

	assert_int_equal(diag.code, err);
	assert_int_equal(diag.text[0] == '\0', err == EVX_OK);
	return err;
}

static void sshsig_good_and_wrong(void **state)
{
	struct evx_sshkey other;
	struct evx_secret *seed = NULL;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(verify(good.data, good.len), EVX_OK);
	assert_int_equal(evx_sshkey_new(&seed, &other, NULL), EVX_OK);
	assert_int_equal(evx_sshsig_verify(&other, NS, good.data, good.len, message,
				 sizeof(message) - 1, NULL),
		EVX_E_FORGED);
	assert_int_equal(evx_sshsig_verify(&pub_of_test, "evx-card/1", good.data, good.len, message,
				 sizeof(message) - 1, NULL),
		EVX_E_FORGED);
	assert_int_equal(evx_sshsig_verify(&pub_of_test, "evx-event/", good.data, good.len, message,
				 sizeof(message) - 1, NULL),
		EVX_E_FORGED);
	assert_int_equal(evx_sshsig_verify(&pub_of_test, NS, good.data, good.len, message,
				 sizeof(message) - 2, NULL),
		EVX_E_FORGED);
	assert_int_equal(evx_sshsig_sign(seed, "", message, 1, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	evx_secret_free(seed);
}

static void sshsig_cuts_and_flips(void **state)
{
	size_t i;
	unsigned bit;

	(void)state;
	for (i = 0; i < good.len; i++)
		assert_int_equal(verify(good.data, i), EVX_E_TRUNCATED);
	for (i = 0; i < good.len; i++) {
		for (bit = 0; bit < 8; bit++) {
			enum evx_err err;

			good.data[i] ^= (uint8_t)(1u << bit);
			err = verify(good.data, good.len);
			assert_true(err == EVX_E_CORRUPT || err == EVX_E_FORGED ||
				err == EVX_E_UNSUPPORTED || err == EVX_E_TRUNCATED);
			good.data[i] ^= (uint8_t)(1u << bit);
		}
	}
}

/* Armor that ssh-keygen does not write, though it may read it. */
static void sshsig_armor(void **state)
{
	struct evx_pem other = sig_form;
	struct evx_buf blob = EVX_BUF_INIT, text = EVX_BUF_INIT;
	size_t i;

	(void)state;
	assert_int_equal(evx_pem_decode(&sig_form, good.data, good.len, &blob, NULL), EVX_OK);
	for (other.width = 60; other.width <= 80; other.width += 2) {
		evx_buf_reset(&text);
		assert_int_equal(evx_pem_encode(&other, blob.data, blob.len, &text), EVX_OK);
		assert_int_equal(
			verify(text.data, text.len), other.width == 70 ? EVX_OK : EVX_E_CORRUPT);
	}
	evx_buf_reset(&text);
	for (i = 0; i < good.len; i++) {
		if (good.data[i] == '\n')
			assert_int_equal(evx_buf_add_u8(&text, '\r'), EVX_OK);
		assert_int_equal(evx_buf_add_u8(&text, good.data[i]), EVX_OK);
	}
	assert_int_equal(verify(text.data, text.len), EVX_E_CORRUPT);
	evx_buf_reset(&text);
	assert_int_equal(evx_buf_add(&text, good.data, good.len), EVX_OK);
	assert_int_equal(evx_buf_add_u8(&text, '\n'), EVX_OK);
	assert_int_equal(verify(text.data, text.len), EVX_E_CORRUPT);
	evx_buf_reset(&text);
	assert_int_equal(evx_buf_add_u8(&text, '\n'), EVX_OK);
	assert_int_equal(evx_buf_add(&text, good.data, good.len), EVX_OK);
	assert_int_equal(verify(text.data, text.len), EVX_E_CORRUPT);
	evx_buf_reset(&text);
	assert_int_equal(evx_buf_add(&text, good.data, good.len), EVX_OK);
	assert_int_equal(evx_buf_add(&text, good.data, good.len), EVX_OK);
	assert_int_equal(verify(text.data, text.len), EVX_E_CORRUPT);
	evx_buf_free(&blob);
	evx_buf_free(&text);
}

/* Builds a signature blob field by field; what stays NULL is as it should be. */
struct fields {
	uint32_t version;
	const char *key_type, *ns, *reserved, *hash, *sig_type, *after;
	size_t sig_len;
};

static enum evx_err verify_fields(const struct fields *f)
{
	struct evx_buf blob = EVX_BUF_INIT, key = EVX_BUF_INIT, sig = EVX_BUF_INIT,
		       text = EVX_BUF_INIT, real = EVX_BUF_INIT;
	uint8_t bytes[80] = { 0 };
	enum evx_err err;

	assert_int_equal(evx_pem_decode(&sig_form, good.data, good.len, &real, NULL), EVX_OK);
	memcpy(bytes, real.data + real.len - 64, 64);
	assert_int_equal(
		evx_sshwire_puts(&key, f->key_type == NULL ? "ssh-ed25519" : f->key_type), EVX_OK);
	assert_int_equal(evx_sshwire_put(&key, pub_of_test.point, 32), EVX_OK);
	assert_int_equal(
		evx_sshwire_puts(&sig, f->sig_type == NULL ? "ssh-ed25519" : f->sig_type), EVX_OK);
	assert_int_equal(evx_sshwire_put(&sig, bytes, f->sig_len), EVX_OK);
	assert_int_equal(evx_buf_adds(&blob, "SSHSIG"), EVX_OK);
	assert_int_equal(evx_buf_add_be32(&blob, f->version), EVX_OK);
	assert_int_equal(evx_sshwire_put(&blob, key.data, key.len), EVX_OK);
	assert_int_equal(evx_sshwire_puts(&blob, f->ns == NULL ? NS : f->ns), EVX_OK);
	assert_int_equal(evx_sshwire_puts(&blob, f->reserved == NULL ? "" : f->reserved), EVX_OK);
	assert_int_equal(evx_sshwire_puts(&blob, f->hash == NULL ? "sha512" : f->hash), EVX_OK);
	assert_int_equal(evx_sshwire_put(&blob, sig.data, sig.len), EVX_OK);
	assert_int_equal(evx_buf_adds(&blob, f->after == NULL ? "" : f->after), EVX_OK);
	assert_int_equal(evx_pem_encode(&sig_form, blob.data, blob.len, &text), EVX_OK);
	err = verify(text.data, text.len);
	evx_buf_free(&blob);
	evx_buf_free(&key);
	evx_buf_free(&sig);
	evx_buf_free(&text);
	evx_buf_free(&real);
	return err;
}

static void sshsig_fields(void **state)
{
	(void)state;
	assert_int_equal(verify_fields(&(struct fields){ .version = 1, .sig_len = 64 }), EVX_OK);
	assert_int_equal(
		verify_fields(&(struct fields){ .version = 0, .sig_len = 64 }), EVX_E_CORRUPT);
	assert_int_equal(
		verify_fields(&(struct fields){ .version = 2, .sig_len = 64 }), EVX_E_UNSUPPORTED);
	assert_int_equal(verify_fields(&(struct fields){
				 .version = 1, .sig_len = 64, .key_type = "ssh-rsa" }),
		EVX_E_UNSUPPORTED);
	assert_int_equal(verify_fields(&(struct fields){
				 .version = 1, .sig_len = 64, .sig_type = "ssh-rsa" }),
		EVX_E_UNSUPPORTED);
	assert_int_equal(
		verify_fields(&(struct fields){ .version = 1, .sig_len = 64, .ns = "file" }),
		EVX_E_FORGED);
	assert_int_equal(verify_fields(&(struct fields){ .version = 1, .sig_len = 64, .ns = "" }),
		EVX_E_FORGED);
	assert_int_equal(
		verify_fields(&(struct fields){ .version = 1, .sig_len = 64, .reserved = "x" }),
		EVX_E_CORRUPT);
	assert_int_equal(
		verify_fields(&(struct fields){ .version = 1, .sig_len = 64, .hash = "sha256" }),
		EVX_E_UNSUPPORTED);
	assert_int_equal(
		verify_fields(&(struct fields){ .version = 1, .sig_len = 63 }), EVX_E_CORRUPT);
	assert_int_equal(
		verify_fields(&(struct fields){ .version = 1, .sig_len = 65 }), EVX_E_CORRUPT);
	assert_int_equal(
		verify_fields(&(struct fields){ .version = 1, .sig_len = 64, .after = "x" }),
		EVX_E_CORRUPT);
	assert_int_equal(verify("not a signature\n", 16), EVX_E_CORRUPT);
	assert_int_equal(verify("", 0), EVX_E_TRUNCATED);
}

/* The example of format-spec/signatures.md. */
static void spec_example(void **state)
{
	static const char want[] =
		"-----BEGIN SSH SIGNATURE-----\n"
		"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1j\n"
		"CbpQ1fHdyGZBJVMbgAAAALZXZ4LWV2ZW50LzEAAAAAAAAABnNoYTUxMgAAAFMAAAALc3No\n"
		"LWVkMjU1MTkAAABAtQXUe34zmdL538G1uPsBeb6KXCTRH6qQvpE5iICkrBoShmtd4gt9Z9\n"
		"T7gnxG3cYDA6VOtkGrqIoAFfmMV6mRAQ==\n"
		"-----END SSH SIGNATURE-----\n";
	static const char key[] =
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
	struct evx_secret *seed = evx_secret_new(32);
	struct evx_buf out = EVX_BUF_INIT;
	char print[EVX_FINGERPRINT_CAP];
	struct evx_sshkey pub;
	uint8_t i;

	(void)state;
	for (i = 0; i < 32; i++)
		evx_secret_writable(seed)[i] = i;
	assert_int_equal(evx_sshsig_sign(seed, NS, "{}\n", 3, &out, NULL), EVX_OK);
	assert_int_equal(out.len, sizeof(want) - 1);
	assert_memory_equal(out.data, want, out.len);
	assert_int_equal(evx_sshkey_decode(key, 80, &pub, NULL), EVX_OK);
	assert_int_equal(
		evx_sshsig_verify(&pub, NS, want, sizeof(want) - 1, "{}\n", 3, NULL), EVX_OK);
	evx_sshkey_fingerprint(&pub, print);
	assert_string_equal(print, "SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg");
	evx_buf_free(&out);
	evx_secret_free(seed);
}

/* Our files through ssh-keygen: private key, public key, fingerprint, signature. */
static void ssh_keygen_reads_ours(void **state)
{
	struct tool_dir d;
	struct evx_buf text = EVX_BUF_INIT, line = EVX_BUF_INIT, got = EVX_BUF_INIT;
	char key[EVX_SSHKEY_CAP], print[EVX_FINGERPRINT_CAP], expect[256];

	(void)state;
	tool_needed("ssh-keygen");
	tool_dir_open(&d);
	assert_int_equal(evx_sshkey_private_encode(seed_of_test, "test key", &text), EVX_OK);
	tool_put(&d, "key", text.data, text.len);
	assert_int_equal(evx_sshkey_encode(&pub_of_test, key), EVX_OK);
	assert_int_equal(evx_buf_addf(&line, "me namespaces=\"%s\" %s\n", NS, key), EVX_OK);
	tool_put(&d, "allowed", line.data, line.len);
	tool_put(&d, "doc", message, sizeof(message) - 1);
	tool_put(&d, "doc.sig", good.data, good.len);
	assert_int_equal(tool_run(&d, "ssh-keygen -y -P '' -f key > pub"), 0);
	tool_get(&d, "pub", &got);
	snprintf(expect, sizeof(expect), "%s test key\n", key);
	assert_int_equal(got.len, strlen(expect));
	assert_memory_equal(got.data, expect, got.len);
	evx_buf_reset(&got);
	assert_int_equal(tool_run(&d, "ssh-keygen -l -f pub > print"), 0);
	tool_get(&d, "print", &got);
	evx_sshkey_fingerprint(&pub_of_test, print);
	snprintf(expect, sizeof(expect), "256 %s test key (ED25519)\n", print);
	assert_int_equal(got.len, strlen(expect));
	assert_memory_equal(got.data, expect, got.len);
	assert_int_equal(
		tool_run(&d, "ssh-keygen -Y verify -f allowed -I me -n " NS " -s doc.sig < doc"),
		0);
	assert_int_not_equal(
		tool_run(&d, "ssh-keygen -Y verify -f allowed -I me -n other -s doc.sig < doc"), 0);
	assert_int_not_equal(
		tool_run(&d, "echo x | ssh-keygen -Y verify -f allowed -I me -n " NS " -s doc.sig"),
		0);
	/* Ed25519 is deterministic, so its signature is ours, byte for byte. */
	assert_int_equal(
		tool_run(&d, "rm doc.sig && ssh-keygen -q -Y sign -f key -n " NS " doc"), 0);
	evx_buf_reset(&got);
	tool_get(&d, "doc.sig", &got);
	assert_int_equal(got.len, good.len);
	assert_memory_equal(got.data, good.data, got.len);
	evx_buf_free(&text);
	evx_buf_free(&line);
	evx_buf_free(&got);
	tool_dir_close(&d);
}

static void ours_reads_ssh_keygen(void **state)
{
	struct tool_dir d;
	struct evx_buf text = EVX_BUF_INIT, sig = EVX_BUF_INIT, pub_line = EVX_BUF_INIT;
	struct evx_secret *seed = NULL;
	struct evx_sshkey pub, decoded;

	(void)state;
	tool_needed("ssh-keygen");
	tool_dir_open(&d);
	tool_put(&d, "doc", message, sizeof(message) - 1);
	assert_int_equal(tool_run(&d,
				 "ssh-keygen -q -t ed25519 -N '' -C 'made elsewhere' -f key && "
				 "ssh-keygen -q -Y sign -f key -n " NS " doc"),
		0);
	tool_get(&d, "key", &text);
	assert_int_equal(evx_sshkey_private_decode(text.data, text.len, &seed, &pub, NULL), EVX_OK);
	tool_get(&d, "key.pub", &pub_line);
	assert_in_range(pub_line.len, 81, 200);
	assert_int_equal(
		evx_sshkey_decode((const char *)pub_line.data, 80, &decoded, NULL), EVX_OK);
	assert_true(evx_sshkey_equal(&pub, &decoded));
	tool_get(&d, "doc.sig", &sig);
	assert_int_equal(
		evx_sshsig_verify(&pub, NS, sig.data, sig.len, message, sizeof(message) - 1, NULL),
		EVX_OK);
	assert_int_equal(evx_sshsig_verify(&pub, "other", sig.data, sig.len, message,
				 sizeof(message) - 1, NULL),
		EVX_E_FORGED);
	assert_int_equal(tool_run(&d, "ssh-keygen -q -p -P '' -N secret -f key"), 0);
	evx_secret_free(seed);
	evx_buf_reset(&text);
	tool_get(&d, "key", &text);
	assert_int_equal(evx_sshkey_private_decode(text.data, text.len, &seed, &pub, NULL),
		EVX_E_UNSUPPORTED);
	evx_buf_free(&text);
	evx_buf_free(&sig);
	evx_buf_free(&pub_line);
	tool_dir_close(&d);
}

static struct evx_buf regress(const char *name, const char *suffix)
{
	struct evx_buf b = EVX_BUF_INIT;
	char file[128];

	snprintf(file, sizeof(file), "openssh-sshsig/%s%s", name, suffix);
	assert_int_equal(evx_read_file(AT_FDCWD, testdata(file), 65536, &b, NULL), EVX_OK);
	return b;
}

/* Signatures that OpenSSH made for its own tests: those of kinds that evx has verify; the others
 * are not supported, which is not forged. */
static void openssh_regress(void **state)
{
	static const struct {
		const char *name;
		bool ours;
	} files[] = {
		{ "ed25519", true },
		{ "ed25519_sk", true },
		{ "rsa", false },
		{ "ecdsa", false },
		{ "ecdsa_sk", false },
		{ "ecdsa_sk_webauthn", false },
		{ "mldsa44-ed25519", false },
	};
	struct evx_buf data = regress("signed-data", ""), ns = regress("namespace", "");
	char namespace[32] = "";

	(void)state;
	assert_in_range(ns.len, 1, sizeof(namespace) - 1);
	memcpy(namespace, ns.data, ns.len);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct evx_buf text = regress(files[i].name, ".pub"),
			       sig = regress(files[i].name, ".sig");
		const uint8_t *second = memchr(text.data, ' ', text.len), *end = NULL;
		struct evx_sshkey key;
		enum evx_err err;

		assert_non_null(second);
		end = memchr(second + 1, ' ', text.len - (size_t)(second + 1 - text.data));
		if (end == NULL)
			end = memchr(second, '\n', text.len - (size_t)(second - text.data));
		assert_non_null(end);
		err = evx_sshkey_decode(
			(const char *)text.data, (size_t)(end - text.data), &key, NULL);
		if (files[i].ours) {
			if (err != EVX_OK ||
				evx_sshsig_verify(&key, namespace, sig.data, sig.len, data.data,
					data.len, NULL) != EVX_OK)
				fail_msg("%s does not verify", files[i].name);
			assert_int_equal(evx_sshsig_verify(&key, NS, sig.data, sig.len, data.data,
						 data.len, NULL),
				EVX_E_FORGED);
			assert_int_equal(evx_sshsig_verify(&key, namespace, sig.data, sig.len,
						 data.data, data.len - 1, NULL),
				EVX_E_FORGED);
			assert_int_equal(evx_sshsig_verify(&pub_of_test, namespace, sig.data,
						 sig.len, data.data, data.len, NULL),
				EVX_E_FORGED);
		} else {
			assert_int_not_equal(err, EVX_OK);
			err = evx_sshsig_verify(&pub_of_test, namespace, sig.data, sig.len,
				data.data, data.len, NULL);
			if (err != EVX_E_UNSUPPORTED)
				fail_msg("signature %s: %s", files[i].name, evx_err_name(err));
		}
		evx_buf_free(&text);
		evx_buf_free(&sig);
	}
	evx_buf_free(&data);
	evx_buf_free(&ns);
}

static int init(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK &&
			evx_sshkey_new(&seed_of_test, &pub_of_test, NULL) == EVX_OK &&
			evx_sshsig_sign(seed_of_test, NS, message, sizeof(message) - 1, &good,
				NULL) == EVX_OK ?
		0 :
		-1;
}

static int done(void **state)
{
	(void)state;
	evx_secret_free(seed_of_test);
	evx_buf_free(&good);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ed25519_both_libraries),
		cmocka_unit_test(ed25519_cctv),
		cmocka_unit_test(ed25519_wycheproof),
		cmocka_unit_test(ed25519_s_plus_l),
		cmocka_unit_test(key_text),
		cmocka_unit_test(private_block),
		cmocka_unit_test(private_block_flips),
		cmocka_unit_test(private_block_rejects),
		cmocka_unit_test(sshsig_good_and_wrong),
		cmocka_unit_test(sshsig_cuts_and_flips),
		cmocka_unit_test(sshsig_armor),
		cmocka_unit_test(sshsig_fields),
		cmocka_unit_test(spec_example),
		cmocka_unit_test(ssh_keygen_reads_ours),
		cmocka_unit_test(ours_reads_ssh_keygen),
		cmocka_unit_test(openssh_regress),
	};

	return cmocka_run_group_tests(tests, init, done);
}
