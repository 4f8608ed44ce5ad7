/* A signed document as one text file. */
#include "format/signed_text.h"

#include <string.h>

#include "base/cursor.h"
#include "format/mailed_text.h"

static const char begin_line[] = "-----BEGIN SSH SIGNATURE-----";
static const char end_line[] = "-----END SSH SIGNATURE-----";

static bool line_is(const uint8_t *line, size_t n, const char *what)
{
	return n == strlen(what) && memcmp(line, what, n) == 0;
}

static enum evx_err split_json(struct evx_cursor *c, struct evx_bytes *out, struct evx_diag *diag)
{
	const uint8_t *line;
	size_t n;

	if (c->len == 0 || c->base[0] != '{')
		return evx_fail(diag, EVX_E_NOT_OURS,
			"signed document: expected a JSON object in the first line, found none");
	if (evx_cursor_line(c, &line, &n) != EVX_OK)
		return evx_fail(
			diag, EVX_E_TRUNCATED, "signed document: the JSON line does not end");
	if (n > 4 && memcmp(line + 1, "\342\200\234", 3) == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"signed document: expected JSON in the first line, found another quotation "
			"mark");
	if (n + 1 > EVX_DOCUMENT_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"signed document: found a line of %zu bytes (limit %u)", n + 1,
			EVX_DOCUMENT_MAX);
	out->p = line;
	out->n = n + 1;
	return EVX_OK;
}

/* Reads one signature whose BEGIN line was just read at start. */
static enum evx_err split_signature(
	struct evx_cursor *c, size_t start, struct evx_bytes *out, struct evx_diag *diag)
{
	const uint8_t *line;
	size_t n;

	do {
		if (evx_cursor_line(c, &line, &n) != EVX_OK)
			return evx_fail_at(diag, EVX_E_TRUNCATED, NULL, start,
				"signed document: a signature does not end");
	} while (!line_is(line, n, end_line));
	out->p = c->base + start;
	out->n = c->pos - start;
	return EVX_OK;
}

static enum evx_err split_front(
	const void *p, size_t n, struct evx_signed_text *out, size_t *used, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(p, n);
	const uint8_t *line;
	size_t len;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	*used = 0;
	err = split_json(&c, &out->json, diag);
	while (err == EVX_OK) {
		struct evx_cursor ahead = c;

		if (evx_cursor_line(&ahead, &line, &len) != EVX_OK ||
			!line_is(line, len, begin_line))
			break;
		if (out->nsigs == EVX_SIGNERS_MAX) {
			err = evx_fail(diag, EVX_E_LIMIT,
				"signed document: found more signatures than one can have (limit "
				"%u)",
				EVX_SIGNERS_MAX);
			break;
		}
		err = split_signature(&ahead, c.pos, &out->sigs[out->nsigs], diag);
		if (err == EVX_OK) {
			out->nsigs++;
			c = ahead;
		}
	}
	if (err != EVX_OK) {
		memset(out, 0, sizeof(*out));
		return err;
	}
	*used = c.pos;
	return EVX_OK;
}

enum evx_err evx_signed_text_split_front(
	const void *p, size_t n, struct evx_signed_text *out, size_t *used, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	const enum evx_err err = split_front(p, n, out, used, &why);

	return err == EVX_OK ? EVX_OK : evx_mailed_text_fail(p, n, err, &why, diag);
}

/* Tells a text that was cut off within the BEGIN line from one with something foreign in it. */
static bool could_become_begin(const uint8_t *p, size_t n)
{
	return n < sizeof(begin_line) &&
		memcmp(p, begin_line, n < strlen(begin_line) ? n : strlen(begin_line)) == 0;
}

enum evx_err evx_signed_text_split(
	const void *p, size_t n, struct evx_signed_text *out, struct evx_diag *diag)
{
	const uint8_t *bytes = p;
	struct evx_diag why = { 0 };
	size_t used;
	enum evx_err err = evx_signed_text_split_front(p, n, out, &used, diag);

	if (err != EVX_OK)
		return err;
	if (used == n && out->nsigs > 0)
		return EVX_OK;
	memset(out, 0, sizeof(*out));
	if (used == n || could_become_begin(bytes + used, n - used))
		err = evx_fail_at(&why, EVX_E_TRUNCATED, NULL, used,
			"signed document: expected a signature, found the end");
	else
		err = evx_fail_at(&why, EVX_E_CORRUPT, NULL, used,
			"signed document: expected signatures and nothing else, found another "
			"line");
	return evx_mailed_text_fail(p, n, err, &why, diag);
}

enum evx_err evx_signed_text_join(const struct evx_signed_text *parts, struct evx_buf *out)
{
	enum evx_err err = evx_buf_add(out, parts->json.p, parts->json.n);
	size_t i;

	for (i = 0; err == EVX_OK && i < parts->nsigs; i++)
		err = evx_buf_add(out, parts->sigs[i].p, parts->sigs[i].n);
	return err;
}
