/* Keys of tokens (sk-ssh-ed25519@openssh.com): text, signatures made as a token makes them, and all
 * that must be rejected. */
#include "testdata.h"

#include <sodium.h>

#include "crypto/hash.h"
#include "crypto/sshwire.h"
#include "format/pem.h"
#include "tools.h"

#define NS "evx-event/1"

static const char message[] = "{\"format\":\"evx-event/1\"}\n";
static const struct evx_pem sig_form = { "SSH SIGNATURE", 70, false };
static uint8_t expanded[64];
static struct evx_sshkey token;

/* What a token and its middleware return over the signed bytes: PROTOCOL.u2f "SSH U2F Signatures".
 */
static void token_signs(const struct evx_sshkey *key, uint8_t flags, uint32_t counter,
	const struct evx_buf *text, struct evx_buf *out)
{
	uint8_t whole[69], sig[64], tail[5];

	evx_sha256(key->application, strlen(key->application), whole);
	whole[32] = flags;
	evx_put_be32(whole + 33, counter);
	evx_sha256(text->data, text->len, whole + 37);
	assert_int_equal(
		crypto_sign_ed25519_detached(sig, NULL, whole, sizeof(whole), expanded), 0);
	assert_int_equal(evx_sshwire_puts(out, "sk-ssh-ed25519@openssh.com"), EVX_OK);
	assert_int_equal(evx_sshwire_put(out, sig, sizeof(sig)), EVX_OK);
	tail[0] = flags;
	evx_put_be32(tail + 1, counter);
	assert_int_equal(evx_buf_add(out, tail, sizeof(tail)), EVX_OK);
}

/* The armored signature of key. */
static struct evx_buf sign(const struct evx_sshkey *key, uint8_t flags, uint32_t counter)
{
	struct evx_buf text = EVX_BUF_INIT, sig = EVX_BUF_INIT, out = EVX_BUF_INIT;

	assert_int_equal(evx_sshsig_to_sign(NS, message, sizeof(message) - 1, &text), EVX_OK);
	token_signs(key, flags, counter, &text, &sig);
	assert_int_equal(evx_sshsig_armor(key, NS, sig.data, sig.len, &out), EVX_OK);
	evx_buf_free(&text);
	evx_buf_free(&sig);
	return out;
}

static enum evx_err verify(const struct evx_sshkey *key, const struct evx_buf *sig)
{
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_sshsig_verify(
		key, NS, sig->data, sig->len, message, sizeof(message) - 1, &diag);

	assert_int_equal(diag.code, err);
	return err;
}

static enum evx_err signed_with(const struct evx_sshkey *key, uint8_t flags, uint32_t counter)
{
	struct evx_buf sig = sign(key, flags, counter);
	enum evx_err err = verify(key, &sig);

	evx_buf_free(&sig);
	return err;
}

/* Somebody touched it, that is what counts; a PIN is as good, and the counter is whatever the token
 * says. */
static void flags_and_counter(void **state)
{
	unsigned flags;

	(void)state;
	for (flags = 0; flags < 256; flags++)
		assert_int_equal(signed_with(&token, (uint8_t)flags, 7),
			(flags & 1) != 0 ? EVX_OK : EVX_E_FORGED);
	assert_int_equal(signed_with(&token, 1, 0), EVX_OK);
	assert_int_equal(signed_with(&token, 5, 0xffffffff), EVX_OK);
}

/* A key is point and application together, and a token's key is never the plain key of the same
 * point. */
static void other_key(void **state)
{
	struct evx_sshkey other = token, plain = token;
	struct evx_buf sig = sign(&token, 1, 1), raw = EVX_BUF_INIT, text = EVX_BUF_INIT,
		       armored = EVX_BUF_INIT;
	char a[EVX_FINGERPRINT_CAP], b[EVX_FINGERPRINT_CAP];
	uint8_t bytes[64];

	(void)state;
	strcpy(other.application, "ssh:other");
	memset(plain.application, 0, sizeof(plain.application));
	assert_int_equal(verify(&token, &sig), EVX_OK);
	assert_false(evx_sshkey_equal(&token, &other));
	assert_false(evx_sshkey_equal(&token, &plain));
	assert_int_equal(verify(&other, &sig), EVX_E_FORGED);
	assert_int_equal(verify(&plain, &sig), EVX_E_FORGED);
	evx_sshkey_fingerprint(&token, a);
	evx_sshkey_fingerprint(&other, b);
	assert_string_not_equal(a, b);
	/* The signature that the same private half makes without the token's wrapping, as either
	 * kind. */
	assert_int_equal(evx_sshsig_to_sign(NS, message, sizeof(message) - 1, &text), EVX_OK);
	assert_int_equal(
		crypto_sign_ed25519_detached(bytes, NULL, text.data, text.len, expanded), 0);
	assert_int_equal(evx_sshwire_puts(&raw, "ssh-ed25519"), EVX_OK);
	assert_int_equal(evx_sshwire_put(&raw, bytes, 64), EVX_OK);
	assert_int_equal(evx_sshsig_armor(&plain, NS, raw.data, raw.len, &armored), EVX_OK);
	assert_int_equal(verify(&plain, &armored), EVX_OK);
	assert_int_equal(verify(&token, &armored), EVX_E_FORGED);
	evx_buf_reset(&armored);
	assert_int_equal(evx_sshsig_armor(&token, NS, raw.data, raw.len, &armored), EVX_OK);
	assert_int_equal(verify(&token, &armored), EVX_E_UNSUPPORTED);
	evx_buf_free(&sig);
	evx_buf_free(&raw);
	evx_buf_free(&text);
	evx_buf_free(&armored);
}

/* Every bit of the blob is decided: application, flags and counter, too. */
static void flips_and_lengths(void **state)
{
	struct evx_buf sig = sign(&token, 1, 1), blob = EVX_BUF_INIT, text = EVX_BUF_INIT,
		       inner = EVX_BUF_INIT, out = EVX_BUF_INIT;
	size_t i;
	unsigned bit;

	(void)state;
	assert_int_equal(evx_pem_decode(&sig_form, sig.data, sig.len, &blob, NULL), EVX_OK);
	for (i = 0; i < blob.len; i++)
		for (bit = 0; bit < 8; bit++) {
			blob.data[i] ^= (uint8_t)(1u << bit);
			evx_buf_reset(&text);
			assert_int_equal(
				evx_pem_encode(&sig_form, blob.data, blob.len, &text), EVX_OK);
			assert_int_not_equal(verify(&token, &text), EVX_OK);
			blob.data[i] ^= (uint8_t)(1u << bit);
		}
	evx_buf_reset(&text);
	assert_int_equal(evx_sshsig_to_sign(NS, message, sizeof(message) - 1, &text), EVX_OK);
	token_signs(&token, 1, 1, &text, &inner);
	for (i = 0; i < inner.len; i++) {
		evx_buf_reset(&out);
		assert_int_equal(evx_sshsig_armor(&token, NS, inner.data, i, &out), EVX_OK);
		assert_int_equal(verify(&token, &out), EVX_E_CORRUPT);
	}
	assert_int_equal(evx_buf_add_u8(&inner, 0), EVX_OK);
	evx_buf_reset(&out);
	assert_int_equal(evx_sshsig_armor(&token, NS, inner.data, inner.len, &out), EVX_OK);
	assert_int_equal(verify(&token, &out), EVX_E_CORRUPT);
	evx_buf_free(&sig);
	evx_buf_free(&blob);
	evx_buf_free(&text);
	evx_buf_free(&inner);
	evx_buf_free(&out);
}

/* The text of a blob that is given field by field. */
static enum evx_err decode_fields(const char *prefix, const char *type, const uint8_t *point,
	const char *application, size_t len, const char *after)
{
	struct evx_buf blob = EVX_BUF_INIT, text = EVX_BUF_INIT;
	struct evx_sshkey key, zero = { { 0 }, "" };
	enum evx_err err;

	assert_int_equal(evx_sshwire_puts(&blob, type), EVX_OK);
	assert_int_equal(evx_sshwire_put(&blob, point, 32), EVX_OK);
	if (application != NULL)
		assert_int_equal(evx_sshwire_put(&blob, application, len), EVX_OK);
	assert_int_equal(evx_buf_adds(&blob, after), EVX_OK);
	assert_int_equal(evx_buf_adds(&text, prefix), EVX_OK);
	assert_int_equal(evx_base64_encode(blob.data, blob.len, true, &text), EVX_OK);
	err = evx_sshkey_decode((const char *)text.data, text.len, &key, NULL);
	if (err != EVX_OK)
		assert_memory_equal(&key, &zero, sizeof(key));
	evx_buf_free(&blob);
	evx_buf_free(&text);
	return err;
}

static void key_text(void **state)
{
	static const char sk[] = "sk-ssh-ed25519@openssh.com",
			  longest[] = "ssh:56789012345678901234567890123", plain[] = "ssh-ed25519 ";
	static const uint8_t weak[32] = { 1 };
	const char *text = "sk-ssh-ed25519@openssh.com ";
	char out[EVX_SSHKEY_CAP];
	struct evx_sshkey back;
	size_t i;

	(void)state;
	assert_int_equal(evx_sshkey_encode(&token, out), EVX_OK);
	assert_int_equal(strlen(out), 127);
	assert_int_equal(evx_sshkey_decode(out, 127, &back, NULL), EVX_OK);
	assert_true(evx_sshkey_equal(&token, &back));
	for (i = 0; i < 127; i++)
		assert_int_equal(evx_sshkey_decode(out, i, &back, NULL), EVX_E_CORRUPT);
	assert_int_equal(decode_fields(text, sk, token.point, "ssh:", 4, ""), EVX_OK);
	assert_int_equal(decode_fields(text, sk, token.point, longest, 32, ""), EVX_OK);
	assert_int_equal(decode_fields(text, sk, token.point, longest, 33, ""), EVX_E_CORRUPT);
	assert_int_equal(decode_fields(text, sk, token.point, "ssh", 3, ""), EVX_E_CORRUPT);
	assert_int_equal(decode_fields(text, sk, token.point, "https://a", 9, ""), EVX_E_CORRUPT);
	assert_int_equal(decode_fields(text, sk, token.point, "ssh:a b", 7, ""), EVX_E_CORRUPT);
	assert_int_equal(decode_fields(text, sk, token.point, "ssh:\x7f", 5, ""), EVX_E_CORRUPT);
	assert_int_equal(
		decode_fields(text, sk, token.point, "ssh:\xc3\xa9", 6, ""), EVX_E_CORRUPT);
	assert_int_equal(decode_fields(text, sk, token.point, "ssh:\0a", 6, ""), EVX_E_CORRUPT);
	assert_int_equal(decode_fields(text, sk, token.point, NULL, 0, ""), EVX_E_CORRUPT);
	assert_int_equal(decode_fields(text, sk, token.point, "ssh:", 4, "x"), EVX_E_CORRUPT);
	assert_int_equal(decode_fields(text, sk, weak, "ssh:", 4, ""), EVX_E_CORRUPT);
	/* The kind before the space and the one inside are the same. */
	assert_int_equal(
		decode_fields(text, "ssh-ed25519", token.point, "ssh:6789012345678901", 20, ""),
		EVX_E_CORRUPT);
	assert_int_equal(decode_fields(plain, sk, token.point, "ssh:", 4, ""), EVX_E_CORRUPT);
	assert_int_equal(
		decode_fields(text, "sk-ssh-ed25519@openssh.net", token.point, "ssh:", 4, ""),
		EVX_E_UNSUPPORTED);
}

/* format-spec/signatures.md, the example of a token's key. */
static void spec_example(void **state)
{
	static const char want_key[] = "sk-ssh-ed25519@openssh.com "
				       "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAOhB7/"
				       "zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4AAAABHNzaDo=";
	static const char want[] =
		"-----BEGIN SSH SIGNATURE-----\n"
		"U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAgA6EHv/\n"
		"POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbgAAAAEc3NoOgAAAAtldngtZXZlbnQvMQAA\n"
		"AAAAAAAGc2hhNTEyAAAAZwAAABpzay1zc2gtZWQyNTUxOUBvcGVuc3NoLmNvbQAAAEAGLV\n"
		"Z7quI2bXFjTnwKAZv0vyxDFDNsAaVMMOjNa+9p2F6h7bJE+MEd10Cx3axequ8aiiUY65hF\n"
		"FwBGCvudIO8HBQAAACo=\n"
		"-----END SSH SIGNATURE-----\n";
	struct evx_buf text = EVX_BUF_INIT, sig = EVX_BUF_INIT, out = EVX_BUF_INIT;
	struct evx_sshkey key = { { 0 }, "ssh:" };
	char line[EVX_SSHKEY_CAP], print[EVX_FINGERPRINT_CAP];
	uint8_t seed[32], kept[64], i;

	(void)state;
	memcpy(kept, expanded, sizeof(kept));
	for (i = 0; i < 32; i++)
		seed[i] = i;
	assert_int_equal(crypto_sign_ed25519_seed_keypair(key.point, expanded, seed), 0);
	assert_int_equal(evx_sshkey_encode(&key, line), EVX_OK);
	assert_string_equal(line, want_key);
	evx_sshkey_fingerprint(&key, print);
	assert_string_equal(print, "SHA256:zZRfREUNsMUzSOFB5SbeIp9ej3rAmmnO94dMSqCRPD8");
	assert_int_equal(evx_sshsig_to_sign(NS, "{}\n", 3, &text), EVX_OK);
	token_signs(&key, 5, 42, &text, &sig);
	memcpy(expanded, kept, sizeof(kept));
	assert_int_equal(evx_sshsig_armor(&key, NS, sig.data, sig.len, &out), EVX_OK);
	assert_int_equal(evx_sshsig_verify(&key, NS, out.data, out.len, "{}\n", 3, NULL), EVX_OK);
	assert_int_equal(out.len, sizeof(want) - 1);
	assert_memory_equal(out.data, want, out.len);
	evx_buf_free(&text);
	evx_buf_free(&sig);
	evx_buf_free(&out);
}

/* ssh-keygen accepts the key, prints the same fingerprint, and accepts the signature. */
static void ssh_keygen_reads_ours(void **state)
{
	struct tool_dir d;
	struct evx_buf line = EVX_BUF_INIT, got = EVX_BUF_INIT, sig = sign(&token, 1, 3);
	char key[EVX_SSHKEY_CAP], print[EVX_FINGERPRINT_CAP], expect[256];

	(void)state;
	tool_needed("ssh-keygen");
	tool_dir_open(&d);
	assert_int_equal(evx_sshkey_encode(&token, key), EVX_OK);
	tool_put(&d, "pub", key, strlen(key));
	assert_int_equal(evx_buf_addf(&line, "me namespaces=\"%s\" %s\n", NS, key), EVX_OK);
	tool_put(&d, "allowed", line.data, line.len);
	tool_put(&d, "doc", message, sizeof(message) - 1);
	tool_put(&d, "doc.sig", sig.data, sig.len);
	assert_int_equal(tool_run(&d, "ssh-keygen -l -f pub > print"), 0);
	tool_get(&d, "print", &got);
	evx_sshkey_fingerprint(&token, print);
	snprintf(expect, sizeof(expect), "256 %s no comment (ED25519-SK)\n", print);
	assert_int_equal(got.len, strlen(expect));
	assert_memory_equal(got.data, expect, got.len);
	assert_int_equal(
		tool_run(&d, "ssh-keygen -Y verify -f allowed -I me -n " NS " -s doc.sig < doc"),
		0);
	assert_int_not_equal(
		tool_run(&d, "echo x | ssh-keygen -Y verify -f allowed -I me -n " NS " -s doc.sig"),
		0);
	evx_buf_free(&line);
	evx_buf_free(&got);
	evx_buf_free(&sig);
	tool_dir_close(&d);
}

static int init(void **state)
{
	(void)state;
	strcpy(token.application, "ssh:");
	return evx_crypto_init(NULL) == EVX_OK &&
			crypto_sign_ed25519_keypair(token.point, expanded) == 0 ?
		0 :
		-1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_and_counter),
		cmocka_unit_test(other_key),
		cmocka_unit_test(flips_and_lengths),
		cmocka_unit_test(key_text),
		cmocka_unit_test(spec_example),
		cmocka_unit_test(ssh_keygen_reads_ours),
	};

	return cmocka_run_group_tests_name("token", tests, init, NULL);
}
