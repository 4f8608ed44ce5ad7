/* Who signed a time-stamp, and whether they may. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/io.h"
#include "crypto/timestamp_inner.h"
#include "format/limits.h"

#define LEVEL \
	2 /* of X509_VERIFY_PARAM_set_auth_level: 112 bits, so no SHA-1 and no RSA below 2048 */

struct evx_timestamp_authorities {
	X509_STORE *store;
	STACK_OF(X509) * certs; /* the same: a token without certificates may be signed by one of
				   them */
};

void evx_timestamp_authorities_free(struct evx_timestamp_authorities *a)
{
	if (a == NULL)
		return;
	X509_STORE_free(a->store);
	sk_X509_pop_free(a->certs, X509_free);
	free(a);
}

static enum evx_err add(
	struct evx_timestamp_authorities *a, const X509_INFO *item, struct evx_diag *diag)
{
	if (item->x509 == NULL || item->x_pkey != NULL)
		return evx_fail(diag, EVX_E_CORRUPT,
			"certificates: expected certificates only, found a key or something else");
	if (X509_STORE_add_cert(a->store, item->x509) != 1 ||
		sk_X509_push(a->certs, item->x509) <= 0)
		return evx_fail_memory(diag);
	(void)X509_up_ref(item->x509);
	return EVX_OK;
}

/* A certificate is never encrypted: nobody is asked for a passphrase. */
static int no_passphrase(char *buf, int size, int write, void *ctx)
{
	(void)buf, (void)size, (void)write, (void)ctx;
	return -1;
}

enum evx_err evx_timestamp_authorities_read(
	const void *pem, size_t n, struct evx_timestamp_authorities **out, struct evx_diag *diag)
{
	struct evx_timestamp_authorities *a = calloc(1, sizeof(*a));
	BIO *bio = n > 0 && n <= EVX_AUTHORITIES_MAX ? BIO_new_mem_buf(pem, (int)n) : NULL;
	STACK_OF(X509_INFO) *items = bio != NULL ?
		PEM_X509_INFO_read_bio(bio, NULL, no_passphrase, NULL) :
		NULL;
	enum evx_err err = EVX_OK;
	int i;

	*out = NULL;
	if (a != NULL) {
		a->store = X509_STORE_new();
		a->certs = sk_X509_new_null();
	}
	if (a == NULL || a->store == NULL || a->certs == NULL)
		err = evx_fail_memory(diag);
	else if (n > EVX_AUTHORITIES_MAX)
		err = evx_fail(diag, EVX_E_LIMIT, "certificates: found %zu bytes (limit %u)", n,
			EVX_AUTHORITIES_MAX);
	else if (items == NULL || sk_X509_INFO_num(items) == 0)
		err = evx_fail(diag, EVX_E_CORRUPT,
			"certificates: expected certificates as PEM, found something else");
	for (i = 0; err == EVX_OK && i < sk_X509_INFO_num(items); i++)
		err = add(a, sk_X509_INFO_value(items, i), diag);
	sk_X509_INFO_pop_free(items, X509_INFO_free);
	BIO_free(bio);
	ERR_clear_error();
	if (err != EVX_OK) {
		evx_timestamp_authorities_free(a);
		return err;
	}
	*out = a;
	return EVX_OK;
}

enum evx_err evx_timestamp_authorities_system(struct evx_buf *pem, struct evx_diag *diag)
{
	const char *const places[] = { "/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt", X509_get_default_cert_file() };
	enum evx_err err = EVX_E_NOT_FOUND;
	size_t i;

	for (i = 0; err == EVX_E_NOT_FOUND && i < sizeof(places) / sizeof(places[0]); i++)
		err = evx_read_file(AT_FDCWD, places[i], EVX_AUTHORITIES_MAX, pem, NULL);
	return err == EVX_OK ? EVX_OK :
			       evx_fail(diag, err,
				       "certificates: this system has no readable file of those it "
				       "trusts; name one");
}

/* The certificate of the one signer, which the token's own and the trusted certificates are
 * searched for; owned by whoever holds it. */
static enum evx_err find_signer(PKCS7 *token, const struct evx_timestamp_authorities *trusted,
	X509 **out, struct evx_diag *diag)
{
	STACK_OF(PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info(token);
	STACK_OF(X509) * signers;
	const ASN1_OBJECT *oid = NULL;
	int nid;

	*out = NULL;
	if (infos == NULL || sk_PKCS7_SIGNER_INFO_num(infos) != 1)
		return evx_fail(diag, EVX_E_CORRUPT, "time-stamp: expected one signature, found %d",
			infos == NULL ? 0 : sk_PKCS7_SIGNER_INFO_num(infos));
	X509_ALGOR_get0(&oid, NULL, NULL, sk_PKCS7_SIGNER_INFO_value(infos, 0)->digest_alg);
	nid = OBJ_obj2nid(oid);
	if (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512)
		return evx_fail(diag, EVX_E_FORGED,
			"time-stamp: expected a signature over SHA-256, SHA-384 or SHA-512, found "
			"another");
	signers = PKCS7_get0_signers(token, trusted != NULL ? trusted->certs : NULL, 0);
	if (signers != NULL && sk_X509_num(signers) == 1)
		*out = sk_X509_value(signers, 0);
	sk_X509_free(signers);
	return *out != NULL ? EVX_OK :
			      evx_fail(diag, EVX_E_KEY,
				      "time-stamp: the certificate of its authority is not in it");
}

static bool signature_is_good(PKCS7 *token, X509 *signer)
{
	PKCS7_SIGNER_INFO *info = sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(token), 0);
	BIO *bio = PKCS7_dataInit(token, NULL);
	char bytes[4096];
	bool good = false;

	if (bio != NULL) {
		while (BIO_read(bio, bytes, sizeof(bytes)) > 0)
			continue;
		good = PKCS7_signatureVerify(bio, token, info, signer) > 0;
	}
	BIO_free_all(bio);
	return good;
}

/* RFC 3161 section 2.3: extended key usage timeStamping, critical, and nothing else; and valid at
 * the time that the token gives. */
static enum evx_err check_certificate(X509 *signer, int64_t time, struct evx_diag *diag)
{
	int at = X509_get_ext_by_NID(signer, NID_ext_key_usage, -1);
	time_t then = (time_t)time;

	if (at < 0 || X509_EXTENSION_get_critical(X509_get_ext(signer, at)) != 1 ||
		X509_get_extended_key_usage(signer) != XKU_TIMESTAMP ||
		X509_check_purpose(signer, X509_PURPOSE_TIMESTAMP_SIGN, 0) != 1)
		return evx_fail(diag, EVX_E_FORGED,
			"time-stamp: its certificate is not for time-stamps alone (extended key "
			"usage timeStamping, critical)");
	if (X509_cmp_time(X509_get0_notBefore(signer), &then) >= 0 ||
		X509_cmp_time(X509_get0_notAfter(signer), &then) <= 0)
		return evx_fail(diag, EVX_E_FORGED,
			"time-stamp: its certificate was not valid at its time");
	return EVX_OK;
}

static enum evx_err chain_failure(int why, struct evx_diag *diag)
{
	switch (why) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return evx_fail(diag, EVX_E_FORGED,
			"time-stamp: a certificate of its authority was not valid at its time (%s)",
			X509_verify_cert_error_string(why));
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return evx_fail(diag, EVX_E_KEY,
			"time-stamp: its authority leads to none of the certificates trusted here");
	case X509_V_ERR_OUT_OF_MEM:
		return evx_fail_memory(diag);
	default:
		return evx_fail(diag, EVX_E_FORGED,
			"time-stamp: the certificates of its authority are not good: %s",
			X509_verify_cert_error_string(why));
	}
}

/* The certificate leads to a trusted one, all of them valid at the time of the token. */
static enum evx_err check_chain(PKCS7 *token, X509 *signer, int64_t time,
	const struct evx_timestamp_authorities *trusted, struct evx_diag *diag)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	enum evx_err err = EVX_OK;

	if (ctx == NULL ||
		X509_STORE_CTX_init(ctx, trusted->store, signer, token->d.sign->cert) != 1 ||
		X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_TIMESTAMP_SIGN) != 1) {
		X509_STORE_CTX_free(ctx);
		return evx_fail_memory(diag);
	}
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)time);
	X509_VERIFY_PARAM_set_auth_level(param, LEVEL);
	if (X509_verify_cert(ctx) != 1)
		err = chain_failure(X509_STORE_CTX_get_error(ctx), diag);
	X509_STORE_CTX_free(ctx);
	return err;
}

/* The signed attribute that names the certificate by its hash (RFC 2634, RFC 5816) is libcrypto's
 * to check. It does so together with a chain, which check_chain judges and which therefore is given
 * away here: the signer stands for itself, at any time. */
static enum evx_err check_named(PKCS7 *token, X509 *signer,
	const struct evx_timestamp_authorities *trusted, struct evx_diag *diag)
{
	TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *certs = trusted != NULL ? X509_chain_up_ref(trusted->certs) :
						  sk_X509_new_null();
	X509_VERIFY_PARAM *param = store != NULL ? X509_STORE_get0_param(store) : NULL;
	enum evx_err err = EVX_E_MEMORY;

	if (ctx != NULL && param != NULL && certs != NULL &&
		X509_STORE_add_cert(store, signer) == 1) {
		(void)X509_VERIFY_PARAM_set_flags(
			param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
		(void)TS_VERIFY_CTX_set_flags(ctx, TS_VFY_VERSION | TS_VFY_SIGNATURE);
		(void)TS_VERIFY_CTX_set_store(ctx, store);
		(void)TS_VERIFY_CTX_set_certs(ctx, certs);
		store = NULL;
		certs = NULL;
		err = TS_RESP_verify_token(ctx, token) == 1 ? EVX_OK : EVX_E_FORGED;
	}
	X509_STORE_free(store);
	sk_X509_pop_free(certs, X509_free);
	TS_VERIFY_CTX_free(ctx);
	if (err == EVX_E_FORGED)
		return evx_fail(
			diag, err, "time-stamp: it does not name the certificate that signed it");
	return evx_fail_buf(diag, err);
}

static void name_authority(X509 *signer, char *out, size_t cap)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n = 0;

	if (bio != NULL &&
		X509_NAME_print_ex(bio, X509_get_subject_name(signer), 0,
			XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) >= 0)
		n = BIO_read(bio, out, (int)cap - 1);
	out[n > 0 ? n : 0] = '\0';
	BIO_free(bio);
}

/* Seconds since 1970 of the certificate's end; 0 where libcrypto cannot tell. */
static int64_t end_of(const X509 *signer)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0;
	bool known = epoch != NULL &&
		ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(signer)) == 1;

	ASN1_TIME_free(epoch);
	return known ? (int64_t)days * 86400 + seconds : 0;
}

enum evx_err evx_timestamp_signature(PKCS7 *token, struct evx_timestamp *t,
	const struct evx_timestamp_authorities *trusted, struct evx_diag *diag)
{
	X509 *signer;
	enum evx_err err;

	if (PKCS7_type_is_signed(token) != 1 || token->d.sign == NULL)
		return evx_fail(
			diag, EVX_E_CORRUPT, "time-stamp: expected a signed token, found another");
	err = find_signer(token, trusted, &signer, diag);
	if (err != EVX_OK)
		return err;
	name_authority(signer, t->authority, sizeof(t->authority));
	t->expires = end_of(signer);
	if (!signature_is_good(token, signer))
		return evx_fail(diag, EVX_E_FORGED, "time-stamp: the signature is not good");
	if ((err = check_certificate(signer, t->time, diag)) != EVX_OK ||
		(err = check_named(token, signer, trusted, diag)) != EVX_OK)
		return err;
	if (trusted != NULL)
		err = check_chain(token, signer, t->time, trusted, diag);
	return err;
}
