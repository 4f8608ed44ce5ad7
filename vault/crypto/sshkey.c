/* Signing keys, of files and of tokens, in OpenSSH's public form. */
#include <string.h>

#include <sodium.h>

#include "base/hash_equal.h"
#include "crypto/sshsig.h"
#include "crypto/sshwire.h"
#include "format/key_text.h"
#include "format/text.h"

bool evx_sshkey_equal(const struct evx_sshkey *a, const struct evx_sshkey *b)
{
	return evx_hash_equal(a->point, b->point) && strcmp(a->application, b->application) == 0;
}

static uint8_t *put_string(uint8_t *at, const void *p, size_t n)
{
	evx_put_be32(at, (uint32_t)n);
	if (n > 0)
		memcpy(at + 4, p, n);
	return at + 4 + n;
}

size_t evx_sshkey_blob(const struct evx_sshkey *key, uint8_t out[EVX_SSHKEY_BLOB_MAX])
{
	const char *type = evx_sshwire_type(key);
	uint8_t *at = put_string(out, type, strlen(type));

	at = put_string(at, key->point, sizeof(key->point));
	if (key->application[0] != '\0')
		at = put_string(at, key->application, strlen(key->application));
	return (size_t)(at - out);
}

enum evx_err evx_sshkey_encode(const struct evx_sshkey *key, char out[EVX_SSHKEY_CAP])
{
	struct evx_buf fixed = { (uint8_t *)out, 0, EVX_SSHKEY_CAP, EVX_SSHKEY_CAP };
	uint8_t blob[EVX_SSHKEY_BLOB_MAX];
	enum evx_err err;

	memset(out, 0, EVX_SSHKEY_CAP);
	err = evx_buf_addf(&fixed, "%s ", evx_sshwire_type(key));
	return err != EVX_OK ? err :
			       evx_base64_encode(blob, evx_sshkey_blob(key, blob), true, &fixed);
}

enum evx_err evx_sshkey_decode(
	const char *s, size_t n, struct evx_sshkey *key, struct evx_diag *diag)
{
	struct evx_buf blob = EVX_BUF_INIT;
	struct evx_sshkey got;
	char again[EVX_SSHKEY_CAP];
	const char *space;
	enum evx_err err;

	memset(key, 0, sizeof(*key));
	if (!evx_key_text_signing(s, n))
		return evx_fail(diag, EVX_E_CORRUPT,
			"signing key: expected \"ssh-ed25519 …\" or \"sk-ssh-ed25519@openssh.com "
			"…\", found another text");
	space = (const char *)memchr(s, ' ', n) + 1;
	err = evx_base64_decode(space, n - (size_t)(space - s), true, &blob);
	if (err == EVX_OK)
		err = evx_sshwire_public(evx_cursor_over(blob.data, blob.len), &got);
	/* The type stands twice. */
	if (err == EVX_OK &&
		(evx_sshkey_encode(&got, again) != EVX_OK || strlen(again) != n ||
			memcmp(again, s, n) != 0))
		err = EVX_E_CORRUPT;
	if (err != EVX_OK)
		err = evx_fail(diag, err,
			"signing key: expected an Ed25519 key in canonical base64, found something "
			"else");
	else if (crypto_core_ed25519_is_valid_point(got.point) != 1)
		err = evx_fail(diag, EVX_E_CORRUPT,
			"signing key: expected a canonical point of prime order, found another");
	else
		*key = got;
	evx_buf_free(&blob);
	return err;
}

void evx_sshkey_fingerprint(const struct evx_sshkey *key, char out[EVX_FINGERPRINT_CAP])
{
	uint8_t blob[EVX_SSHKEY_BLOB_MAX];

	evx_sshwire_fingerprint(blob, evx_sshkey_blob(key, blob), out);
}

enum evx_err evx_sshkey_new(struct evx_secret **seed, struct evx_sshkey *pub, struct evx_diag *diag)
{
	uint8_t expanded[crypto_sign_ed25519_SECRETKEYBYTES];
	struct evx_secret *s = evx_secret_new(crypto_sign_ed25519_SEEDBYTES);

	*seed = NULL;
	memset(pub, 0, sizeof(*pub));
	if (s == NULL)
		return evx_fail_memory(diag);
	evx_random(evx_secret_writable(s), evx_secret_len(s));
	crypto_sign_ed25519_seed_keypair(pub->point, expanded, evx_secret_bytes(s));
	evx_wipe(expanded, sizeof(expanded));
	*seed = s;
	return EVX_OK;
}
