/* RFC 3161 requests and responses. */
#include "crypto/timestamp_token.h"

#include <stdio.h>
#include <string.h>

#include <openssl/ts.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/timestamp_inner.h"
#include "format/limits.h"

#define NONCE_LEN 8

/* SHA-256, SHA-384 and SHA-512; NULL for all else: older ones no longer bind a token to its bytes.
 */
static const EVP_MD *strong_hash(int nid)
{
	return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512 ?
		EVP_get_digestbynid(nid) :
		NULL;
}

static enum evx_err fill_request(
	TS_REQ *req, const EVP_MD *md, const void *p, size_t n, struct evx_diag *diag)
{
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algo = X509_ALGOR_new();
	ASN1_INTEGER *nonce = ASN1_INTEGER_new();
	uint8_t hash[EVP_MAX_MD_SIZE], random[NONCE_LEN];
	unsigned len = 0;
	BIGNUM *number = NULL;
	enum evx_err err = EVX_E_MEMORY;

	evx_random(random, sizeof(random));
	random[0] = (uint8_t)((random[0] & 0x7f) | 0x40); /* positive, and always of one length */
	number = BN_bin2bn(random, sizeof(random), NULL);
	if (imprint != NULL && algo != NULL && nonce != NULL && number != NULL &&
		BN_to_ASN1_INTEGER(number, nonce) != NULL &&
		EVP_Digest(p, n, hash, &len, md, NULL) == 1 &&
		X509_ALGOR_set0(algo, OBJ_nid2obj(EVP_MD_get_type(md)), V_ASN1_NULL, NULL) == 1 &&
		TS_MSG_IMPRINT_set_algo(imprint, algo) == 1 &&
		TS_MSG_IMPRINT_set_msg(imprint, hash, (int)len) == 1 &&
		TS_REQ_set_version(req, 1) == 1 && TS_REQ_set_msg_imprint(req, imprint) == 1 &&
		TS_REQ_set_nonce(req, nonce) == 1 && TS_REQ_set_cert_req(req, 1) == 1)
		err = EVX_OK;
	BN_free(number);
	ASN1_INTEGER_free(nonce);
	X509_ALGOR_free(algo);
	TS_MSG_IMPRINT_free(imprint);
	return evx_fail_buf(diag, err);
}

enum evx_err evx_timestamp_request(enum evx_timestamp_hash hash, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag)
{
	TS_REQ *req = TS_REQ_new();
	unsigned char *der = NULL;
	enum evx_err err = EVX_E_MEMORY;
	int len;

	if (req != NULL)
		err = fill_request(req, hash == EVX_TIMESTAMP_SHA512 ? EVP_sha512() : EVP_sha256(),
			p, n, diag);
	if (err == EVX_OK) {
		len = i2d_TS_REQ(req, &der);
		err = len > 0 ? evx_buf_add(out, der, (size_t)len) : EVX_E_MEMORY;
	}
	OPENSSL_free(der);
	TS_REQ_free(req);
	return evx_fail_buf(diag, err);
}

/* The whole of n bytes as one DER object of this kind; NULL when they are not. */
static TS_RESP *read_response(const void *p, size_t n)
{
	const unsigned char *at = p;
	TS_RESP *r = d2i_TS_RESP(NULL, &at, (long)n);

	if (r != NULL && (size_t)(at - (const unsigned char *)p) != n) {
		TS_RESP_free(r);
		r = NULL;
	}
	return r;
}

static TS_REQ *read_request(const struct evx_buf *b)
{
	const unsigned char *at = b->data;
	TS_REQ *r = b->len > 0 && b->len <= EVX_TIMESTAMP_MAX ?
		d2i_TS_REQ(NULL, &at, (long)b->len) :
		NULL;

	if (r != NULL && (size_t)(at - b->data) != b->len) {
		TS_REQ_free(r);
		r = NULL;
	}
	return r;
}

static enum evx_err check_status(TS_RESP *r, struct evx_diag *diag)
{
	TS_STATUS_INFO *info = TS_RESP_get_status_info(r);
	const STACK_OF(ASN1_UTF8STRING) *texts = TS_STATUS_INFO_get0_text(info);
	const ASN1_UTF8STRING *text = texts != NULL && sk_ASN1_UTF8STRING_num(texts) > 0 ?
		sk_ASN1_UTF8STRING_value(texts, 0) :
		NULL;
	const ASN1_BIT_STRING *failure = TS_STATUS_INFO_get0_failure_info(info);
	static const struct {
		int bit;
		const char *text;
	} why[] = { { 0, "unknown hash algorithm" }, { 2, "bad request" }, { 5, "bad data" },
		{ 14, "its clock is not available" }, { 15, "unaccepted policy" },
		{ 16, "unaccepted extension" }, { 17, "information not available" },
		{ 25, "a failure of its system" } };
	const char *reason = "no reason given";
	int64_t status = -1;
	size_t i;

	if (ASN1_INTEGER_get_int64(&status, TS_STATUS_INFO_get0_status(info)) == 1 &&
		(status == 0 || status == 1))
		return EVX_OK;
	for (i = 0; failure != NULL && i < sizeof(why) / sizeof(why[0]); i++)
		if (ASN1_BIT_STRING_get_bit(failure, why[i].bit) == 1)
			reason = why[i].text;
	return evx_fail(diag, EVX_E_NOT_FOUND,
		"time-stamp response: the authority did not grant it (status %lld): %s%s%.*s",
		(long long)status, reason, text != NULL ? ": " : "",
		text != NULL ? ASN1_STRING_length(text) : 0,
		text != NULL ? (const char *)ASN1_STRING_get0_data(text) : "");
}

/* The token's hash is that of the data; *name gets the algorithm's. */
static enum evx_err check_imprint(TS_TST_INFO *info, const void *data, size_t ndata, char *name,
	size_t cap, struct evx_diag *diag)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OBJECT *oid = NULL;
	const ASN1_OCTET_STRING *said = TS_MSG_IMPRINT_get_msg(imprint);
	const EVP_MD *md;
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	X509_ALGOR_get0(&oid, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	md = strong_hash(OBJ_obj2nid(oid));
	if (md == NULL)
		return evx_fail(diag, EVX_E_FORGED,
			"time-stamp: expected a hash of SHA-256, SHA-384 or SHA-512, found "
			"another");
	if (EVP_Digest(data, ndata, hash, &len, md, NULL) != 1)
		return evx_fail_memory(diag);
	if (ASN1_STRING_length(said) != (int)len ||
		memcmp(ASN1_STRING_get0_data(said), hash, len) != 0)
		return evx_fail(diag, EVX_E_FORGED, "time-stamp: it is over other bytes");
	(void)snprintf(name, cap, "%s", OBJ_nid2sn(EVP_MD_get_type(md)));
	return EVX_OK;
}

static enum evx_err check_request(
	TS_TST_INFO *info, const struct evx_buf *request, struct evx_diag *diag)
{
	TS_REQ *req;
	const ASN1_INTEGER *asked, *said = TS_TST_INFO_get_nonce(info);
	const ASN1_OCTET_STRING *a, *b;
	enum evx_err err = EVX_OK;

	if (request == NULL)
		return EVX_OK;
	req = read_request(request);
	if (req == NULL)
		return evx_fail(diag, EVX_E_CORRUPT,
			"time-stamp request: expected a request (RFC 3161, DER), found something "
			"else");
	asked = TS_REQ_get_nonce(req);
	a = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(req));
	b = TS_MSG_IMPRINT_get_msg(TS_TST_INFO_get_msg_imprint(info));
	if (asked != NULL && (said == NULL || ASN1_INTEGER_cmp(asked, said) != 0))
		err = evx_fail(diag, EVX_E_FORGED,
			"time-stamp: it does not answer this request: the nonce is %s",
			said == NULL ? "missing" : "another");
	else if (ASN1_STRING_cmp(a, b) != 0)
		err = evx_fail(diag, EVX_E_FORGED,
			"time-stamp: it does not answer this request: the hash is another");
	TS_REQ_free(req);
	return err;
}

static enum evx_err read_time(TS_TST_INFO *info, int64_t *out, struct evx_diag *diag)
{
	const ASN1_GENERALIZEDTIME *t = TS_TST_INFO_get_time(info);
	struct tm tm = { 0 };
	time_t at;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return evx_fail(diag, EVX_E_CORRUPT, "time-stamp: expected a time, found none");
	at = timegm(&tm);
	if (at < 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"time-stamp: expected a time after 1970, found one before");
	*out = (int64_t)at;
	return EVX_OK;
}

static void describe(TS_TST_INFO *info, struct evx_timestamp *out)
{
	BIGNUM *serial = ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), NULL);
	char *hex = serial != NULL ? BN_bn2hex(serial) : NULL;

	(void)OBJ_obj2txt(out->policy, sizeof(out->policy), TS_TST_INFO_get_policy_id(info), 1);
	(void)snprintf(out->serial, sizeof(out->serial), "%s", hex != NULL ? hex : "");
	OPENSSL_free(hex);
	BN_free(serial);
}

static enum evx_err check(TS_RESP *r, const void *data, size_t ndata, const struct evx_buf *request,
	const struct evx_timestamp_authorities *trusted, struct evx_timestamp *out,
	struct evx_diag *diag)
{
	enum evx_err err = check_status(r, diag);
	PKCS7 *token = TS_RESP_get_token(r);
	TS_TST_INFO *info = TS_RESP_get_tst_info(r);

	if (err != EVX_OK)
		return err;
	if (token == NULL || info == NULL || TS_TST_INFO_get_version(info) != 1)
		return evx_fail(diag, EVX_E_CORRUPT,
			"time-stamp response: expected a token of version 1, found none");
	if ((err = check_imprint(info, data, ndata, out->hash, sizeof(out->hash), diag)) !=
			EVX_OK ||
		(err = check_request(info, request, diag)) != EVX_OK)
		goto out;
	err = read_time(info, &out->time, diag);
out:
	describe(info, out);
	return err != EVX_OK ? err : evx_timestamp_signature(token, out, trusted, diag);
}

enum evx_err evx_timestamp_check(const void *p, size_t n, const void *data, size_t ndata,
	const struct evx_buf *request, const struct evx_timestamp_authorities *trusted,
	struct evx_timestamp *out, struct evx_diag *diag)
{
	TS_RESP *r = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if (n > EVX_TIMESTAMP_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"time-stamp response: found %zu bytes (limit %u)", n, EVX_TIMESTAMP_MAX);
	r = n > 0 ? read_response(p, n) : NULL;
	if (r == NULL)
		err = evx_fail(diag, EVX_E_CORRUPT,
			"time-stamp response: expected a response (RFC 3161, DER), found something "
			"else");
	else
		err = check(r, data, ndata, request, trusted, out, diag);
	if (err != EVX_OK && err != EVX_E_KEY)
		memset(out, 0, sizeof(*out));
	TS_RESP_free(r);
	ERR_clear_error();
	return err;
}
