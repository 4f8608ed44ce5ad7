/* A remote that is an object store with the interface of S3: one PUT for each object, signed, with
 * its MD5 and SHA-256, so that the store itself refuses what was damaged on the way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/hash_equal.h"
#include "crypto/secret.h"
#include "format/text.h"
#include "format/time.h"
#include "remote/http.h"
#include "remote/s3_sign.h"
#include "remote/s3_text.h"

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define URL_CAP 4096
#define SKEW_LEAST 60 /* seconds: less is no reason for a refusal */
#define PAGES_MAX 2048

struct s3 {
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

static void s3_close(void *state)
{
	struct s3 *s = state;

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

static enum evx_err s3_open(struct evx_remote_site *site, void **state, struct evx_diag *diag)
{
	const struct evx_remote_secrets *k = &site->opt->secrets;
	struct s3 *s = calloc(1, sizeof(*s));

	*state = s;
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

/* ---- One request ------------------------------------------------------------------------ */

struct call {
	const char *method;
	const char *name;  /* of the object, "" for the bucket */
	const char *query; /* encoded, in order; "" */
	struct evx_remote_source *source;
	const struct evx_remote_request *stream;
	const char *payload; /* SHA-256 in hex */
	char md5[32];        /* base64, "" */
	char checksum[64];   /* base64, "" */
	char until[EVX_TIME_CAP];
	const char *lock; /* mode; NULL: none */
	bool new_only, checksums;
};

static void add_header(struct evx_s3_header *h, size_t *n, const char *name, const char *value)
{
	if (*n < EVX_S3_HEADERS_MAX && value[0] != '\0')
		h[(*n)++] = (struct evx_s3_header){ name, value };
}

/* Sends it once. */
static void send_once(struct s3 *s, struct evx_remote_site *site, const struct call *c,
	struct evx_http_answer *out)
{
	struct evx_s3_header signed_headers[EVX_S3_HEADERS_MAX];
	struct evx_buf authorization = EVX_BUF_INIT;
	char path[EVX_REMOTE_PATH_CAP + EVX_REMOTE_NAME_CAP + 80], url[URL_CAP];
	char when[EVX_S3_TIME_CAP], lines[EVX_S3_HEADERS_MAX + 1][1400];
	const char *list[EVX_S3_HEADERS_MAX + 3];
	const struct evx_remote_url *u = &site->url;
	size_t n = 0, i, lists = 0;
	struct evx_http_request q = { c->method, url, list, c->source, c->stream };
	struct evx_s3_signed g;

	memset(out, 0, sizeof(*out));
	(void)snprintf(path, sizeof(path), "/%s%s%s%s%s", u->virtual_hosts ? "" : u->bucket,
		u->virtual_hosts || c->name[0] == '\0' ? "" : "/",
		c->name[0] != '\0' ? u->path : "",
		c->name[0] != '\0' && u->path[0] != '\0' ? "/" : "", c->name);
	(void)snprintf(url, sizeof(url), "%s%s%s%s", s->base, path, c->query[0] != '\0' ? "?" : "",
		c->query);
	if (evx_s3_sign_time((int64_t)time(NULL) + s->skew, when) != EVX_OK)
		when[0] = '\0';
	/* In order of names. */
	add_header(signed_headers, &n, "content-md5", c->md5);
	add_header(signed_headers, &n, "host", s->host);
	add_header(signed_headers, &n, "if-none-match", c->new_only && !s->no_condition ? "*" : "");
	add_header(signed_headers, &n, "x-amz-checksum-mode", c->checksums ? "ENABLED" : "");
	add_header(signed_headers, &n, "x-amz-checksum-sha256", c->checksum);
	add_header(signed_headers, &n, "x-amz-content-sha256", c->payload);
	add_header(signed_headers, &n, "x-amz-date", when);
	add_header(signed_headers, &n, "x-amz-object-lock-mode", c->lock != NULL ? c->lock : "");
	add_header(signed_headers, &n, "x-amz-object-lock-retain-until-date",
		c->lock != NULL ? c->until : "");
	add_header(signed_headers, &n, "x-amz-security-token", s->token != NULL ? s->token : "");
	g = (struct evx_s3_signed){ c->method, path, c->query, signed_headers, n, c->payload,
		u->region, when, s->access_key, s->secret_key };
	if (evx_s3_sign_authorization(&g, &authorization) != EVX_OK) {
		(void)snprintf(out->why, sizeof(out->why), "out of memory");
		return;
	}
	for (i = 0; i < n; i++) {
		if (strcmp(signed_headers[i].name, "host") == 0)
			continue;
		if ((size_t)snprintf(lines[lists], sizeof(lines[0]), "%s: %s",
			    signed_headers[i].name, signed_headers[i].value) >= sizeof(lines[0])) {
			(void)snprintf(out->why, sizeof(out->why),
				"the session token is longer than 1,300 characters");
			goto out;
		}
		list[lists] = lines[lists];
		lists++;
	}
	(void)snprintf(lines[lists], sizeof(lines[0]), "authorization: %s",
		(const char *)authorization.data);
	list[lists] = lines[lists];
	list[lists + 1] = c->source != NULL ? "content-type: application/octet-stream" : NULL;
	list[lists + 2] = NULL;
	if (c->source != NULL)
		c->source->at = 0;
	evx_http_ask(s->http, site, &q, out);
	evx_wipe(lines, sizeof(lines));
out:
	evx_buf_free(&authorization);
}

static void code_of(const struct evx_http_answer *h, char code[64])
{
	if (!evx_s3_text_tag((const char *)h->text.data, h->text.len, "Code", code, 64))
		code[0] = '\0';
}

/* Sends it, and once more where the clocks differ, or the store knows no condition. */
static void call(struct s3 *s, struct evx_remote_site *site, const struct call *c,
	struct evx_http_answer *out)
{
	int64_t skew;
	char code[64];
	int turn;

	for (turn = 0; turn < 2; turn++) {
		send_once(s, site, c, out);
		code_of(out, code);
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

/* What an answer that is none of the good ones means. */
static void failed(const struct evx_http_answer *h, const char *what, struct evx_remote_answer *a)
{
	enum evx_remote_again again = EVX_REMOTE_FINAL;
	enum evx_err err = EVX_E_IO;
	const char *meaning = NULL;
	char code[64];

	if (h->refused != EVX_OK || h->status == 0) {
		evx_remote_site_failed(a, h->refused != EVX_OK ? h->refused : EVX_E_IO,
			h->refused != EVX_OK ? EVX_REMOTE_RETRY : h->again, "%s: %s", what, h->why);
		return;
	}
	code_of(h, code);
	a->wait = h->retry_after;
	switch (h->status) {
	case 404:
		err = strcmp(code, "NoSuchBucket") == 0 ? EVX_E_IO : EVX_E_NOT_FOUND;
		meaning = err == EVX_E_IO ? "there is no such bucket" : "it is not there";
		break;
	case 412:
		err = EVX_E_EXISTS;
		meaning = "it is there already";
		break;
	case 401:
	case 403:
		err = EVX_E_KEY;
		meaning = "the store refuses it: the key may not do this, or is another's";
		break;
	case 408:
	case 409:
	case 425:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
		again = EVX_REMOTE_RETRY;
		meaning = "the store is busy or broken";
		break;
	case 400:
		if (strcmp(code, "BadDigest") == 0 || strcmp(code, "RequestTimeout") == 0 ||
			strcmp(code, "XAmzContentSHA256Mismatch") == 0 ||
			strcmp(code, "IncompleteBody") == 0) {
			again = EVX_REMOTE_RETRY;
			meaning = "the bytes were damaged or cut on the way";
		}
		break;
	case 507:
		meaning = "the store is full";
		break;
	default:
		break;
	}
	if (strcmp(code, "QuotaExceeded") == 0)
		meaning = "the store is full";
	evx_remote_site_failed(a, err, again, "%s: %s (HTTP status %ld%s%s)", what,
		meaning != NULL ? meaning : "an answer that was not expected", h->status,
		code[0] != '\0' ? ", " : "", code);
}

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

static const char *mode_of(const struct evx_remote_site *site)
{
	return site->url.governance ? "GOVERNANCE" : "COMPLIANCE";
}

/* ---- Requests --------------------------------------------------------------------------- */

static void head(
	struct s3 *s, struct evx_remote_site *site, const char *name, struct evx_remote_answer *a)
{
	const struct call c = { .method = "HEAD",
		.name = name,
		.query = "",
		.payload = EMPTY_SHA256,
		.checksums = true };
	struct evx_http_answer h;
	struct evx_buf hash = EVX_BUF_INIT;

	call(s, site, &c, &h);
	if (h.status == 200) {
		a->stat.size = h.has_length ? h.length : EVX_REMOTE_SIZE_UNKNOWN;
		a->stat.until = h.until;
		if (evx_base64_decode(h.checksum, strlen(h.checksum), true, &hash) == EVX_OK &&
			hash.len == sizeof(a->stat.hash)) {
			a->stat.has_hash = true;
			memcpy(a->stat.hash, hash.data, hash.len);
		}
	} else {
		failed(&h, "looking", a);
	}
	evx_buf_free(&hash);
	evx_buf_free(&h.text);
}

/* Whether the store names another MD5 than that of these bytes, where its ETag is one. */
static bool names_others(const struct evx_http_answer *h, const uint8_t md5[EVX_MD5_LEN])
{
	char hex[2 * EVX_MD5_LEN + 1];

	evx_hex_encode(md5, EVX_MD5_LEN, hex);
	return !h->encrypted && strlen(h->etag) == 2 * EVX_MD5_LEN && strcasecmp(h->etag, hex) != 0;
}

static void s3_put(struct s3 *s, struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	struct evx_remote_source source;
	struct evx_http_answer h = { .text = EVX_BUF_INIT };
	struct evx_diag diag = { 0 };
	uint8_t md5[EVX_MD5_LEN], sha[32];
	char hex[65];
	struct call c = { .method = "PUT",
		.name = q->name,
		.query = "",
		.source = &source,
		.payload = hex,
		.new_only = true };
	enum evx_err err = evx_remote_source_open(site, q, &source, &diag);

	if (err == EVX_OK)
		err = evx_remote_source_hash(&source, q, md5, sha, &diag);
	if (err == EVX_OK && q->until != 0)
		err = evx_time_encode(q->until, c.until);
	if (err != EVX_OK) {
		diag.code = err;
		evx_remote_site_failed_diag(a, EVX_REMOTE_FINAL, &diag);
		goto out;
	}
	/* Not all stores know the condition, and some pass over it. A key that may write only is
	 * told nothing. */
	head(s, site, q->name, a);
	if (a->err == EVX_OK)
		evx_remote_site_failed(a, EVX_E_EXISTS, EVX_REMOTE_FINAL, "it is there already");
	if (a->err != EVX_E_NOT_FOUND && a->err != EVX_E_KEY)
		goto out;
	a->err = EVX_OK;
	a->again = EVX_REMOTE_FINAL;
	a->text[0] = '\0';
	evx_hex_encode(sha, sizeof(sha), hex);
	base64_of(md5, sizeof(md5), c.md5, sizeof(c.md5));
	base64_of(sha, sizeof(sha), c.checksum, sizeof(c.checksum));
	c.lock = q->until != 0 ? mode_of(site) : NULL;
	call(s, site, &c, &h);
	if (h.status == 200 || h.status == 201 || h.status == 204) {
		a->stat.size = source.size;
		if (names_others(&h, md5))
			evx_remote_site_failed(a, EVX_E_FORGED, EVX_REMOTE_RETRY,
				"the store says that it has it, and names the hash of other bytes");
	} else {
		failed(&h, "writing", a);
		if (h.status == 412)
			goto exists;
	}
	goto out;
exists:
	head(s, site, q->name, a);
	if (a->err == EVX_OK)
		evx_remote_site_failed(a, EVX_E_EXISTS, EVX_REMOTE_FINAL, "it is there already");
out:
	evx_remote_source_close(&source);
	evx_buf_free(&h.text);
}

static void s3_get(struct s3 *s, struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	const struct call c = {
		.method = "GET", .name = q->name, .query = "", .payload = EMPTY_SHA256, .stream = q
	};
	struct evx_http_answer h;

	call(s, site, &c, &h);
	if (h.status != 200)
		failed(&h, "reading", a);
	else if (!evx_remote_site_other_size(q, h.streamed, a) && h.has_md5 &&
		names_others(&h, h.md5))
		evx_remote_site_failed(a, EVX_E_FORGED, EVX_REMOTE_RETRY,
			"the store sent other bytes than those whose hash it names");
	evx_buf_free(&h.text);
}

/* One page. *more: the token of the next one, "" for none. False with *a filled. */
static bool list_page(struct s3 *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_buf *token, struct evx_remote_answer *a)
{
	struct evx_buf query = EVX_BUF_INIT;
	struct call c = { .method = "GET", .name = "", .payload = EMPTY_SHA256 };
	struct evx_http_answer h = { .text = EVX_BUF_INIT };
	const char *base = site->url.path, *text;
	const size_t skip = base[0] != '\0' ? strlen(base) + 1 : 0;
	char prefix[EVX_REMOTE_PATH_CAP + EVX_REMOTE_NAME_CAP + 4], key[2048], word[2048];
	uint64_t size;
	size_t at = 0;
	enum evx_err err = EVX_OK;
	bool good = false;

	(void)snprintf(prefix, sizeof(prefix), "%s%s%s%s", base, base[0] != '\0' ? "/" : "",
		q->name, q->name[0] != '\0' ? "/" : "");
	if (token->len > 0)
		err = evx_buf_adds(&query, "continuation-token=");
	if (err == EVX_OK && token->len > 0)
		err = evx_s3_sign_escape((const char *)token->data, false, &query);
	if (err == EVX_OK)
		err = evx_buf_addf(&query, "%slist-type=2&prefix=", token->len > 0 ? "&" : "");
	if (err == EVX_OK)
		err = evx_s3_sign_escape(prefix, false, &query);
	if (err == EVX_OK)
		err = evx_buf_cstr(&query);
	if (err != EVX_OK) {
		evx_remote_site_failed(a, err, EVX_REMOTE_FINAL, "out of memory");
		goto out;
	}
	c.query = (const char *)query.data;
	call(s, site, &c, &h);
	if (h.status != 200) {
		failed(&h, "listing", a);
		goto out;
	}
	text = (const char *)h.text.data;
	while (evx_s3_text_next(text, h.text.len, &at, key, sizeof(key), &size))
		if (strncmp(key, prefix, strlen(prefix)) == 0 && strlen(key) > skip &&
			!evx_remote_site_say_item(site, key + skip, size))
			goto out;
	evx_buf_reset(token);
	good = true;
	if (evx_s3_text_tag(text, h.text.len, "IsTruncated", word, sizeof(word)) &&
		strcmp(word, "true") == 0) {
		good = evx_s3_text_tag(
			       text, h.text.len, "NextContinuationToken", word, sizeof(word)) &&
			evx_buf_adds(token, word) == EVX_OK && evx_buf_cstr(token) == EVX_OK;
		if (!good)
			evx_remote_site_failed(a, EVX_E_IO, EVX_REMOTE_RETRY,
				"listing: the store says that there is more, and not where");
	}
out:
	evx_buf_free(&query);
	evx_buf_free(&h.text);
	return good;
}

static void s3_list(struct s3 *s, struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	struct evx_buf token = EVX_BUF_INIT;
	int pages = 0;
	bool more = true;

	while (more && list_page(s, site, q, &token, a)) {
		more = token.len > 0;
		if (more && ++pages == PAGES_MAX) {
			evx_remote_site_failed(
				a, EVX_E_LIMIT, EVX_REMOTE_FINAL, "listing: it has no end");
			break;
		}
	}
	evx_buf_free(&token);
}

static void s3_remove(struct s3 *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	const struct call c = {
		.method = "DELETE", .name = q->name, .query = "", .payload = EMPTY_SHA256
	};
	struct evx_http_answer h;

	call(s, site, &c, &h);
	if (h.status != 200 && h.status != 204 && h.status != 404)
		failed(&h, "removing", a);
	evx_buf_free(&h.text);
}

static void s3_retain(struct s3 *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	char until[EVX_TIME_CAP], body[512], hex[65];
	struct evx_remote_request text = { .place = EVX_REMOTE_NO_PLACE };
	struct evx_remote_source source = { .fd = -1, .bytes = (const uint8_t *)body };
	struct call c = { .method = "PUT",
		.name = q->name,
		.query = "retention=",
		.source = &source,
		.payload = hex };
	struct evx_http_answer h = { .text = EVX_BUF_INIT };
	struct evx_diag diag = { 0 };
	uint8_t md5[EVX_MD5_LEN], sha[32];

	if (evx_time_encode(q->until, until) != EVX_OK) {
		evx_remote_site_failed(a, EVX_E_USAGE, EVX_REMOTE_FINAL, "that is no date");
		return;
	}
	(void)snprintf(body, sizeof(body),
		"<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>%s</Mode>"
		"<RetainUntilDate>%s</RetainUntilDate></Retention>",
		mode_of(site), until);
	source.size = strlen(body);
	if (evx_remote_source_hash(&source, &text, md5, sha, &diag) != EVX_OK) {
		evx_remote_site_failed_diag(a, EVX_REMOTE_FINAL, &diag);
		return;
	}
	evx_hex_encode(sha, sizeof(sha), hex);
	base64_of(md5, sizeof(md5), c.md5, sizeof(c.md5));
	call(s, site, &c, &h);
	if (h.status != 200 && h.status != 204)
		failed(&h, "extending the retention", a);
	evx_buf_free(&h.text);
}

static void s3_about(struct s3 *s, struct evx_remote_site *site, struct evx_remote_answer *a)
{
	const struct call c = {
		.method = "GET", .name = "", .query = "object-lock=", .payload = EMPTY_SHA256
	};
	struct evx_remote_about about = { .lists = true,
		.renames = true,
		.removes = true,
		.free_bytes = EVX_REMOTE_SIZE_UNKNOWN,
		.largest = 5368709120u };
	struct evx_http_answer h;
	char code[64];

	call(s, site, &c, &h);
	code_of(&h, code);
	about.locks = h.status == 200;
	about.conditional = !s->no_condition;
	/* A key that may not ask this may all the same write and read. */
	if (h.status == 0 || strcmp(code, "NoSuchBucket") == 0 ||
		strcmp(code, "SignatureDoesNotMatch") == 0 ||
		strcmp(code, "InvalidAccessKeyId") == 0 || h.status >= 500 || h.status == 429)
		failed(&h, "asking what it can do", a);
	else
		(void)evx_remote_site_say_about(site, &about);
	evx_buf_free(&h.text);
}

static void s3_act(void *state, struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	struct s3 *s = state;

	switch (q->act) {
	case EVX_REMOTE_PUT:
		s3_put(s, site, q, a);
		return;
	case EVX_REMOTE_GET:
		s3_get(s, site, q, a);
		return;
	case EVX_REMOTE_STAT:
		head(s, site, q->name, a);
		return;
	case EVX_REMOTE_LIST:
		s3_list(s, site, q, a);
		return;
	case EVX_REMOTE_REMOVE:
		s3_remove(s, site, q, a);
		return;
	case EVX_REMOTE_RETAIN:
		s3_retain(s, site, q, a);
		return;
	case EVX_REMOTE_ABOUT:
		s3_about(s, site, a);
		return;
	case EVX_REMOTE_FLUSH: /* what it said that it has, it has */
	case EVX_REMOTE_ACTS:
		break;
	}
}

const struct evx_remote_driver evx_s3_driver = {
	.may = EVX_CONFINE_MAY_NETWORK, .open = s3_open, .act = s3_act, .close = s3_close
};
