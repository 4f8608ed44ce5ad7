/* One request to a store with the interface of S3: signed, sent, sent once more where only the
 * clocks or the conditions were wrong; and what a bad answer means. */
#ifndef EVX_REMOTE_S3_CALL_H
#define EVX_REMOTE_S3_CALL_H

#include "remote/http.h"

struct evx_s3_store; /* the store, the key for it, and what was learnt about it */

struct evx_s3_call {
	const char *method;
	const char *name;  /* of the object, "" for the bucket */
	const char *query; /* encoded, in order; "" */
	struct evx_remote_source *source;
	const struct evx_remote_request *stream;
	uint8_t md5[EVX_MD5_LEN], sha256[32]; /* of the source */
	bool keep_hash;                       /* the store is asked to keep the SHA-256 … */
	bool tell_hash;                       /* … and to tell it */
	bool new_only;                        /* nothing may be replaced */
	int64_t until;                        /* kept until then; 0: no retention */
};

/* Before the confinement. EVX_E_KEY where there is no key. The caller closes *out, also after an
 * error. */
enum evx_err evx_s3_call_open(struct evx_remote_site *site, struct evx_s3_store **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_s3_call_close(struct evx_s3_store *s);
/* COMPLIANCE or GOVERNANCE, as the URL says. */
const char *evx_s3_call_mode(const struct evx_remote_site *site);
/* Asks. The caller frees out->text. */
void evx_s3_call(struct evx_s3_store *s, struct evx_remote_site *site, const struct evx_s3_call *c,
	struct evx_http_answer *out);
/* False once it said that it does not know if-none-match. */
bool evx_s3_call_conditional(const struct evx_s3_store *s);
/* The code of an error, "" when there is none. */
void evx_s3_call_code(const struct evx_http_answer *h, char code[64]);
/* Says in *a what an answer means that is none of the good ones. what: "reading" and the like. */
void evx_s3_call_failed(
	const struct evx_http_answer *h, const char *what, struct evx_remote_answer *a);

#endif
