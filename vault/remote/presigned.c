/* A remote that is an invitation: addresses to which one object each can be put, and nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/invitation.h"
#include "format/mailed_text.h"
#include "format/signed_text.h"
#include "format/text.h"
#include "remote/http.h"

struct presigned {
	struct evx_http *http;
	struct evx_invitation inv; /* where the addresses came in one; read once confined */
};

static void presigned_close(void *state)
{
	struct presigned *p = state;

	if (p == NULL)
		return;
	evx_invitation_free(&p->inv);
	evx_http_free(p->http);
	free(p);
}

static enum evx_err presigned_open(
	struct evx_remote_site *site, void **state, struct evx_diag *diag)
{
	struct presigned *p = calloc(1, sizeof(*p));

	*state = p;
	return p != NULL ? evx_http_new(site, NULL, &p->http, diag) : evx_fail_memory(diag);
}

static enum evx_err read_invitation(
	struct presigned *p, const struct evx_remote_options *opt, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_signed_text parts;
	enum evx_err err = EVX_OK;

	if (opt->invitation == NULL || p->inv.nput > 0)
		return EVX_OK;
	err = evx_fail_buf(diag, evx_buf_add(&text, opt->invitation, opt->invitation_len));
	if (err == EVX_OK)
		err = evx_fail_buf(diag, evx_mailed_text_restore(&text));
	if (err == EVX_OK)
		err = evx_signed_text_split(text.data, text.len, &parts, diag);
	if (err == EVX_OK)
		err = evx_invitation_decode(parts.json.p, parts.json.n, &p->inv, diag);
	evx_buf_free(&text);
	return err;
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

static void presigned_put(struct presigned *p, struct evx_remote_site *site,
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
	size_t n, all;
	const char *const *addresses;
	enum evx_err err = read_invitation(p, site->opt, &diag);

	if (err != EVX_OK) {
		evx_remote_site_failed_diag(a, EVX_REMOTE_FINAL, &diag);
		return;
	}
	all = p->inv.nput > 0 ? p->inv.nput : site->opt->naddresses;
	addresses = p->inv.nput > 0 ? (const char *const *)p->inv.put : site->opt->addresses;
	if (!number_of(q->name, &n) || n >= all) {
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
	ask.url = addresses[n];
	evx_http_ask(p->http, site, &ask, &h);
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
	const struct evx_remote_about about = { .renames = true,
		.free_bytes = EVX_REMOTE_SIZE_UNKNOWN,
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
