/* The strings of RFC 4251 section 5 (length in four bytes, bytes) and the blobs of keys and
 * signatures made of them. Internal to vault/crypto. */
#ifndef EVX_CRYPTO_SSHWIRE_H
#define EVX_CRYPTO_SSHWIRE_H

#include "base/buf.h"
#include "base/cursor.h"
#include "crypto/sshsig.h"

#define EVX_SSHWIRE_TYPE "ssh-ed25519"
#define EVX_SSHWIRE_TOKEN_TYPE "sk-ssh-ed25519@openssh.com"

enum evx_err evx_sshwire_put(struct evx_buf *out, const void *p, size_t n) EVX_MUST_CHECK;
enum evx_err evx_sshwire_puts(struct evx_buf *out, const char *s) EVX_MUST_CHECK;
/* Sub-cursor over the next string. EVX_E_TRUNCATED when it passes the end. */
enum evx_err evx_sshwire_get(struct evx_cursor *c, struct evx_cursor *out) EVX_MUST_CHECK;
/* True when the whole of c is the text s. */
bool evx_sshwire_is(const struct evx_cursor *c, const char *s);

/* The type that stands in blobs of key and of its signatures. */
const char *evx_sshwire_type(const struct evx_sshkey *key);
/* Reads a public key: string type, string of 32 bytes (RFC 8709 section 4), of a token also string
 * application (PROTOCOL.u2f), end. The point is not judged. EVX_E_UNSUPPORTED for another type,
 * EVX_E_CORRUPT for another form. */
enum evx_err evx_sshwire_public(struct evx_cursor c, struct evx_sshkey *key) EVX_MUST_CHECK;

/* The fingerprint of any key's blob. */
void evx_sshwire_fingerprint(const void *blob, size_t n, char out[EVX_FINGERPRINT_CAP]);

/* A signature as read: 64 bytes, and what a token signed with them. */
struct evx_sshwire_signature {
	const uint8_t *bytes;
	uint8_t flags;
	uint32_t counter;
};
/* Reads a signature by key: string type, string of 64 bytes (RFC 8709 section 6), of a token also
 * byte flags, u32 counter, end. The errors of evx_sshwire_public. */
enum evx_err evx_sshwire_signature(struct evx_cursor c, const struct evx_sshkey *key,
	struct evx_sshwire_signature *out) EVX_MUST_CHECK;

#endif
