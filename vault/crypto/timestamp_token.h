/* RFC 3161 time-stamps: requests made, responses judged (format-spec/timestamps.md).
 *
 * A response holds a token: a statement, signed by an authority, that the bytes with this hash
 * existed at this time. All of it is hostile input until evx_timestamp_check says otherwise.
 * Nothing here opens a file but evx_timestamp_authorities_system. */
#ifndef EVX_CRYPTO_TIMESTAMP_TOKEN_H
#define EVX_CRYPTO_TIMESTAMP_TOKEN_H

#include "base/buf.h"

enum evx_timestamp_hash { EVX_TIMESTAMP_SHA256, EVX_TIMESTAMP_SHA512 };

/* Appends to out a request (DER TimeStampReq) for the n bytes: their hash, a random nonce of 64
 * bits, the authority's certificate wanted. */
enum evx_err evx_timestamp_request(enum evx_timestamp_hash hash, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* Certificates of authorities that the caller trusts. */
struct evx_timestamp_authorities;
/* From PEM text: at least one certificate. Text around the blocks is ignored; blocks of another
 * kind are EVX_E_CORRUPT. */
enum evx_err evx_timestamp_authorities_read(const void *pem, size_t n,
	struct evx_timestamp_authorities **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_timestamp_authorities_free(struct evx_timestamp_authorities *a); /* NULL does nothing */
/* Appends the PEM text of the certificates that this system trusts. EVX_E_NOT_FOUND when it has no
 * such file. */
enum evx_err evx_timestamp_authorities_system(
	struct evx_buf *pem, struct evx_diag *diag) EVX_MUST_CHECK;

/* What a token says. Hostile text: escape it before showing it. */
struct evx_timestamp {
	int64_t time;     /* seconds since 1970, UTC */
	char hash[12];    /* "SHA256", "SHA384", "SHA512" */
	char policy[128]; /* object identifier of the authority's policy */
	char serial[64];  /* hexadecimal, maybe cut */
	int64_t expires;  /* end of the validity of the certificate that signed, seconds since 1970;
			     0 when it is not known */
	char authority[256]; /* subject of the certificate that signed, "" when it is not known */
};

/* Judges a response (DER TimeStampResp) of n bytes about the ndata bytes at data. request, unless
 * NULL: the request that it must answer (its nonce and hash). trusted NULL: the authority is
 * compared with nobody, all else is checked. EVX_E_CORRUPT: not a response; EVX_E_LIMIT: over
 * EVX_TIMESTAMP_MAX bytes; EVX_E_NOT_FOUND: the authority refused, the text says why; EVX_E_FORGED:
 * it is about other bytes or another request, the signature is wrong, its certificate may not sign
 * time-stamps (key usage timeStamping: critical, and no other) or was not valid at the token's
 * time; EVX_E_KEY: all of it is right, but the certificate is missing or leads to none of those
 * trusted. *out is filled for EVX_OK and EVX_E_KEY, else zero. Whether a certificate was revoked is
 * not looked up. */
enum evx_err evx_timestamp_check(const void *p, size_t n, const void *data, size_t ndata,
	const struct evx_buf *request, const struct evx_timestamp_authorities *trusted,
	struct evx_timestamp *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
