/* Ed25519 keys in OpenSSH's private key file. */
#include <string.h>

#include <sodium.h>

#include "base/hash_equal.h"
#include "crypto/sshsig.h"
#include "crypto/sshwire.h"
#include "format/pem.h"

/* OpenSSH PROTOCOL.key, one unencrypted Ed25519 key:
 *
 *   15  "openssh-key-v1" NUL
 *   str cipher "none"   str kdf "none"   str kdf options ""   u32 number of keys 1
 *   str public key (type, 32 bytes)
 *   str private part:  u32 check  u32 the same check  str type  str public key, 32 bytes
 *                      str seed and public key, 64 bytes  str comment  bytes 1 2 3 … up to a
 * multiple of 8
 */
static const char magic[15] = "openssh-key-v1";
static const struct evx_pem form = { "OPENSSH PRIVATE KEY", 70, false };

static enum evx_err put_private_part(
	const uint8_t expanded[64], const uint8_t pub[32], const char *comment, struct evx_buf *out)
{
	uint8_t check[4], pad = 0;
	enum evx_err err;

	evx_random(check, sizeof(check));
	if ((err = evx_buf_add(out, check, sizeof(check))) != EVX_OK ||
		(err = evx_buf_add(out, check, sizeof(check))) != EVX_OK ||
		(err = evx_sshwire_puts(out, EVX_SSHWIRE_TYPE)) != EVX_OK ||
		(err = evx_sshwire_put(out, pub, 32)) != EVX_OK ||
		(err = evx_sshwire_put(out, expanded, 64)) != EVX_OK ||
		(err = evx_sshwire_puts(out, comment == NULL ? "" : comment)) != EVX_OK)
		return err;
	while (out->len % 8 != 0)
		if ((err = evx_buf_add_u8(out, ++pad)) != EVX_OK)
			return err;
	return err;
}

enum evx_err evx_sshkey_private_encode(
	const struct evx_secret *seed, const char *comment, struct evx_buf *out)
{
	uint8_t expanded[crypto_sign_ed25519_SECRETKEYBYTES], public_blob[EVX_SSHKEY_BLOB_MAX];
	struct evx_sshkey pub = { { 0 }, "" };
	struct evx_buf blob = EVX_BUF_INIT, part = EVX_BUF_INIT;
	enum evx_err err;

	if (evx_secret_len(seed) != crypto_sign_ed25519_SEEDBYTES)
		return EVX_E_USAGE;
	crypto_sign_ed25519_seed_keypair(pub.point, expanded, evx_secret_bytes(seed));
	if ((err = put_private_part(expanded, pub.point, comment, &part)) != EVX_OK ||
		(err = evx_buf_add(&blob, magic, sizeof(magic))) != EVX_OK ||
		(err = evx_sshwire_puts(&blob, "none")) != EVX_OK ||
		(err = evx_sshwire_puts(&blob, "none")) != EVX_OK ||
		(err = evx_sshwire_puts(&blob, "")) != EVX_OK ||
		(err = evx_buf_add_be32(&blob, 1)) != EVX_OK ||
		(err = evx_sshwire_put(&blob, public_blob, evx_sshkey_blob(&pub, public_blob))) !=
			EVX_OK ||
		(err = evx_sshwire_put(&blob, part.data, part.len)) != EVX_OK)
		goto out;
	err = evx_pem_encode(&form, blob.data, blob.len, out);
out:
	evx_wipe(expanded, sizeof(expanded));
	evx_buf_free(&part);
	evx_buf_free(&blob);
	return err;
}

/* Reads up to the private part; *pub is the public half that stands outside it. */
static enum evx_err read_outer(struct evx_cursor *c, struct evx_sshkey *pub,
	struct evx_cursor *part, struct evx_diag *diag)
{
	struct evx_cursor cipher, kdf, options, public_blob;
	const uint8_t *m;
	uint32_t count;
	enum evx_err err;

	if (evx_cursor_bytes(c, sizeof(magic), &m) != EVX_OK ||
		memcmp(m, magic, sizeof(magic)) != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"private key: expected \"openssh-key-v1\", found something else");
	if (evx_sshwire_get(c, &cipher) != EVX_OK || evx_sshwire_get(c, &kdf) != EVX_OK ||
		evx_sshwire_get(c, &options) != EVX_OK || evx_cursor_be32(c, &count) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"private key: expected cipher, kdf and number of keys, found the end");
	if (!evx_sshwire_is(&cipher, "none") || !evx_sshwire_is(&kdf, "none"))
		return evx_fail(diag, EVX_E_UNSUPPORTED,
			"private key: expected one without ssh-keygen's passphrase, found an "
			"encrypted one");
	if (options.len != 0 || count != 1)
		return evx_fail(diag, EVX_E_CORRUPT,
			"private key: expected no kdf options and one key, found others");
	if (evx_sshwire_get(c, &public_blob) != EVX_OK || evx_sshwire_get(c, part) != EVX_OK ||
		evx_cursor_end(c) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"private key: expected a public and a private part to the end, found "
			"another form");
	err = evx_sshwire_public(public_blob, pub);
	if (err == EVX_OK && pub->application[0] != '\0')
		err = EVX_E_UNSUPPORTED; /* a file of ssh-keygen with what a token needs, and no
					    private key */
	if (err != EVX_OK)
		return evx_fail(
			diag, err, "private key: expected an ssh-ed25519 key, found another");
	return EVX_OK;
}

static enum evx_err read_private_part(
	struct evx_cursor c, const uint8_t pub[32], const uint8_t **seed, struct evx_diag *diag)
{
	struct evx_cursor type, inner_pub, both, comment;
	uint32_t check[2];
	uint8_t byte, pad = 0;

	if (c.len % 8 != 0 || evx_cursor_be32(&c, &check[0]) != EVX_OK ||
		evx_cursor_be32(&c, &check[1]) != EVX_OK || check[0] != check[1])
		return evx_fail(diag, EVX_E_CORRUPT,
			"private key: expected two equal check numbers, found others");
	if (evx_sshwire_get(&c, &type) != EVX_OK || !evx_sshwire_is(&type, EVX_SSHWIRE_TYPE) ||
		evx_sshwire_get(&c, &inner_pub) != EVX_OK || inner_pub.len != 32 ||
		evx_sshwire_get(&c, &both) != EVX_OK || both.len != 64 ||
		evx_sshwire_get(&c, &comment) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"private key: expected type, public key, private key and comment, found "
			"another form");
	if (evx_cursor_left(&c) > 7)
		return evx_fail(diag, EVX_E_CORRUPT,
			"private key: expected at most 7 padding bytes, found %zu",
			evx_cursor_left(&c));
	while (evx_cursor_u8(&c, &byte) == EVX_OK) {
		if (byte != ++pad)
			return evx_fail(diag, EVX_E_CORRUPT,
				"private key: expected padding bytes 1 2 3 …, found others");
	}
	if (!evx_hash_equal(inner_pub.base, pub) || !evx_hash_equal(both.base + 32, pub))
		return evx_fail(diag, EVX_E_CORRUPT,
			"private key: expected the same public key three times, found different "
			"ones");
	*seed = both.base;
	return EVX_OK;
}

enum evx_err evx_sshkey_private_decode(const void *p, size_t n, struct evx_secret **seed,
	struct evx_sshkey *pub, struct evx_diag *diag)
{
	uint8_t expanded[crypto_sign_ed25519_SECRETKEYBYTES], derived[32];
	struct evx_buf blob = EVX_BUF_INIT;
	struct evx_cursor c, part;
	struct evx_sshkey outer_pub;
	const uint8_t *secret = NULL;
	struct evx_secret *s = NULL;
	enum evx_err err;

	*seed = NULL;
	memset(pub, 0, sizeof(*pub));
	err = evx_pem_decode(&form, p, n, &blob, diag);
	if (err != EVX_OK)
		goto out;
	c = evx_cursor_over(blob.data, blob.len);
	err = read_outer(&c, &outer_pub, &part, diag);
	if (err == EVX_OK)
		err = read_private_part(part, outer_pub.point, &secret, diag);
	if (err != EVX_OK)
		goto out;
	s = evx_secret_copy(secret, crypto_sign_ed25519_SEEDBYTES);
	if (s == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	crypto_sign_ed25519_seed_keypair(derived, expanded, evx_secret_bytes(s));
	if (!evx_hash_equal(derived, outer_pub.point)) {
		err = evx_fail(diag, EVX_E_CORRUPT,
			"private key: expected halves that belong together, found a private key of "
			"another public key");
		goto out;
	}
	memcpy(pub, derived, 32);
	*seed = s;
	s = NULL;
out:
	evx_secret_free(s);
	evx_wipe(expanded, sizeof(expanded));
	evx_buf_free(&blob);
	return err;
}
