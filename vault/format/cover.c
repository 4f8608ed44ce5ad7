/* Cover notes as JSON. */
#include "format/cover.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "format/limits.h"
#include "format/value.h"

#define FORMAT "evx-cover/1"

static const char *const keys[] = { "format", "uuid", "seal", "seal_code", "head", "bytes",
	"sha256", "time", "place", "order", "authority", "notes", "signers", NULL };

static enum evx_err write(const struct evx_cover *c, struct evx_buf *out)
{
	struct evx_jw w = evx_jw_begin(out);
	char time[EVX_TIME_CAP] = "", code[EVX_SEAL_CODE_CAP];

	evx_seal_code(c->seal, code);
	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "format", FORMAT);
	evx_jw_str(&w, "uuid", c->uuid);
	evx_jw_hex(&w, "seal", c->seal, sizeof(c->seal));
	evx_jw_str(&w, "seal_code", code);
	evx_jw_hex(&w, "head", c->head, sizeof(c->head));
	evx_jw_u64(&w, "bytes", c->bytes);
	evx_jw_hex(&w, "sha256", c->sha256, sizeof(c->sha256));
	/* The decoder refuses a text that is no time. */
	evx_jw_str(&w, "time", evx_time_encode(c->time, time) == EVX_OK ? time : "");
	evx_jw_opt(&w, "place", c->place);
	evx_jw_opt(&w, "order", c->order);
	evx_jw_opt(&w, "authority", c->authority);
	evx_jw_opt(&w, "notes", c->notes);
	evx_jw_arr(&w, "signers");
	evx_jw_str(&w, NULL, c->signer);
	evx_jw_close(&w);
	evx_jw_close(&w);
	return evx_jw_end(&w);
}

enum evx_err evx_cover_encode(const struct evx_cover *c, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len;
	struct evx_cover again;
	struct evx_diag why = { 0 };
	enum evx_err err = write(c, out);

	if (err == EVX_OK)
		err = evx_cover_decode(out->data + start, out->len - start, &again, &why);
	if (err == EVX_OK)
		return EVX_OK;
	out->len = start;
	return err == EVX_E_MEMORY ?
		evx_fail_memory(diag) :
		evx_fail(diag, err == EVX_E_LIMIT ? EVX_E_LIMIT : EVX_E_USAGE, "%s",
			why.text[0] != '\0' ? why.text : "cover note: a text is not UTF-8");
}

static enum evx_err read_text(const struct evx_json *obj, const char *key,
	char out[EVX_COVER_TEXT_CAP], struct evx_diag *diag)
{
	const char *s = NULL;
	size_t n = 0;
	enum evx_err err = evx_json_str(obj, key, true, &s, &n, diag);

	if (err != EVX_OK || s == NULL)
		return err;
	if (n >= EVX_COVER_TEXT_CAP)
		return evx_fail(diag, EVX_E_LIMIT, "cover note: found %zu bytes in %s (limit %d)",
			n, key, EVX_COVER_TEXT_CAP - 1);
	if (n == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"cover note: expected a text in %s, found an empty one", key);
	memcpy(out, s, n + 1);
	return EVX_OK;
}

static enum evx_err read_format(const struct evx_json *obj, struct evx_diag *diag)
{
	const char *s;
	enum evx_err err = evx_json_str(obj, "format", false, &s, NULL, diag);

	if (err != EVX_OK)
		return err;
	if (strcmp(s, FORMAT) != 0)
		return evx_fail(diag,
			strncmp(s, "evx-cover/", 10) == 0 ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
			"cover note: expected format " FORMAT ", found another");
	return evx_json_only(obj, keys, diag);
}

/* The seal code stands there for people, and must be that of the seal. */
static enum evx_err read_code(
	const struct evx_json *obj, const struct evx_cover *c, struct evx_diag *diag)
{
	char code[EVX_SEAL_CODE_CAP];
	const char *s;
	enum evx_err err = evx_json_str(obj, "seal_code", false, &s, NULL, diag);

	if (err != EVX_OK)
		return err;
	evx_seal_code(c->seal, code);
	return strcmp(s, code) == 0 ?
		EVX_OK :
		evx_fail(
			diag, EVX_E_CORRUPT, "cover note: expected the seal's code, found another");
}

static enum evx_err read_exhibit(
	const struct evx_json *obj, struct evx_cover *out, struct evx_diag *diag)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, "uuid", false, &s, &n, diag);

	if (err != EVX_OK)
		return err;
	if (!evx_uuid_valid(s, n))
		return evx_fail(
			diag, EVX_E_CORRUPT, "cover note: expected a UUID, found another text");
	memcpy(out->uuid, s, n + 1);
	if ((err = evx_json_hex(obj, "seal", false, out->seal, 32, NULL, diag)) != EVX_OK ||
		(err = read_code(obj, out, diag)) != EVX_OK ||
		(err = evx_json_hex(obj, "head", false, out->head, 32, NULL, diag)) != EVX_OK ||
		(err = evx_json_u64(obj, "bytes", false, &out->bytes, diag)) != EVX_OK ||
		(err = evx_json_hex(obj, "sha256", false, out->sha256, 32, NULL, diag)) != EVX_OK)
		return err;
	return evx_value_read_time("cover note", obj, "time", false, &out->time, NULL, diag);
}

enum evx_err evx_cover_decode(const void *p, size_t n, struct evx_cover *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, &root, diag);
	if (err != EVX_OK)
		return err;
	if ((err = read_format(root, diag)) == EVX_OK &&
		(err = read_exhibit(root, out, diag)) == EVX_OK &&
		(err = read_text(root, "place", out->place, diag)) == EVX_OK &&
		(err = read_text(root, "order", out->order, diag)) == EVX_OK &&
		(err = read_text(root, "authority", out->authority, diag)) == EVX_OK &&
		(err = read_text(root, "notes", out->notes, diag)) == EVX_OK)
		err = evx_value_read_signer("cover note", root, out->signer, diag);
	evx_json_free(root);
	if (err != EVX_OK)
		memset(out, 0, sizeof(*out));
	return err;
}
