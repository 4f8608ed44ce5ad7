/* The strings of RFC 4251 section 5 (length in four bytes, bytes) and the Ed25519 blobs made of them. Internal to vault/crypto. */
#ifndef EVX_CRYPTO_SSHWIRE_H
#define EVX_CRYPTO_SSHWIRE_H

#include "base/buf.h"
#include "base/cursor.h"

#define EVX_SSHWIRE_TYPE "ssh-ed25519"
#define EVX_SSHWIRE_PUBLIC_LEN 51 /* string type, string of 32 bytes */

enum evx_err evx_sshwire_put(struct evx_buf *out, const void *p, size_t n) EVX_MUST_CHECK;
enum evx_err evx_sshwire_puts(struct evx_buf *out, const char *s) EVX_MUST_CHECK;
/* Sub-cursor over the next string. EVX_E_TRUNCATED when it passes the end. */
enum evx_err evx_sshwire_get(struct evx_cursor *c, struct evx_cursor *out) EVX_MUST_CHECK;
/* True when the whole of c is the text s. */
bool evx_sshwire_is(const struct evx_cursor *c, const char *s);

void evx_sshwire_public(const uint8_t pub[32], uint8_t out[EVX_SSHWIRE_PUBLIC_LEN]);
/* Reads string type, string of n bytes, end: a public key (RFC 8709 section 4) or a signature (section 6). EVX_E_UNSUPPORTED for another
 * type, EVX_E_CORRUPT for another form. */
enum evx_err evx_sshwire_typed(struct evx_cursor c, size_t n, const uint8_t **out) EVX_MUST_CHECK;

#endif
