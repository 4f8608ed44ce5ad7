/* SSHSIG signatures: make, read, verify. */
#include "crypto/sshsig.h"

#include <string.h>

#include <sodium.h>

#include "base/path.h"
#include "crypto/hash.h"
#include "crypto/sshwire.h"
#include "format/pem.h"

/* PROTOCOL.sshsig. In the armor:  6 "SSHSIG"  u32 version 1  str public key  str namespace  str
 * reserved ""  str hash "sha512"  str signature. What is signed:                 6 "SSHSIG"  str
 * namespace  str reserved ""  str hash "sha512"  str SHA-512 of the message. What a token's Ed25519
 * signs:   32 SHA-256 of the application  u8 flags  u32 counter  32 SHA-256 of the above
 * (PROTOCOL.u2f). */
#define USER_PRESENT 0x01
static const char magic[6] = { 'S', 'S', 'H', 'S', 'I', 'G' };
static const char hash_name[] = "sha512";
static const struct evx_pem form = { "SSH SIGNATURE", 70, false };

enum evx_err evx_sshsig_to_sign(const char *ns, const void *p, size_t n, struct evx_buf *out)
{
	uint8_t hash[crypto_hash_sha512_BYTES];
	enum evx_err err;

	crypto_hash_sha512(hash, p, n);
	if ((err = evx_buf_add(out, magic, sizeof(magic))) != EVX_OK ||
		(err = evx_sshwire_puts(out, ns)) != EVX_OK ||
		(err = evx_sshwire_puts(out, "")) != EVX_OK ||
		(err = evx_sshwire_puts(out, hash_name)) != EVX_OK)
		return err;
	return evx_sshwire_put(out, hash, sizeof(hash));
}

enum evx_err evx_sshsig_armor(const struct evx_sshkey *key, const char *ns, const void *sig,
	size_t siglen, struct evx_buf *out)
{
	uint8_t public_blob[EVX_SSHKEY_BLOB_MAX];
	struct evx_buf blob = EVX_BUF_INIT;
	enum evx_err err = evx_buf_add(&blob, magic, sizeof(magic));

	if (err != EVX_OK || (err = evx_buf_add_be32(&blob, 1)) != EVX_OK ||
		(err = evx_sshwire_put(&blob, public_blob, evx_sshkey_blob(key, public_blob))) !=
			EVX_OK ||
		(err = evx_sshwire_puts(&blob, ns)) != EVX_OK ||
		(err = evx_sshwire_puts(&blob, "")) != EVX_OK ||
		(err = evx_sshwire_puts(&blob, hash_name)) != EVX_OK ||
		(err = evx_sshwire_put(&blob, sig, siglen)) != EVX_OK)
		goto out;
	err = evx_pem_encode(&form, blob.data, blob.len, out);
out:
	evx_buf_free(&blob);
	return err;
}

enum evx_err evx_sshsig_sign(const struct evx_secret *seed, const char *ns, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag)
{
	uint8_t expanded[crypto_sign_ed25519_SECRETKEYBYTES], bytes[64];
	struct evx_buf text = EVX_BUF_INIT, sig = EVX_BUF_INIT;
	struct evx_sshkey pub = { { 0 }, "" };
	enum evx_err err;

	if (ns[0] == '\0' || evx_secret_len(seed) != crypto_sign_ed25519_SEEDBYTES)
		return evx_fail(diag, EVX_E_USAGE,
			"signature: expected a namespace and a seed of 32 bytes, found another");
	crypto_sign_ed25519_seed_keypair(pub.point, expanded, evx_secret_bytes(seed));
	if ((err = evx_sshsig_to_sign(ns, p, n, &text)) != EVX_OK)
		goto out;
	crypto_sign_ed25519_detached(bytes, NULL, text.data, text.len, expanded);
	if ((err = evx_sshwire_puts(&sig, EVX_SSHWIRE_TYPE)) != EVX_OK ||
		(err = evx_sshwire_put(&sig, bytes, sizeof(bytes))) != EVX_OK)
		goto out;
	err = evx_sshsig_armor(&pub, ns, sig.data, sig.len, out);
out:
	if (err != EVX_OK)
		evx_fail_buf(diag, err);
	evx_wipe(expanded, sizeof(expanded));
	evx_buf_free(&text);
	evx_buf_free(&sig);
	return err;
}

struct parsed {
	struct evx_sshkey key;
	struct evx_sshwire_signature sig;
	struct evx_cursor ns;
};

static enum evx_err parse(const struct evx_buf *blob, struct parsed *out, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(blob->data, blob->len), key, reserved, hash, sig;
	const uint8_t *m;
	uint32_t version;
	enum evx_err err;

	if (evx_cursor_bytes(&c, sizeof(magic), &m) != EVX_OK ||
		memcmp(m, magic, sizeof(magic)) != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"signature: expected \"SSHSIG\", found something else");
	if (evx_cursor_be32(&c, &version) != EVX_OK || version == 0)
		return evx_fail(diag, EVX_E_CORRUPT, "signature: expected version 1, found none");
	if (version != 1)
		return evx_fail(diag, EVX_E_UNSUPPORTED, "signature: expected version 1, found %u",
			(unsigned)version);
	if (evx_sshwire_get(&c, &key) != EVX_OK || evx_sshwire_get(&c, &out->ns) != EVX_OK ||
		evx_sshwire_get(&c, &reserved) != EVX_OK || evx_sshwire_get(&c, &hash) != EVX_OK ||
		evx_sshwire_get(&c, &sig) != EVX_OK || evx_cursor_end(&c) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"signature: expected five fields to the end, found another form");
	err = evx_sshwire_public(key, &out->key);
	if (err != EVX_OK)
		return evx_fail(diag, err,
			"signature: expected an ssh-ed25519 key, of a token or not, found another");
	if (reserved.len != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"signature: expected an empty reserved field, found %zu bytes",
			reserved.len);
	if (!evx_sshwire_is(&hash, hash_name))
		return evx_fail(
			diag, EVX_E_UNSUPPORTED, "signature: expected hash sha512, found another");
	err = evx_sshwire_signature(sig, &out->key, &out->sig);
	if (err != EVX_OK)
		return evx_fail(diag, err,
			"signature: expected an %s signature of 64 bytes, found another",
			evx_sshwire_type(&out->key));
	return EVX_OK;
}

/* What a token signed: the application and its own two fields around the hash of text. */
static enum evx_err verify_token(
	const struct parsed *s, const struct evx_buf *text, struct evx_diag *diag)
{
	uint8_t whole[32 + 1 + 4 + 32];

	if ((s->sig.flags & USER_PRESENT) == 0)
		return evx_fail(diag, EVX_E_FORGED,
			"signature: expected one for which somebody touched the token, found one "
			"without");
	evx_sha256(s->key.application, strlen(s->key.application), whole);
	whole[32] = s->sig.flags;
	evx_put_be32(whole + 33, s->sig.counter);
	evx_sha256(text->data, text->len, whole + 37);
	return evx_ed25519_verify(s->key.point, s->sig.bytes, whole, sizeof(whole));
}

enum evx_err evx_sshsig_verify(const struct evx_sshkey *key, const char *ns, const void *sig,
	size_t siglen, const void *p, size_t n, struct evx_diag *diag)
{
	struct evx_buf blob = EVX_BUF_INIT, text = EVX_BUF_INIT;
	struct parsed s;
	char found[64];
	enum evx_err err;

	err = evx_pem_decode(&form, sig, siglen, &blob, diag);
	if (err == EVX_OK)
		err = parse(&blob, &s, diag);
	if (err != EVX_OK)
		goto out;
	if (!evx_sshkey_equal(&s.key, key)) {
		err = evx_fail(diag, EVX_E_FORGED,
			"signature: expected one by the named key, found one by another key");
		goto out;
	}
	if (!evx_sshwire_is(&s.ns, ns)) {
		err = evx_fail(diag, EVX_E_FORGED, "signature: expected namespace %s, found %s", ns,
			evx_text_escape(s.ns.base, s.ns.len, found, sizeof(found)));
		goto out;
	}
	err = evx_sshsig_to_sign(ns, p, n, &text);
	if (err != EVX_OK) {
		evx_fail_buf(diag, err);
		goto out;
	}
	if (s.key.application[0] != '\0')
		err = verify_token(&s, &text, diag);
	else
		err = evx_ed25519_verify(key->point, s.sig.bytes, text.data, text.len);
	if (err != EVX_OK)
		evx_fail(diag, err,
			"signature: expected one over these bytes, found one that does not verify");
out:
	evx_buf_free(&blob);
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_ed25519_verify(
	const uint8_t pub[32], const uint8_t sig[64], const void *p, size_t n)
{
	if (crypto_core_ed25519_is_valid_point(pub) != 1 ||
		crypto_sign_ed25519_verify_detached(sig, p, n, pub) != 0)
		return EVX_E_FORGED;
	return EVX_OK;
}
