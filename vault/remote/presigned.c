/* A remote that is an invitation: addresses to which one object each can be put, and nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/text.h"
#include "remote/http.h"

static enum evx_err presigned_open(
	struct evx_remote_site *site, void **state, struct evx_diag *diag)
{
	struct evx_http *h = NULL;
	enum evx_err err = evx_http_new(site, NULL, &h, diag);

	*state = h;
	return err;
}

static void presigned_close(void *state)
{
	evx_http_free(state);
}

/* drop/ID/NNNN: NNNN. */
static bool number_of(const char *name, size_t *out)
{
	const char *slash = strrchr(name, '/'), *p;

	*out = 0;
	if (strncmp(name, "drop/", 5) != 0 || slash == NULL || strlen(slash + 1) != 4)
		return false;
	for (p = slash + 1; *p != '\0'; p++) {
		if (*p < '0' || *p > '9')
			return false;
		*out = *out * 10 + (size_t)(*p - '0');
	}
	return true;
}

static void presigned_put(struct evx_http *http, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	static const char *const headers[] = { "if-none-match: *",
		"content-type: application/octet-stream", NULL };
	struct evx_remote_source source;
	struct evx_http_request ask = { "PUT", NULL, headers, &source, NULL };
	struct evx_http_answer h = { .text = EVX_BUF_INIT };
	struct evx_diag diag = { 0 };
	uint8_t sha[32], md5[EVX_MD5_LEN];
	char hex[2 * EVX_MD5_LEN + 1];
	size_t n;
	enum evx_err err;

	if (!number_of(q->name, &n) || n >= site->opt->naddresses) {
		evx_remote_site_failed(a, EVX_E_LIMIT, EVX_REMOTE_FINAL,
			"the invitation has no address left for it");
		return;
	}
	err = evx_remote_source_open(site, q, &source, &diag);
	if (err == EVX_OK)
		err = evx_remote_source_hash(&source, q, md5, sha, &diag);
	if (err != EVX_OK) {
		evx_remote_site_failed_diag(a, EVX_REMOTE_FINAL, &diag);
		evx_remote_source_close(&source);
		return;
	}
	ask.url = site->opt->addresses[n];
	evx_http_ask(http, site, &ask, &h);
	evx_hex_encode(md5, sizeof(md5), hex);
	a->wait = h.retry_after;
	if (h.status == 200 || h.status == 201 || h.status == 204) {
		a->stat.size = source.size;
		if (!h.encrypted && strlen(h.etag) == sizeof(hex) - 1 && strcmp(h.etag, hex) != 0)
			evx_remote_site_failed(a, EVX_E_FORGED, EVX_REMOTE_RETRY,
				"the store says that it has it, and names the hash of other bytes");
	} else if (h.status == 0) {
		evx_remote_site_failed(a, EVX_E_IO, h.again, "writing: %s", h.why);
	} else if (h.status == 412) {
		evx_remote_site_failed(a, EVX_E_EXISTS, EVX_REMOTE_FINAL, "it is there already");
	} else if (h.status == 403) {
		evx_remote_site_failed(a, EVX_E_KEY, EVX_REMOTE_FINAL,
			"the store refuses it: the invitation has ended, or was taken back");
	} else {
		evx_remote_site_failed(a, EVX_E_IO,
			h.status == 429 || h.status >= 500 ? EVX_REMOTE_RETRY : EVX_REMOTE_FINAL,
			"writing: HTTP status %ld", h.status);
	}
	evx_remote_source_close(&source);
	evx_buf_free(&h.text);
}

static void presigned_act(void *state, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	const struct evx_remote_about about = { .free_bytes = EVX_REMOTE_SIZE_UNKNOWN,
		.largest = EVX_REMOTE_SIZE_UNKNOWN };

	if (q->act == EVX_REMOTE_PUT)
		presigned_put(state, site, q, a);
	else if (q->act == EVX_REMOTE_ABOUT)
		(void)evx_remote_site_say_about(site, &about);
	else if (q->act != EVX_REMOTE_FLUSH)
		evx_remote_site_failed(a, EVX_E_UNSUPPORTED, EVX_REMOTE_FINAL,
			"an invitation can be written to, and nothing else");
}

const struct evx_remote_driver evx_presigned_driver = { .may = EVX_CONFINE_MAY_NETWORK,
	.open = presigned_open,
	.act = presigned_act,
	.close = presigned_close };
