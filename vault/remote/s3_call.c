/* Requests to a store, one at a time: signed, with the hashes of their bytes, by the store's clock.
 * What its answers mean is in one table. */
#include "remote/s3_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/secret.h"
#include "format/text.h"
#include "format/time.h"
#include "remote/s3_sign.h"
#include "remote/s3_text.h"

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define URL_CAP 4096
#define SKEW_LEAST 60 /* seconds: less is no reason for a refusal */
#define LINE_CAP 1400
#define REFUSED "the store refuses it: the key may not do this, or is another's"
#define BUSY "the store is busy or broken"
#define DAMAGED "the bytes were damaged or cut on the way"

struct evx_s3_store {
	struct evx_http *http;
	char host[EVX_REMOTE_S3_HOST_CAP]; /* of the header */
	char base[EVX_REMOTE_S3_BASE_CAP]; /* https://host[:port] */
	char *access_key, *secret_key, *token;
	int64_t skew;      /* the store's clock less ours */
	bool no_condition; /* it does not know if-none-match */
};

static char *copy_of(const char *s)
{
	return s != NULL && s[0] != '\0' ? strdup(s) : NULL;
}

void evx_s3_call_close(struct evx_s3_store *s)
{
	if (s == NULL)
		return;
	if (s->secret_key != NULL)
		evx_wipe(s->secret_key, strlen(s->secret_key));
	free(s->access_key);
	free(s->secret_key);
	free(s->token);
	evx_http_free(s->http);
	free(s);
}

enum evx_err evx_s3_call_open(
	struct evx_remote_site *site, struct evx_s3_store **out, struct evx_diag *diag)
{
	const struct evx_remote_secrets *k = &site->opt->secrets;
	struct evx_s3_store *s = calloc(1, sizeof(*s));

	*out = s;
	if (s == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "out of memory");
	evx_remote_url_s3_host(&site->url, s->host, s->base);
	s->access_key = copy_of(k->access_key);
	s->secret_key = copy_of(k->secret_key);
	s->token = copy_of(k->session_token);
	if (s->access_key == NULL || s->secret_key == NULL)
		return evx_fail(diag, EVX_E_KEY, "no key for this store");
	return evx_http_new(site, site->url.ca, &s->http, diag);
}

const char *evx_s3_call_mode(const struct evx_remote_site *site)
{
	return site->url.governance ? "GOVERNANCE" : "COMPLIANCE";
}

bool evx_s3_call_conditional(const struct evx_s3_store *s)
{
	return !s->no_condition;
}

/* ---- One request ------------------------------------------------------------------------ */

/* What is sent, as texts. */
struct texts {
	char path[EVX_REMOTE_PATH_CAP + EVX_REMOTE_NAME_CAP + 80], url[URL_CAP];
	char when[EVX_S3_TIME_CAP], until[EVX_TIME_CAP], payload[65];
	char md5[32], checksum[64]; /* base64 */
	struct evx_s3_header headers[EVX_S3_HEADERS_MAX];
	size_t n;
	char lines[EVX_S3_HEADERS_MAX + 1][LINE_CAP];
	const char *list[EVX_S3_HEADERS_MAX + 3];
};

static void base64_of(const uint8_t *p, size_t n, char *out, size_t cap)
{
	struct evx_buf b = EVX_BUF_INIT;

	out[0] = '\0';
	if (evx_base64_encode(p, n, true, &b) == EVX_OK && b.len < cap) {
		memcpy(out, b.data, b.len);
		out[b.len] = '\0';
	}
	evx_buf_free(&b);
}

static void add_header(struct texts *t, const char *name, const char *value)
{
	if (t->n < EVX_S3_HEADERS_MAX && value != NULL && value[0] != '\0')
		t->headers[t->n++] = (struct evx_s3_header){ name, value };
}

static void write_address(const struct evx_s3_store *s, const struct evx_remote_url *u,
	const struct evx_s3_call *c, struct texts *t)
{
	(void)snprintf(t->path, sizeof(t->path), "/%s%s%s%s%s", u->virtual_hosts ? "" : u->bucket,
		u->virtual_hosts || c->name[0] == '\0' ? "" : "/",
		c->name[0] != '\0' ? u->path : "",
		c->name[0] != '\0' && u->path[0] != '\0' ? "/" : "", c->name);
	(void)snprintf(t->url, sizeof(t->url), "%s%s%s%s", s->base, t->path,
		c->query[0] != '\0' ? "?" : "", c->query);
}

/* The headers that are signed, in order of their names. */
static void write_headers(const struct evx_s3_store *s, const struct evx_remote_site *site,
	const struct evx_s3_call *c, struct texts *t)
{
	if (evx_s3_sign_time((int64_t)time(NULL) + s->skew, t->when) != EVX_OK)
		t->when[0] = '\0';
	if (c->until == 0 || evx_time_encode(c->until, t->until) != EVX_OK)
		t->until[0] = '\0';
	(void)snprintf(t->payload, sizeof(t->payload), "%s", EMPTY_SHA256);
	t->md5[0] = t->checksum[0] = '\0';
	if (c->source != NULL) {
		evx_hex_encode(c->sha256, sizeof(c->sha256), t->payload);
		base64_of(c->md5, sizeof(c->md5), t->md5, sizeof(t->md5));
	}
	if (c->keep_hash)
		base64_of(c->sha256, sizeof(c->sha256), t->checksum, sizeof(t->checksum));
	t->n = 0;
	add_header(t, "content-md5", t->md5);
	add_header(t, "host", s->host);
	add_header(t, "if-none-match", c->new_only && !s->no_condition ? "*" : "");
	add_header(t, "x-amz-checksum-mode", c->tell_hash ? "ENABLED" : "");
	add_header(t, "x-amz-checksum-sha256", t->checksum);
	add_header(t, "x-amz-content-sha256", t->payload);
	add_header(t, "x-amz-date", t->when);
	add_header(t, "x-amz-object-lock-mode", c->until != 0 ? evx_s3_call_mode(site) : "");
	add_header(t, "x-amz-object-lock-retain-until-date", t->until);
	add_header(t, "x-amz-security-token", s->token);
}

/* The lines that are sent: those that are signed, the signature, the type. False when one is too
 * long. */
static bool write_lines(struct texts *t, const struct evx_buf *authorization, bool body)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct evx_s3_header *h = &t->headers[i];

		if (strcmp(h->name, "host") == 0)
			continue;
		if ((size_t)snprintf(t->lines[n], LINE_CAP, "%s: %s", h->name, h->value) >=
			LINE_CAP)
			return false;
		t->list[n] = t->lines[n];
		n++;
	}
	(void)snprintf(
		t->lines[n], LINE_CAP, "authorization: %s", (const char *)authorization->data);
	t->list[n] = t->lines[n];
	t->list[n + 1] = body ? "content-type: application/octet-stream" : NULL;
	t->list[n + 2] = NULL;
	return true;
}

static void send_once(struct evx_s3_store *s, struct evx_remote_site *site,
	const struct evx_s3_call *c, struct evx_http_answer *out)
{
	struct texts t = { .n = 0 };
	struct evx_buf authorization = EVX_BUF_INIT;
	const struct evx_http_request q = { c->method, t.url, t.list, c->source, c->stream };
	struct evx_s3_signed g;

	memset(out, 0, sizeof(*out));
	write_address(s, &site->url, c, &t);
	write_headers(s, site, c, &t);
	g = (struct evx_s3_signed){ c->method, t.path, c->query, t.headers, t.n, t.payload,
		site->url.region, t.when, s->access_key, s->secret_key };
	if (evx_s3_sign_authorization(&g, &authorization) != EVX_OK) {
		(void)snprintf(out->why, sizeof(out->why), "out of memory");
		goto out;
	}
	if (!write_lines(&t, &authorization, c->source != NULL)) {
		(void)snprintf(out->why, sizeof(out->why),
			"the session token is longer than 1,300 characters");
		goto out;
	}
	if (c->source != NULL)
		c->source->at = 0;
	evx_http_ask(s->http, site, &q, out);
out:
	evx_wipe(&t, sizeof(t));
	evx_buf_free(&authorization);
}

void evx_s3_call_code(const struct evx_http_answer *h, char code[64])
{
	if (!evx_s3_text_tag((const char *)h->text.data, h->text.len, "Code", code, 64))
		code[0] = '\0';
}

void evx_s3_call(struct evx_s3_store *s, struct evx_remote_site *site, const struct evx_s3_call *c,
	struct evx_http_answer *out)
{
	int64_t skew;
	char code[64];
	int turn;

	for (turn = 0; turn < 2; turn++) {
		send_once(s, site, c, out);
		evx_s3_call_code(out, code);
		skew = out->date != 0 ? out->date - (int64_t)time(NULL) : 0;
		if (out->status == 403 && turn == 0 &&
			(skew - s->skew > SKEW_LEAST || s->skew - skew > SKEW_LEAST)) {
			s->skew = skew;
		} else if ((out->status == 501 || strcmp(code, "NotImplemented") == 0) &&
			c->new_only && !s->no_condition) {
			s->no_condition = true;
		} else {
			return;
		}
		evx_buf_free(&out->text);
	}
	send_once(s, site, c, out);
}

/* ---- What an answer means --------------------------------------------------------------- */

/* The first row whose status (0: any) and code (NULL: any) are those of the answer. */
static const struct meaning {
	long status;
	const char *code;
	enum evx_err err;
	enum evx_remote_again again;
	const char *text;
} meanings[] = {
	{ 0, "QuotaExceeded", EVX_E_IO, EVX_REMOTE_FINAL, "the store is full" },
	{ 507, NULL, EVX_E_IO, EVX_REMOTE_FINAL, "the store is full" },
	{ 0, "RequestTimeTooSkewed", EVX_E_IO, EVX_REMOTE_FINAL,
		"the clocks of this machine and of the store differ" },
	{ 404, "NoSuchBucket", EVX_E_IO, EVX_REMOTE_FINAL, "there is no such bucket" },
	{ 404, NULL, EVX_E_NOT_FOUND, EVX_REMOTE_FINAL, "it is not there" },
	{ 412, NULL, EVX_E_EXISTS, EVX_REMOTE_FINAL, "it is there already" },
	{ 401, NULL, EVX_E_KEY, EVX_REMOTE_FINAL, REFUSED },
	{ 403, NULL, EVX_E_KEY, EVX_REMOTE_FINAL, REFUSED },
	{ 408, NULL, EVX_E_IO, EVX_REMOTE_RETRY, BUSY },
	{ 409, NULL, EVX_E_IO, EVX_REMOTE_RETRY, BUSY },
	{ 425, NULL, EVX_E_IO, EVX_REMOTE_RETRY, BUSY },
	{ 429, NULL, EVX_E_IO, EVX_REMOTE_RETRY, BUSY },
	{ 500, NULL, EVX_E_IO, EVX_REMOTE_RETRY, BUSY },
	{ 502, NULL, EVX_E_IO, EVX_REMOTE_RETRY, BUSY },
	{ 503, NULL, EVX_E_IO, EVX_REMOTE_RETRY, BUSY },
	{ 504, NULL, EVX_E_IO, EVX_REMOTE_RETRY, BUSY },
	{ 400, "BadDigest", EVX_E_IO, EVX_REMOTE_RETRY, DAMAGED },
	{ 400, "RequestTimeout", EVX_E_IO, EVX_REMOTE_RETRY, DAMAGED },
	{ 400, "XAmzContentSHA256Mismatch", EVX_E_IO, EVX_REMOTE_RETRY, DAMAGED },
	{ 400, "IncompleteBody", EVX_E_IO, EVX_REMOTE_RETRY, DAMAGED },
	{ 0, NULL, EVX_E_IO, EVX_REMOTE_FINAL, "an answer that was not expected" },
};

void evx_s3_call_failed(
	const struct evx_http_answer *h, const char *what, struct evx_remote_answer *a)
{
	const struct meaning *m = meanings;
	char code[64];

	if (h->refused != EVX_OK || h->status == 0) {
		evx_remote_site_failed(a, h->refused != EVX_OK ? h->refused : EVX_E_IO,
			h->refused != EVX_OK ? EVX_REMOTE_RETRY : h->again, "%s: %s", what, h->why);
		return;
	}
	evx_s3_call_code(h, code);
	a->wait = h->retry_after;
	while ((m->status != 0 && m->status != h->status) ||
		(m->code != NULL && strcmp(m->code, code) != 0))
		m++;
	evx_remote_site_failed(a, m->err, m->again, "%s: %s (HTTP status %ld%s%s)", what, m->text,
		h->status, code[0] != '\0' ? ", " : "", code);
}
