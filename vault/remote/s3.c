/* A remote that is an object store with the interface of S3: one PUT for each object, signed, with
 * its MD5 and SHA-256, so that the store itself refuses what was damaged on the way. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "format/text.h"
#include "format/time.h"
#include "remote/s3_call.h"
#include "remote/s3_sign.h"
#include "remote/s3_text.h"

#define PAGES_MAX 2048

static void head(struct evx_s3_store *s, struct evx_remote_site *site, const char *name,
	struct evx_remote_answer *a)
{
	const struct evx_s3_call c = {
		.method = "HEAD", .name = name, .query = "", .tell_hash = true
	};
	struct evx_http_answer h;
	struct evx_buf hash = EVX_BUF_INIT;

	evx_s3_call(s, site, &c, &h);
	if (h.status == 200) {
		a->stat.size = h.has_length ? h.length : EVX_REMOTE_SIZE_UNKNOWN;
		a->stat.until = h.until;
		if (evx_base64_decode(h.checksum, strlen(h.checksum), true, &hash) == EVX_OK &&
			hash.len == sizeof(a->stat.hash)) {
			a->stat.has_hash = true;
			memcpy(a->stat.hash, hash.data, hash.len);
		}
	} else {
		evx_s3_call_failed(&h, "looking", a);
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

static void s3_put(struct evx_s3_store *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	struct evx_remote_source source;
	struct evx_http_answer h = { .text = EVX_BUF_INIT };
	char until[EVX_TIME_CAP];
	struct evx_diag diag = { 0 };
	struct evx_s3_call c = { .method = "PUT",
		.name = q->name,
		.query = "",
		.source = &source,
		.keep_hash = true,
		.new_only = true,
		.until = q->until };
	enum evx_err err = evx_remote_source_open(site, q, &source, &diag);

	if (err == EVX_OK)
		err = evx_remote_source_hash(&source, q, c.md5, c.sha256, &diag);
	if (err == EVX_OK && q->until != 0)
		err = evx_time_encode(q->until, until);
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
	evx_s3_call(s, site, &c, &h);
	if (h.status == 200 || h.status == 201 || h.status == 204) {
		a->stat.size = source.size;
		if (names_others(&h, c.md5))
			evx_remote_site_failed(a, EVX_E_FORGED, EVX_REMOTE_RETRY,
				"the store says that it has it, and names the hash of other bytes");
	} else {
		evx_s3_call_failed(&h, "writing", a);
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

static void s3_get(struct evx_s3_store *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	const struct evx_s3_call c = { .method = "GET", .name = q->name, .query = "", .stream = q };
	struct evx_http_answer h;

	evx_s3_call(s, site, &c, &h);
	if (h.status != 200)
		evx_s3_call_failed(&h, "reading", a);
	else if (!evx_remote_site_other_size(q, h.streamed, a) && h.has_md5 &&
		names_others(&h, h.md5))
		evx_remote_site_failed(a, EVX_E_FORGED, EVX_REMOTE_RETRY,
			"the store sent other bytes than those whose hash it names");
	evx_buf_free(&h.text);
}

/* One page. *more: the token of the next one, "" for none. False with *a filled. */
static bool list_page(struct evx_s3_store *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_buf *token, struct evx_remote_answer *a)
{
	struct evx_buf query = EVX_BUF_INIT;
	struct evx_s3_call c = { .method = "GET", .name = "" };
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
	evx_s3_call(s, site, &c, &h);
	if (h.status != 200) {
		evx_s3_call_failed(&h, "listing", a);
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

static void s3_list(struct evx_s3_store *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
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

static void s3_remove(struct evx_s3_store *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	const struct evx_s3_call c = { .method = "DELETE", .name = q->name, .query = "" };
	struct evx_http_answer h;

	evx_s3_call(s, site, &c, &h);
	if (h.status != 200 && h.status != 204 && h.status != 404)
		evx_s3_call_failed(&h, "removing", a);
	evx_buf_free(&h.text);
}

static void s3_retain(struct evx_s3_store *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	char until[EVX_TIME_CAP], body[512];
	struct evx_remote_request text = { .place = EVX_REMOTE_NO_PLACE };
	struct evx_remote_source source = { .fd = -1, .bytes = (const uint8_t *)body };
	struct evx_s3_call c = {
		.method = "PUT", .name = q->name, .query = "retention=", .source = &source
	};
	struct evx_http_answer h = { .text = EVX_BUF_INIT };
	struct evx_diag diag = { 0 };

	if (evx_time_encode(q->until, until) != EVX_OK) {
		evx_remote_site_failed(a, EVX_E_USAGE, EVX_REMOTE_FINAL, "that is no date");
		return;
	}
	(void)snprintf(body, sizeof(body),
		"<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>%s</Mode>"
		"<RetainUntilDate>%s</RetainUntilDate></Retention>",
		evx_s3_call_mode(site), until);
	source.size = strlen(body);
	if (evx_remote_source_hash(&source, &text, c.md5, c.sha256, &diag) != EVX_OK) {
		evx_remote_site_failed_diag(a, EVX_REMOTE_FINAL, &diag);
		return;
	}
	evx_s3_call(s, site, &c, &h);
	if (h.status != 200 && h.status != 204)
		evx_s3_call_failed(&h, "extending the retention", a);
	evx_buf_free(&h.text);
}

static void s3_about(
	struct evx_s3_store *s, struct evx_remote_site *site, struct evx_remote_answer *a)
{
	const struct evx_s3_call c = { .method = "GET", .name = "", .query = "object-lock=" };
	struct evx_remote_about about = { .lists = true,
		.renames = true,
		.removes = true,
		.free_bytes = EVX_REMOTE_SIZE_UNKNOWN,
		.largest = 5368709120u };
	struct evx_http_answer h;
	char code[64];

	evx_s3_call(s, site, &c, &h);
	evx_s3_call_code(&h, code);
	about.locks = h.status == 200;
	about.conditional = evx_s3_call_conditional(s);
	/* A key that may not ask this may all the same write and read. */
	if (h.status == 0 || strcmp(code, "NoSuchBucket") == 0 ||
		strcmp(code, "SignatureDoesNotMatch") == 0 ||
		strcmp(code, "InvalidAccessKeyId") == 0 || h.status >= 500 || h.status == 429)
		evx_s3_call_failed(&h, "asking what it can do", a);
	else
		(void)evx_remote_site_say_about(site, &about);
	evx_buf_free(&h.text);
}

static enum evx_err s3_open(struct evx_remote_site *site, void **state, struct evx_diag *diag)
{
	struct evx_s3_store *s = NULL;
	const enum evx_err err = evx_s3_call_open(site, &s, diag);

	*state = s;
	return err;
}

static void s3_close(void *state)
{
	evx_s3_call_close(state);
}

static void s3_act(void *state, struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	struct evx_s3_store *s = state;

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
