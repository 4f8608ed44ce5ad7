#include <string.h>

#include <sodium.h>

#include "crypto/hash.h"
#include "crypto/sshsig.h"
#include "crypto/sshwire.h"
#include "format/text.h"

#define TEXT_LEN 80 /* "ssh-ed25519 " and 68 characters of base64 */

/* Writes prefix and the base64 of the n bytes at p to the cap zeroed bytes at out, which are wide enough for both. */
static enum evx_err write_text(const char *prefix, const uint8_t *p, size_t n, bool pad, char *out, size_t cap)
{
	struct evx_buf fixed = { (uint8_t *)out, 0, cap, cap };
	enum evx_err err = evx_buf_adds(&fixed, prefix);

	return err != EVX_OK ? err : evx_base64_encode(p, n, pad, &fixed);
}

enum evx_err evx_sshkey_encode(const uint8_t pub[32], char out[EVX_SSHKEY_CAP])
{
	uint8_t blob[EVX_SSHWIRE_PUBLIC_LEN];

	memset(out, 0, EVX_SSHKEY_CAP);
	evx_sshwire_public(pub, blob);
	return write_text(EVX_SSHWIRE_TYPE " ", blob, sizeof(blob), true, out, EVX_SSHKEY_CAP);
}

enum evx_err evx_sshkey_decode(const char *s, size_t n, uint8_t pub[32], struct evx_diag *diag)
{
	static const char type[] = EVX_SSHWIRE_TYPE " ";
	struct evx_buf blob = EVX_BUF_INIT;
	const uint8_t *key;
	enum evx_err err;

	memset(pub, 0, 32);
	if (n < sizeof(type) - 1 || memcmp(s, type, sizeof(type) - 1) != 0)
		return evx_fail(diag, EVX_E_CORRUPT, "signing key: expected \"ssh-ed25519 …\", found another kind");
	if (n != TEXT_LEN)
		return evx_fail(diag, EVX_E_CORRUPT, "signing key: expected %d characters, found %zu", TEXT_LEN, n);
	err = evx_base64_decode(s + sizeof(type) - 1, n - (sizeof(type) - 1), true, &blob);
	if (err == EVX_OK)
		err = evx_sshwire_typed(evx_cursor_over(blob.data, blob.len), 32, &key);
	if (err != EVX_OK) {
		err = evx_fail(diag, err, "signing key: expected an Ed25519 key in canonical base64, found something else");
		goto out;
	}
	if (crypto_core_ed25519_is_valid_point(key) != 1) {
		err = evx_fail(diag, EVX_E_CORRUPT, "signing key: expected a canonical point of prime order, found another");
		goto out;
	}
	memcpy(pub, key, 32);
out:
	evx_buf_free(&blob);
	return err;
}

void evx_sshkey_fingerprint(const uint8_t pub[32], char out[EVX_FINGERPRINT_CAP])
{
	uint8_t blob[EVX_SSHWIRE_PUBLIC_LEN], hash[32];

	memset(out, 0, EVX_FINGERPRINT_CAP);
	evx_sshwire_public(pub, blob);
	evx_sha256(blob, sizeof(blob), hash);
	if (write_text("SHA256:", hash, sizeof(hash), false, out, EVX_FINGERPRINT_CAP) != EVX_OK)
		out[0] = '\0';
}

enum evx_err evx_sshkey_new(struct evx_secret **seed, uint8_t pub[32], struct evx_diag *diag)
{
	uint8_t expanded[crypto_sign_ed25519_SECRETKEYBYTES];
	struct evx_secret *s = evx_secret_new(crypto_sign_ed25519_SEEDBYTES);

	*seed = NULL;
	if (s == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "signing key: no memory for it");
	evx_random(evx_secret_writable(s), evx_secret_len(s));
	crypto_sign_ed25519_seed_keypair(pub, expanded, evx_secret_bytes(s));
	evx_wipe(expanded, sizeof(expanded));
	*seed = s;
	return EVX_OK;
}
