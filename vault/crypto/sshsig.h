/* Ed25519 signing keys in OpenSSH form, and SSHSIG signatures (openssh PROTOCOL.sshsig, PROTOCOL.key), hash sha512. */
#ifndef EVX_CRYPTO_SSHSIG_H
#define EVX_CRYPTO_SSHSIG_H

#include "crypto/secret.h"

/* Public keys are handled as their 32 raw bytes. Text form: "ssh-ed25519 AAAA…" without comment (80 characters). */
#define EVX_SSHKEY_CAP 96
enum evx_err evx_sshkey_encode(const uint8_t pub[32], char out[EVX_SSHKEY_CAP]) EVX_MUST_CHECK;
/* Accepts exactly the canonical form, no comment, nothing after; the point must be canonical and of prime order. EVX_E_CORRUPT for all
 * else (EVX_E_UNSUPPORTED when the base64 names another key type). */
enum evx_err evx_sshkey_decode(const char *s, size_t n, uint8_t pub[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* "SHA256:…" fingerprint as ssh-keygen -l prints it. */
#define EVX_FINGERPRINT_CAP 56
void evx_sshkey_fingerprint(const uint8_t pub[32], char out[EVX_FINGERPRINT_CAP]);

/* A new signing key: the 32-byte seed in guarded memory. */
enum evx_err evx_sshkey_new(struct evx_secret **seed, uint8_t pub[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* The unencrypted OpenSSH private key block (PEM, "-----BEGIN OPENSSH PRIVATE KEY-----") that ssh-keygen reads, and back. Decoding
 * checks that public and private halves belong together. */
enum evx_err evx_sshkey_private_encode(const struct evx_secret *seed, const char *comment, struct evx_buf *out) EVX_MUST_CHECK;
enum evx_err evx_sshkey_private_decode(const void *p, size_t n, struct evx_secret **seed, uint8_t pub[32], struct evx_diag *diag)
	EVX_MUST_CHECK;

/* Signs the n bytes under the namespace; appends the armored signature (as ssh-keygen -Y sign writes it) to out. */
enum evx_err evx_sshsig_sign(const struct evx_secret *seed, const char *ns, const void *p, size_t n, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Verifies an armored signature of siglen bytes over the n bytes: canonical armor, version 1, key type ssh-ed25519 equal to pub,
 * the namespace, hash sha512, empty reserved field, nothing after. EVX_E_CORRUPT for the form, EVX_E_UNSUPPORTED for a newer version, another
 * key type or hash, EVX_E_FORGED when key, namespace or signature do not match. */
enum evx_err evx_sshsig_verify(const uint8_t pub[32], const char *ns, const void *sig, size_t siglen, const void *p, size_t n,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The raw primitive (RFC 8032 section 5.1.7) with the rules of format-spec/signatures.md: A a canonical point of prime order, R canonical
 * and not of small order, S < L, and [S]B = R + [k]A without cofactor. EVX_E_FORGED for all that fails. */
enum evx_err evx_ed25519_verify(const uint8_t pub[32], const uint8_t sig[64], const void *p, size_t n) EVX_MUST_CHECK;

#endif
