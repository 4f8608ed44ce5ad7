/* Invitations as JSON. */
#include "format/invitation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "format/key_text.h"
#include "format/time.h"
#include "format/value.h"

#define FORMAT "evx-invitation/1"

static const char *const keys[] = { "format", "id", "card", "until", "put", "signers", NULL };

static void wipe(char *s)
{
	if (s != NULL)
		explicit_bzero(s, strlen(s));
	free(s);
}

void evx_invitation_free(struct evx_invitation *inv)
{
	for (size_t i = 0; i < inv->nput; i++)
		wipe(inv->put[i]);
	free(inv->put);
	free(inv->card);
	memset(inv, 0, sizeof(*inv));
}

/* Bytes that a request cannot read from the way: encrypted, or never on a wire. */
static bool is_safe(const char *s)
{
	static const char *const local[] = { "http://127.0.0.1", "http://localhost",
		"http://[::1]" };

	if (strncmp(s, "https://", 8) == 0)
		return true;
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++) {
		const size_t n = strlen(local[i]);

		if (strncmp(s, local[i], n) == 0 && (s[n] == ':' || s[n] == '/'))
			return true;
	}
	return false;
}

bool evx_invitation_address(const char *address, size_t n, const char *id, unsigned number)
{
	char tail[64];
	const char *query = memchr(address, '?', n);
	const size_t path = query != NULL ? (size_t)(query - address) : n;
	const size_t len = (size_t)snprintf(tail, sizeof(tail), "/drop/%.32s/%04u", id, number);

	if (n > EVX_SHIPMENT_ADDRESS_MAX || strlen(address) != n || !is_safe(address) ||
		path < len || memcmp(address + path - len, tail, len) != 0)
		return false;
	/* A user before the host, or a fragment, is none of an address for PUT. */
	for (size_t i = 0; i < n; i++)
		if (address[i] <= 0x20 || address[i] >= 0x7F ||
			strchr("\"\\@#", address[i]) != NULL)
			return false;
	return true;
}

static enum evx_err write(const struct evx_invitation *inv, struct evx_buf *out)
{
	struct evx_jw w = evx_jw_begin(out);
	char time[EVX_TIME_CAP] = "";

	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "format", FORMAT);
	evx_jw_str(&w, "id", inv->id);
	evx_jw_str(&w, "card", inv->card);
	/* The decoder refuses a text that is no time. */
	evx_jw_str(&w, "until", evx_time_encode(inv->until, time) == EVX_OK ? time : "");
	evx_jw_arr(&w, "put");
	for (size_t i = 0; i < inv->nput; i++)
		evx_jw_str(&w, NULL, inv->put[i]);
	evx_jw_close(&w);
	evx_jw_arr(&w, "signers");
	evx_jw_str(&w, NULL, inv->signer);
	evx_jw_close(&w);
	evx_jw_close(&w);
	return evx_jw_end(&w);
}

enum evx_err evx_invitation_encode(
	const struct evx_invitation *inv, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len;
	struct evx_invitation again = { .nput = 0 };
	struct evx_diag why = { 0 };
	enum evx_err err = write(inv, out);

	if (err == EVX_OK)
		err = evx_invitation_decode(out->data + start, out->len - start, &again, &why);
	evx_invitation_free(&again);
	if (err == EVX_OK)
		return EVX_OK;
	out->len = start;
	return err == EVX_E_MEMORY ?
		evx_fail_memory(diag) :
		evx_fail(diag, err == EVX_E_LIMIT ? EVX_E_LIMIT : EVX_E_USAGE, "%s", why.text);
}

static enum evx_err read_head(
	const struct evx_json *obj, struct evx_invitation *out, struct evx_diag *diag)
{
	const char *s;
	uint8_t id[16];
	enum evx_err err = evx_json_str(obj, "format", false, &s, NULL, diag);

	if (err != EVX_OK)
		return err;
	if (strcmp(s, FORMAT) != 0)
		return evx_fail(diag,
			strncmp(s, "evx-invitation/", 15) == 0 ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
			"invitation: expected format " FORMAT ", found another");
	err = evx_json_only(obj, keys, diag);
	if (err == EVX_OK)
		err = evx_json_hex(obj, "id", false, id, sizeof(id), NULL, diag);
	if (err == EVX_OK)
		err = evx_json_str(obj, "id", false, &s, NULL, diag);
	if (err != EVX_OK)
		return err;
	memcpy(out->id, s, EVX_SHIPMENT_ID_CAP);
	err = evx_value_read_time("invitation", obj, "until", false, &out->until, NULL, diag);
	if (err == EVX_OK)
		err = evx_json_str(obj, "card", false, &s, NULL, diag);
	if (err == EVX_OK && (out->card = strdup(s)) == NULL)
		err = evx_fail_memory(diag);
	return err;
}

static enum evx_err read_addresses(
	const struct evx_json *obj, struct evx_invitation *out, struct evx_diag *diag)
{
	const struct evx_json *put;
	enum evx_err err = evx_json_arr(obj, "put", false, &put, diag);
	size_t count;

	if (err != EVX_OK)
		return err;
	count = evx_json_len(put);
	if (count < 2)
		return evx_fail(diag, EVX_E_CORRUPT,
			"invitation: expected two addresses or more, found %zu", count);
	if (count > EVX_SHIPMENT_PARTS_MAX + 1)
		return evx_fail(diag, EVX_E_LIMIT, "invitation: found %zu addresses (limit %u)",
			count, EVX_SHIPMENT_PARTS_MAX + 1);
	out->put = calloc(count, sizeof(*out->put));
	if (out->put == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < count; i++) {
		size_t n = 0;
		const char *s = evx_json_text(evx_json_at(put, i), &n);

		if (s == NULL || !evx_invitation_address(s, n, out->id, (unsigned)i))
			return evx_fail(diag, EVX_E_CORRUPT,
				"invitation: expected an https address of drop/ID/%04zu, found "
				"another value",
				i);
		out->put[i] = strdup(s);
		if (out->put[i] == NULL)
			return evx_fail_memory(diag);
		out->nput = i + 1;
	}
	return EVX_OK;
}

enum evx_err evx_invitation_decode(
	const void *p, size_t n, struct evx_invitation *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, &root, diag);
	if (err == EVX_OK)
		err = read_head(root, out, diag);
	if (err == EVX_OK)
		err = read_addresses(root, out, diag);
	if (err == EVX_OK)
		err = evx_value_read_signer("invitation", root, out->signer, diag);
	if (err != EVX_OK)
		evx_invitation_free(out);
	evx_json_free(root);
	return err;
}
