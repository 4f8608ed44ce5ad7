/* AWS Signature Version 4: canonical request, text to sign, key of the day. */
#include "remote/s3_sign.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "format/text.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

enum evx_err evx_s3_sign_time(int64_t seconds, char out[EVX_S3_TIME_CAP])
{
	const time_t t = (time_t)seconds;
	struct tm tm;

	return gmtime_r(&t, &tm) != NULL && tm.tm_year >= 70 && tm.tm_year < 8100 &&
			strftime(out, EVX_S3_TIME_CAP, "%Y%m%dT%H%M%SZ", &tm) ==
				EVX_S3_TIME_CAP - 1 ?
		EVX_OK :
		EVX_E_USAGE;
}

enum evx_err evx_s3_sign_escape(const char *s, bool slash, struct evx_buf *out)
{
	enum evx_err err = EVX_OK;

	for (; *s != '\0' && err == EVX_OK; s++) {
		const bool plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
			(*s >= '0' && *s <= '9') || strchr("-._~", *s) != NULL ||
			(slash && *s == '/');

		err = plain ? evx_buf_add(out, s, 1) :
			      evx_buf_addf(out, "%%%02X", (unsigned)(unsigned char)*s);
	}
	return err;
}

static enum evx_err add_names(const struct evx_s3_signed *q, struct evx_buf *out)
{
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; i < q->nheaders && err == EVX_OK; i++) {
		if (i > 0)
			err = evx_buf_adds(out, ";");
		if (err == EVX_OK)
			err = evx_buf_adds(out, q->headers[i].name);
	}
	return err;
}

static enum evx_err add_scope(const struct evx_s3_signed *q, struct evx_buf *out)
{
	return evx_buf_addf(out, "%.8s/%s/s3/aws4_request", q->time, q->region);
}

static enum evx_err canonical(
	const struct evx_s3_signed *q, const char *query, const char *payload, struct evx_buf *out)
{
	enum evx_err err = evx_buf_addf(out, "%s\n%s\n", q->method, q->path);
	size_t i;

	/* The query may be longer than a formatted text can be. */
	if (err == EVX_OK)
		err = evx_buf_adds(out, query);
	if (err == EVX_OK)
		err = evx_buf_adds(out, "\n");
	for (i = 0; i < q->nheaders && err == EVX_OK; i++) {
		err = evx_buf_adds(out, q->headers[i].name);
		if (err == EVX_OK)
			err = evx_buf_adds(out, ":");
		if (err == EVX_OK)
			err = evx_buf_adds(out, q->headers[i].value);
		if (err == EVX_OK)
			err = evx_buf_adds(out, "\n");
	}
	if (err == EVX_OK)
		err = evx_buf_adds(out, "\n");
	if (err == EVX_OK)
		err = add_names(q, out);
	if (err == EVX_OK)
		err = evx_buf_adds(out, "\n");
	return err == EVX_OK ? evx_buf_adds(out, payload) : err;
}

static enum evx_err sign(
	const struct evx_s3_signed *q, const char *query, const char *payload, char out[65])
{
	struct evx_buf request = EVX_BUF_INIT, text = EVX_BUF_INIT, first = EVX_BUF_INIT;
	uint8_t hash[32], key[32];
	char hex[65];
	enum evx_err err = canonical(q, query, payload, &request);

	if (err != EVX_OK)
		goto out;
	evx_sha256(request.data, request.len, hash);
	evx_hex_encode(hash, sizeof(hash), hex);
	err = evx_buf_addf(&text, ALGORITHM "\n%s\n", q->time);
	if (err == EVX_OK)
		err = add_scope(q, &text);
	if (err == EVX_OK)
		err = evx_buf_addf(&text, "\n%s", hex);
	if (err == EVX_OK)
		err = evx_buf_addf(&first, "AWS4%s", q->secret_key);
	if (err != EVX_OK)
		goto out;
	evx_hmac_sha256(first.data, first.len, q->time, 8, key);
	evx_hmac_sha256(key, sizeof(key), q->region, strlen(q->region), key);
	evx_hmac_sha256(key, sizeof(key), "s3", 2, key);
	evx_hmac_sha256(key, sizeof(key), "aws4_request", 12, key);
	evx_hmac_sha256(key, sizeof(key), text.data, text.len, hash);
	evx_hex_encode(hash, sizeof(hash), out);
out:
	evx_wipe(key, sizeof(key));
	evx_buf_free(&request);
	evx_buf_free(&text);
	evx_buf_free(&first);
	return err;
}

enum evx_err evx_s3_sign_authorization(const struct evx_s3_signed *q, struct evx_buf *out)
{
	char signature[65];
	enum evx_err err = sign(q, q->query, q->payload, signature);

	if (err == EVX_OK)
		err = evx_buf_addf(out, ALGORITHM " Credential=%s/", q->access_key);
	if (err == EVX_OK)
		err = add_scope(q, out);
	if (err == EVX_OK)
		err = evx_buf_adds(out, ",SignedHeaders=");
	if (err == EVX_OK)
		err = add_names(q, out);
	if (err == EVX_OK)
		err = evx_buf_addf(out, ",Signature=%s", signature);
	return err == EVX_OK ? evx_buf_cstr(out) : err;
}

enum evx_err evx_s3_sign_presign(
	const struct evx_s3_signed *q, unsigned seconds, const char *token, struct evx_buf *out)
{
	struct evx_buf scope = EVX_BUF_INIT, names = EVX_BUF_INIT, query = EVX_BUF_INIT;
	char signature[65];
	enum evx_err err = evx_buf_addf(&scope, "%s/", q->access_key);

	if (err == EVX_OK)
		err = add_scope(q, &scope);
	if (err == EVX_OK)
		err = evx_buf_cstr(&scope);
	if (err == EVX_OK)
		err = add_names(q, &names);
	if (err == EVX_OK)
		err = evx_buf_cstr(&names);
	/* In order of names. */
	if (err == EVX_OK)
		err = evx_buf_adds(&query, "X-Amz-Algorithm=" ALGORITHM "&X-Amz-Credential=");
	if (err == EVX_OK)
		err = evx_s3_sign_escape((const char *)scope.data, false, &query);
	if (err == EVX_OK)
		err = evx_buf_addf(&query, "&X-Amz-Date=%s&X-Amz-Expires=%u", q->time, seconds);
	if (err == EVX_OK && token != NULL)
		err = evx_buf_adds(&query, "&X-Amz-Security-Token=");
	if (err == EVX_OK && token != NULL)
		err = evx_s3_sign_escape(token, false, &query);
	if (err == EVX_OK)
		err = evx_buf_adds(&query, "&X-Amz-SignedHeaders=");
	if (err == EVX_OK)
		err = evx_s3_sign_escape((const char *)names.data, false, &query);
	if (err == EVX_OK)
		err = evx_buf_cstr(&query);
	if (err == EVX_OK)
		err = sign(q, (const char *)query.data, "UNSIGNED-PAYLOAD", signature);
	if (err == EVX_OK)
		err = evx_buf_add(out, query.data, query.len);
	if (err == EVX_OK)
		err = evx_buf_addf(out, "&X-Amz-Signature=%s", signature);
	if (err == EVX_OK)
		err = evx_buf_cstr(out);
	evx_buf_free(&scope);
	evx_buf_free(&names);
	evx_buf_free(&query);
	return err;
}
