/* age v1 (C2SP age.md): X25519 and scrypt recipients, armor; whole files in memory, for small
 * secrets. */
#ifndef EVX_CRYPTO_AGE_H
#define EVX_CRYPTO_AGE_H

#include "crypto/secret.h"

/* A new X25519 identity: 32 random bytes. *out owned by the caller. */
enum evx_err evx_age_identity_new(struct evx_secret **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The public key (recipient) of an identity. */
enum evx_err evx_age_public(const struct evx_secret *identity, uint8_t pub[32]) EVX_MUST_CHECK;
/* Bech32 form: 62 characters "age1…" and NUL. Decoding accepts exactly that, and only canonical
 * keys (below 2^255 - 19) that are not of low order; EVX_E_CORRUPT otherwise. */
#define EVX_AGE_RECIPIENT_CAP 64
enum evx_err evx_age_recipient_encode(
	const uint8_t pub[32], char out[EVX_AGE_RECIPIENT_CAP]) EVX_MUST_CHECK;
enum evx_err evx_age_recipient_decode(
	const char *s, size_t n, uint8_t pub[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* "AGE-SECRET-KEY-1…" and back. Appends the line with its LF to out (wiped when freed). Decoding
 * takes an age identity file: lines, '#' comments and blank lines ignored, exactly one key;
 * EVX_E_CORRUPT, or EVX_E_UNSUPPORTED for another kind of age key. */
enum evx_err evx_age_identity_encode(
	const struct evx_secret *identity, struct evx_buf *out) EVX_MUST_CHECK;
enum evx_err evx_age_identity_decode(
	const void *p, size_t n, struct evx_secret **out, struct evx_diag *diag) EVX_MUST_CHECK;

/* Encrypts n bytes to count recipients (1 to EVX_STANZAS_MAX), appending the binary age file to
 * out; on failure nothing is appended. */
enum evx_err evx_age_encrypt(const uint8_t (*pubs)[32], size_t count, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Encrypts to a passphrase with scrypt work factor log_n (2^log_n; 1..22), appending the binary
 * file, or the armored one. */
enum evx_err evx_age_encrypt_passphrase(const struct evx_secret *passphrase, unsigned log_n,
	bool armor, const void *p, size_t n, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* How to open a file: any of these may be absent. */
struct evx_age_open {
	const struct evx_secret *const *identities; /* X25519, tried in turn */
	size_t nidentities;
	const struct evx_secret *passphrase;
	unsigned max_log_n; /* scrypt work factor accepted; 0 means EVX_SCRYPT_LOGN_MAX, which is
			       also the most */
};
/* Opens the age file (binary, or armored when allow_armor) of n bytes. Appends to out only
 * plaintext whose chunk was authenticated; on failure out may hold the authenticated beginning (as
 * age itself would have written), and the error says why: EVX_E_NOT_OURS (no age file),
 * EVX_E_UNSUPPORTED, EVX_E_TRUNCATED, EVX_E_CORRUPT (header), EVX_E_KEY (no identity matches),
 * EVX_E_FORGED (MAC or payload), EVX_E_LIMIT (work factor, more than EVX_STANZAS_MAX stanzas). A
 * cut inside a chunk cannot be told from damage: EVX_E_FORGED. */
enum evx_err evx_age_decrypt(const struct evx_age_open *open, bool allow_armor, const void *p,
	size_t n, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the header only and counts stanzas by type; other counts unknown types. For the rule "only
 * X25519, exactly as many as declared" inside bundles. */
struct evx_age_header {
	size_t x25519, scrypt, other;
};
enum evx_err evx_age_inspect(
	const void *p, size_t n, struct evx_age_header *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
