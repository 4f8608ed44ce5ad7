/* One HTTP request at a time over a connection that is kept, inside the process of a connection. */
#ifndef EVX_REMOTE_HTTP_H
#define EVX_REMOTE_HTTP_H

#include "remote/remote_site.h"

struct evx_http; /* a client */

struct evx_http_request {
	const char *method; /* GET, HEAD, PUT, DELETE */
	const char *url;
	const char *const *headers;              /* "name: value", ended by NULL */
	struct evx_remote_source *source;        /* put: the body, NULL: none */
	const struct evx_remote_request *stream; /* get: a good answer's bytes are said as those of
						    this object, NULL: they go to the answer's text
						  */
};

struct evx_http_answer {
	long status;                 /* 0: there was none, why says so */
	enum evx_remote_again again; /* … and whether to ask again */
	char why[256];
	struct evx_buf text; /* at most EVX_HTTP_TEXT_MAX bytes of body */
	uint64_t length, streamed;
	bool has_length;
	bool has_md5; /* of what was streamed; computed where the request has no hash */
	uint8_t md5[EVX_MD5_LEN];
	uint32_t retry_after; /* seconds, 0: not said */
	int64_t date, until;  /* 0: not said */
	char etag[80];        /* without quotes */
	char checksum[64];    /* x-amz-checksum-sha256, base64 */
	bool encrypted; /* by the store with a key of its own: its etag is no hash of the bytes */
	enum evx_err refused; /* the bytes are not those that may come: EVX_E_LIMIT, EVX_E_TRUNCATED
			       */
};
#define EVX_HTTP_TEXT_MAX 4194304u

/* Starts libcurl; before the confinement. ca: a file of certificates, NULL or "": the system's. */
enum evx_err evx_http_new(struct evx_remote_site *site, const char *ca, struct evx_http **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_http_free(struct evx_http *h);
/* Asks. The caller frees out->text. */
void evx_http_ask(struct evx_http *h, struct evx_remote_site *site,
	const struct evx_http_request *q, struct evx_http_answer *out);

#endif
