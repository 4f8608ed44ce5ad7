/* HTTP for the stores: libcurl, with limits on everything that the other side says. */
#include "remote/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "remote/s3_text.h"

#define CONNECT_SECONDS 15L
#define SLOWEST 512L /* bytes a second; slower for the whole patience is dead */
#define HEADERS_MAX 65536u

struct evx_http {
	CURL *curl;
	struct evx_hash *md5; /* of bytes of which nothing else says what they are */
	char ca[EVX_REMOTE_PATH_CAP];
	bool answered; /* the other side has said something to this client */
};

struct exchange {
	struct evx_remote_site *site;
	const struct evx_http_request *q;
	struct evx_http_answer *a;
	CURL *curl;
	struct evx_hash *md5; /* NULL: not wanted */
	size_t headers;       /* bytes */
	bool source_failed, unwanted;
	curl_off_t said;
};

enum evx_err evx_http_new(
	struct evx_remote_site *site, const char *ca, struct evx_http **out, struct evx_diag *diag)
{
	struct evx_http *h = calloc(1, sizeof(*h));

	(void)site;
	*out = h;
	if (h == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
		(h->curl = curl_easy_init()) == NULL || (h->md5 = evx_hash_new(EVX_MD5)) == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "libcurl does not start");
	(void)snprintf(h->ca, sizeof(h->ca), "%s", ca != NULL ? ca : "");
	return EVX_OK;
}

void evx_http_free(struct evx_http *h)
{
	if (h == NULL)
		return;
	curl_easy_cleanup(h->curl);
	evx_hash_free(h->md5);
	free(h);
}

static size_t give(char *to, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	size_t got = 0;

	if (evx_remote_source_read(x->q->source, to, size * n, &got, NULL) != EVX_OK) {
		x->source_failed = true;
		return CURL_READFUNC_ABORT;
	}
	return got;
}

/* libcurl begins anew on a kept connection that turns out to be dead. */
static int rewind_source(void *ctx, curl_off_t offset, int origin)
{
	struct exchange *x = ctx;

	if (origin != SEEK_SET || offset < 0)
		return CURL_SEEKFUNC_FAIL;
	x->q->source->at = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

static size_t take(char *p, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	const struct evx_remote_request *q = x->q->stream;
	struct evx_http_answer *a = x->a;
	long status = 0;

	n *= size;
	(void)curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	if (q == NULL || status != 200)
		return n <= EVX_HTTP_TEXT_MAX - a->text.len &&
				evx_buf_add(&a->text, p, n) == EVX_OK ?
			n :
			0;
	if (n > q->size - a->streamed) {
		a->refused = EVX_E_LIMIT;
		return 0;
	}
	a->streamed += n;
	if (x->md5 != NULL)
		evx_hash_update(x->md5, p, n);
	return evx_remote_site_say_bytes(x->site, p, n) ? n : 0;
}

/* The value of header name in the line, or NULL; what follows it is cut off. */
static bool value_of(const char *line, size_t n, const char *name, char *out, size_t cap)
{
	const size_t len = strlen(name);

	if (n <= len || strncasecmp(line, name, len) != 0 || line[len] != ':')
		return false;
	line += len + 1;
	n -= len + 1;
	while (n > 0 && (*line == ' ' || *line == '\t' || *line == '"')) {
		line++;
		n--;
	}
	while (n > 0 &&
		(line[n - 1] == '\r' || line[n - 1] == '\n' || line[n - 1] == ' ' ||
			line[n - 1] == '"'))
		n--;
	if (n >= cap || memchr(line, '\0', n) != NULL)
		return false;
	memcpy(out, line, n);
	out[n] = '\0';
	return true;
}

static size_t take_header(char *line, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	struct evx_http_answer *a = x->a;
	char value[128];
	char *end;
	unsigned long long length;

	n *= size;
	x->headers += n;
	if (x->headers > HEADERS_MAX)
		return 0;
	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		/* A new answer, after one of the 1xx kind. */
		a->etag[0] = a->checksum[0] = '\0';
		a->has_length = a->encrypted = false;
	} else if (value_of(line, n, "etag", a->etag, sizeof(a->etag)) ||
		value_of(line, n, "x-amz-checksum-sha256", a->checksum, sizeof(a->checksum))) {
		return n;
	} else if (value_of(line, n, "content-length", value, 24)) {
		length = strtoull(value, &end, 10);
		a->has_length = *end == '\0' && value[0] >= '0' && value[0] <= '9';
		a->length = a->has_length ? length : 0;
	} else if (value_of(line, n, "retry-after", value, 12)) {
		length = strtoull(value, &end, 10);
		a->retry_after = *end == '\0' && length < 86400 ? (uint32_t)length : 0;
	} else if (value_of(line, n, "date", value, sizeof(value))) {
		if (!evx_s3_text_date(value, &a->date))
			a->date = 0;
	} else if (value_of(line, n, "x-amz-object-lock-retain-until-date", value, sizeof(value))) {
		if (!evx_s3_text_date(value, &a->until))
			a->until = 0;
	} else if (value_of(line, n, "x-amz-server-side-encryption", value, sizeof(value))) {
		a->encrypted = strcmp(value, "AES256") != 0;
	}
	/* At the end of the headers of an object: is it one that may come? */
	if (n <= 2 && x->q->stream != NULL && a->has_length) {
		long status = 0;
		struct evx_remote_answer said = { .said = EVX_REMOTE_SAID_DONE };

		(void)curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
		if (status == 200 && evx_remote_site_other_size(x->q->stream, a->length, &said)) {
			a->refused = said.err;
			return 0;
		}
	}
	return n;
}

static int moved(void *ctx, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	struct exchange *x = ctx;

	(void)down_all, (void)down, (void)up_all;
	x->unwanted = !evx_remote_site_wanted(x->site);
	if (x->q->source != NULL && up > x->said && x->site->out >= 0) {
		x->said = up;
		if (!evx_remote_site_say_progress(x->site, (uint64_t)up))
			x->unwanted = true;
	}
	return x->unwanted ? 1 : 0;
}

static bool set_up(struct evx_http *h, struct exchange *x, struct curl_slist *headers, char *why)
{
	CURL *c = h->curl;
	const struct evx_http_request *q = x->q;
	const char *proxy = x->site->opt->proxy;
	const long patience = (long)x->site->patience;
	bool good;

	curl_easy_reset(c);
	good = curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_URL, q->url) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_PROXY, proxy != NULL ? proxy : "") == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_USERAGENT, "evx/" EVX_VERSION) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT,
			patience < CONNECT_SECONDS ? patience : CONNECT_SECONDS) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, SLOWEST) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, patience) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 262144L) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, 524288L) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_WRITEDATA, x) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_HEADERDATA, x) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, moved) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_XFERINFODATA, x) == CURLE_OK;
	if (good && h->ca[0] != '\0')
		good = curl_easy_setopt(c, CURLOPT_CAINFO, h->ca) == CURLE_OK;
	if (good && x->site->rate != 0)
		good = curl_easy_setopt(c, CURLOPT_MAX_SEND_SPEED_LARGE,
			       (curl_off_t)x->site->rate) == CURLE_OK &&
			curl_easy_setopt(c, CURLOPT_MAX_RECV_SPEED_LARGE,
				(curl_off_t)x->site->rate) == CURLE_OK;
	if (good && strcmp(q->method, "HEAD") == 0)
		good = curl_easy_setopt(c, CURLOPT_NOBODY, 1L) == CURLE_OK;
	else if (good && strcmp(q->method, "PUT") == 0)
		good = curl_easy_setopt(c, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
			curl_easy_setopt(c, CURLOPT_READFUNCTION, give) == CURLE_OK &&
			curl_easy_setopt(c, CURLOPT_READDATA, x) == CURLE_OK &&
			curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, rewind_source) == CURLE_OK &&
			curl_easy_setopt(c, CURLOPT_SEEKDATA, x) == CURLE_OK &&
			curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE,
				(curl_off_t)q->source->size) == CURLE_OK;
	else if (good && strcmp(q->method, "DELETE") == 0)
		good = curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, "DELETE") == CURLE_OK;
	return good;
}

/* Servers and proxies that serve so many connections and no more close others, or let them wait:
 * who never had an answer may be one of those. */
static enum evx_remote_again class_of(CURLcode rc, bool answered)
{
	switch (rc) {
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_OPERATION_TIMEDOUT:
		return answered ? EVX_REMOTE_RETRY : EVX_REMOTE_NO_LINE;
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return EVX_REMOTE_NO_LINE;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
		return EVX_REMOTE_FINAL;
	default:
		return EVX_REMOTE_RETRY;
	}
}

void evx_http_ask(struct evx_http *h, struct evx_remote_site *site,
	const struct evx_http_request *q, struct evx_http_answer *out)
{
	const bool unknown = q->stream != NULL && !q->stream->has_hash;
	struct exchange x = { site, q, out, h->curl, unknown ? h->md5 : NULL, 0, false, false, 0 };
	char why[CURL_ERROR_SIZE] = "";
	/* No waiting for a word of the server before the bytes. */
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:"), *more;
	CURLcode rc = CURLE_FAILED_INIT;
	size_t i;

	memset(out, 0, sizeof(*out));
	evx_hash_reset(h->md5);
	for (i = 0; headers != NULL && q->headers[i] != NULL; i++) {
		more = curl_slist_append(headers, q->headers[i]);
		if (more == NULL)
			break;
		headers = more;
	}
	if (headers != NULL && q->headers[i] == NULL && set_up(h, &x, headers, why))
		rc = curl_easy_perform(h->curl);
	h->answered = h->answered || x.headers > 0;
	if (rc == CURLE_OK) {
		(void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &out->status);
		out->has_md5 = unknown && evx_hash_final(h->md5, out->md5) == EVX_OK;
	} else {
		out->again = x.source_failed || out->refused != EVX_OK || x.unwanted ?
			EVX_REMOTE_FINAL :
			class_of(rc, h->answered);
		(void)snprintf(out->why, sizeof(out->why), "%s",
			x.source_failed                ? "the file to send cannot be read" :
				out->refused != EVX_OK ? "the object has another length" :
				why[0] != '\0'         ? why :
							 curl_easy_strerror(rc));
	}
	curl_slist_free_all(headers);
}
