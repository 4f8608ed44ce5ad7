/* Signing keys in OpenSSH form, and SSHSIG signatures (format-spec/signatures.md; openssh
 * PROTOCOL.sshsig, PROTOCOL.key, PROTOCOL.u2f), hash sha512. */
#ifndef EVX_CRYPTO_SSHSIG_H
#define EVX_CRYPTO_SSHSIG_H

#include "crypto/secret.h"

/* A public signing key. A token's key signs for an application: the same point with another
 * application is another key. */
#define EVX_APPLICATION_MAX 32
struct evx_sshkey {
	uint8_t point[32];
	char application[EVX_APPLICATION_MAX + 1]; /* "ssh:…" for sk-ssh-ed25519@openssh.com, "" for
						      ssh-ed25519; zeros to its end */
};
bool evx_sshkey_equal(const struct evx_sshkey *a, const struct evx_sshkey *b);

/* Text form: "ssh-ed25519 AAAA…" or "sk-ssh-ed25519@openssh.com AAAA…" without comment (80, or 127
 * to 163 characters). */
#define EVX_SSHKEY_CAP 164
enum evx_err evx_sshkey_encode(
	const struct evx_sshkey *key, char out[EVX_SSHKEY_CAP]) EVX_MUST_CHECK;
/* Accepts exactly the canonical form, no comment, nothing after; the point must be canonical and of
 * prime order. EVX_E_CORRUPT for all else (EVX_E_UNSUPPORTED when the base64 names another key
 * type). */
enum evx_err evx_sshkey_decode(
	const char *s, size_t n, struct evx_sshkey *key, struct evx_diag *diag) EVX_MUST_CHECK;
/* The blob of the key: what the text has in base64, what a fingerprint is made of, and what names a
 * key to an agent. */
#define EVX_SSHKEY_BLOB_MAX 102
size_t evx_sshkey_blob(const struct evx_sshkey *key, uint8_t out[EVX_SSHKEY_BLOB_MAX]);
/* "SHA256:…" fingerprint as ssh-keygen -l prints it. */
#define EVX_FINGERPRINT_CAP 56
void evx_sshkey_fingerprint(const struct evx_sshkey *key, char out[EVX_FINGERPRINT_CAP]);

/* A new signing key, ssh-ed25519: the 32-byte seed in guarded memory. */
enum evx_err evx_sshkey_new(
	struct evx_secret **seed, struct evx_sshkey *pub, struct evx_diag *diag) EVX_MUST_CHECK;
/* The unencrypted OpenSSH private key block (PEM, "-----BEGIN OPENSSH PRIVATE KEY-----") that
 * ssh-keygen reads, and back. Decoding checks that public and private halves belong together. */
enum evx_err evx_sshkey_private_encode(
	const struct evx_secret *seed, const char *comment, struct evx_buf *out) EVX_MUST_CHECK;
enum evx_err evx_sshkey_private_decode(const void *p, size_t n, struct evx_secret **seed,
	struct evx_sshkey *pub, struct evx_diag *diag) EVX_MUST_CHECK;

/* Signs the n bytes under the namespace; appends the armored signature (as ssh-keygen -Y sign
 * writes it) to out. */
enum evx_err evx_sshsig_sign(const struct evx_secret *seed, const char *ns, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The two halves of that for a key held elsewhere: appends the bytes that are to be signed, and the
 * armored signature made of what came back, a signature of RFC 8709 section 6 or PROTOCOL.u2f in
 * sig. Its form is not judged here: verify it. */
enum evx_err evx_sshsig_to_sign(
	const char *ns, const void *p, size_t n, struct evx_buf *out) EVX_MUST_CHECK;
enum evx_err evx_sshsig_armor(const struct evx_sshkey *key, const char *ns, const void *sig,
	size_t siglen, struct evx_buf *out) EVX_MUST_CHECK;
/* Verifies an armored signature of siglen bytes over the n bytes: canonical armor, version 1, the
 * key equal to key, the namespace, hash sha512, empty reserved field, nothing after; of a token,
 * made in somebody's presence. EVX_E_CORRUPT for the form, EVX_E_UNSUPPORTED for a newer version,
 * another key type or hash, EVX_E_FORGED when key, namespace, presence or signature do not match.
 */
enum evx_err evx_sshsig_verify(const struct evx_sshkey *key, const char *ns, const void *sig,
	size_t siglen, const void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;

/* The raw primitive (RFC 8032 section 5.1.7) with the rules of format-spec/signatures.md: A a
 * canonical point of prime order, R canonical and not of small order, S < L, and [S]B = R + [k]A
 * without cofactor. EVX_E_FORGED for all that fails. */
enum evx_err evx_ed25519_verify(
	const uint8_t pub[32], const uint8_t sig[64], const void *p, size_t n) EVX_MUST_CHECK;

#endif
