/* Shared by the two halves of timestamps: what a token says (timestamp.c) and who signed it
 * (timestamp_signer.c). Internal to vault/crypto. */
#ifndef EVX_CRYPTO_TIMESTAMP_INNER_H
#define EVX_CRYPTO_TIMESTAMP_INNER_H

#include <openssl/err.h>
#include <openssl/pkcs7.h>

#include "crypto/timestamp_token.h"

/* The signature of a token, its signer's certificate, and that certificate's chain at t->time;
 * fills t->authority. Errors as evx_timestamp_check. */
enum evx_err evx_timestamp_signature(PKCS7 *token, struct evx_timestamp *t,
	const struct evx_timestamp_authorities *trusted, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
