/* File keys wrapped for X25519 and scrypt. */
#include <string.h>

#include <sodium.h>

#include "crypto/age_inner.h"
#include "crypto/hash.h"

/* C2SP age.md: "File key", "Header MAC", "Payload", "The X25519 recipient type", "The scrypt
 * recipient type". */

const struct evx_pem evx_age_armor = { "AGE ENCRYPTED FILE", 64, true };

bool evx_age_x25519_key(const uint8_t secret[32], const uint8_t other[32], const uint8_t share[32],
	const uint8_t pub[32], uint8_t key[32])
{
	uint8_t product[32], salt[64];
	bool ok = crypto_scalarmult_curve25519(product, secret, other) == 0;

	memset(key, 0, 32);
	if (ok) {
		memcpy(salt, share, 32);
		memcpy(salt + 32, pub, 32);
		evx_hkdf_sha256(product, sizeof(product), salt, sizeof(salt),
			"age-encryption.org/v1/X25519", key);
	}
	evx_wipe(product, sizeof(product));
	return ok;
}

enum evx_err evx_age_scrypt_key(const struct evx_secret *passphrase, const uint8_t salt[16],
	unsigned log_n, uint8_t key[32])
{
	static const char label[28] = "age-encryption.org/v1/scrypt";
	uint8_t whole[sizeof(label) + 16];

	memcpy(whole, label, sizeof(label));
	memcpy(whole + sizeof(label), salt, 16);
	if (crypto_pwhash_scryptsalsa208sha256_ll(evx_secret_bytes(passphrase),
		    evx_secret_len(passphrase), whole, sizeof(whole), UINT64_C(1) << log_n, 8, 1,
		    key, 32) != 0) {
		evx_wipe(key, 32);
		return EVX_E_MEMORY;
	}
	return EVX_OK;
}

void evx_age_mac(const uint8_t file_key[EVX_AGE_FILE_KEY], const void *p, size_t n, uint8_t mac[32])
{
	uint8_t key[32];

	evx_hkdf_sha256(file_key, EVX_AGE_FILE_KEY, NULL, 0, "header", key);
	evx_hmac_sha256(key, sizeof(key), p, n, mac);
	evx_wipe(key, sizeof(key));
}

void evx_age_payload_key(const uint8_t file_key[EVX_AGE_FILE_KEY],
	const uint8_t nonce[EVX_AGE_NONCE], uint8_t key[32])
{
	evx_hkdf_sha256(file_key, EVX_AGE_FILE_KEY, nonce, EVX_AGE_NONCE, "payload", key);
}

void evx_age_chunk_nonce(uint64_t index, bool last, uint8_t nonce[12])
{
	memset(nonce, 0, 12);
	evx_put_be64(nonce + 3, index);
	nonce[11] = last ? 1 : 0;
}
