/* The header and the key wrapping of age files, shared by reader and writer. Internal to
 * vault/crypto. */
#ifndef EVX_CRYPTO_AGE_INNER_H
#define EVX_CRYPTO_AGE_INNER_H

#include "base/cursor.h"
#include "crypto/age.h"
#include "format/limits.h"
#include "format/pem.h"

#define EVX_AGE_FILE_KEY 16
#define EVX_AGE_BODY 32 /* a wrapped file key: 16 bytes and tag */
#define EVX_AGE_NONCE 16
#define EVX_AGE_CHUNK 65536
#define EVX_AGE_TAG 16

extern const struct evx_pem evx_age_armor;

enum evx_age_kind { EVX_AGE_X25519, EVX_AGE_SCRYPT, EVX_AGE_OTHER };

/* One recipient stanza, with what its kind says in its arguments. */
struct evx_age_stanza {
	enum evx_age_kind kind;
	uint8_t share[32];   /* X25519 */
	uint8_t salt[16];    /* scrypt */
	unsigned log_n;      /* scrypt; UINT_MAX for anything that large */
	struct evx_buf body; /* begins as EVX_BUF_INIT; the caller frees it */
};

/* Where the reader stands in a header. */
struct evx_age_walk {
	struct evx_cursor c;
	size_t mac_len; /* bytes from the start that the MAC covers, once the end was seen */
	uint8_t mac[32];
};

/* Reads the version line. EVX_E_NOT_OURS, EVX_E_UNSUPPORTED, EVX_E_TRUNCATED, EVX_E_CORRUPT. */
enum evx_err evx_age_walk_begin(
	struct evx_age_walk *w, const void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the next stanza, or the end line: then *more is false and w->c stands at the payload.
 * Checks the whole grammar, for X25519 and scrypt that of arguments and body as well.
 * EVX_E_TRUNCATED, EVX_E_CORRUPT. */
enum evx_err evx_age_walk_next(struct evx_age_walk *w, struct evx_age_stanza *s, bool *more,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The keys that wrap the file key: for X25519 from the secret of one side and the public share or
 * key of the other (false when their product is zero), for scrypt from the passphrase
 * (EVX_E_MEMORY). The caller wipes key. */
bool evx_age_x25519_key(const uint8_t secret[32], const uint8_t other[32], const uint8_t share[32],
	const uint8_t pub[32], uint8_t key[32]) EVX_MUST_CHECK;
enum evx_err evx_age_scrypt_key(const struct evx_secret *passphrase, const uint8_t salt[16],
	unsigned log_n, uint8_t key[32]) EVX_MUST_CHECK;
/* The key of the header's MAC applied to the n bytes at p. */
void evx_age_mac(
	const uint8_t file_key[EVX_AGE_FILE_KEY], const void *p, size_t n, uint8_t mac[32]);
/* Appends a header to count X25519 recipients (1 to EVX_STANZAS_MAX) to out. After a failure out
 * has a part of it. */
enum evx_err evx_age_header_make(const uint8_t (*pubs)[32], size_t count,
	const uint8_t file_key[EVX_AGE_FILE_KEY], struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the header at the beginning of the n bytes, finds the file key, and checks its MAC; w then
 * stands at the payload. Errors as evx_age_decrypt. The caller wipes file_key. */
enum evx_err evx_age_header_open(const struct evx_age_open *open, const void *p, size_t n,
	struct evx_age_walk *w, uint8_t file_key[EVX_AGE_FILE_KEY],
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_age_payload_key(const uint8_t file_key[EVX_AGE_FILE_KEY],
	const uint8_t nonce[EVX_AGE_NONCE], uint8_t key[32]);
/* The nonce of chunk number index. */
void evx_age_chunk_nonce(uint64_t index, bool last, uint8_t nonce[12]);

#endif
