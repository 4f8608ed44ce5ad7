/* Signatures of requests to S3, version 4 ("AWS Signature Version 4", as published by AWS). */
#ifndef EVX_REMOTE_S3_SIGN_H
#define EVX_REMOTE_S3_SIGN_H

#include "base/buf.h"

#define EVX_S3_TIME_CAP 17 /* 20130524T000000Z */
#define EVX_S3_HEADERS_MAX 16u

struct evx_s3_header {
	const char *name; /* lower case */
	const char *value;
};

struct evx_s3_signed {
	const char *method;
	const char *path;                    /* encoded, begins with "/" */
	const char *query;                   /* encoded, in order of names; "" */
	const struct evx_s3_header *headers; /* those that are signed, in order of names */
	size_t nheaders;
	const char *payload; /* SHA-256 of the body in hex, or UNSIGNED-PAYLOAD */
	const char *region, *time;
	const char *access_key, *secret_key;
};

/* Seconds since 1970 as S3 writes them. */
enum evx_err evx_s3_sign_time(int64_t seconds, char out[EVX_S3_TIME_CAP]) EVX_MUST_CHECK;
/* Appends s with everything but unreserved characters as %XX; slash: '/' stays. */
enum evx_err evx_s3_sign_escape(const char *s, bool slash, struct evx_buf *out) EVX_MUST_CHECK;
/* Appends the value of the header authorization, and a NUL that is not counted. */
enum evx_err evx_s3_sign_authorization(
	const struct evx_s3_signed *q, struct evx_buf *out) EVX_MUST_CHECK;
/* Appends the query of a presigned address (q->query and q->payload are not used; q->headers has
 * host and what else the sender must send), valid for seconds, and a NUL that is not counted.
 * token: of the session, or NULL. */
enum evx_err evx_s3_sign_presign(const struct evx_s3_signed *q, unsigned seconds, const char *token,
	struct evx_buf *out) EVX_MUST_CHECK;

#endif
