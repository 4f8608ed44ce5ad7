/* A blob between a BEGIN and an END line. */
#include "format/pem.h"

#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "format/text.h"

#define MARK_CAP 160 /* a label may hold the name of a member */

static size_t marker(const struct evx_pem *form, const char *word, char out[MARK_CAP])
{
	return (size_t)snprintf(out, MARK_CAP, "-----%s %s-----", word, form->label);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The bytes inside the white space that form allows around. */
static struct evx_cursor inside(const struct evx_pem *form, const void *p, size_t n)
{
	const uint8_t *b = p;

	while (form->loose_outside && n > 0 && is_space(b[0])) {
		b++;
		n--;
	}
	while (form->loose_outside && n > 0 && is_space(b[n - 1]))
		n--;
	return evx_cursor_over(b, n);
}

enum evx_err evx_pem_encode(
	const struct evx_pem *form, const void *p, size_t n, struct evx_buf *out)
{
	struct evx_buf text = EVX_BUF_INIT;
	char mark[MARK_CAP];
	size_t at;
	enum evx_err err = n == 0 ? EVX_E_USAGE : evx_base64_encode(p, n, true, &text);

	if (err != EVX_OK || (err = evx_buf_add(out, mark, marker(form, "BEGIN", mark))) != EVX_OK)
		goto out;
	for (at = 0; at < text.len; at += form->width)
		if ((err = evx_buf_add_u8(out, '\n')) != EVX_OK ||
			(err = evx_buf_add(out, text.data + at,
				 text.len - at < form->width ? text.len - at : form->width)) !=
				EVX_OK)
			goto out;
	if ((err = evx_buf_add_u8(out, '\n')) != EVX_OK ||
		(err = evx_buf_add(out, mark, marker(form, "END", mark))) != EVX_OK)
		goto out;
	err = evx_buf_add_u8(out, '\n');
out:
	evx_buf_free(&text);
	return err;
}

/* The next line without its end. The last one may lack the LF where form is loose. */
static enum evx_err next_line(
	const struct evx_pem *form, struct evx_cursor *c, const uint8_t **line, size_t *len)
{
	enum evx_err err = evx_cursor_line(c, line, len);

	if (err != EVX_OK && form->loose_outside && evx_cursor_left(c) > 0) {
		*len = evx_cursor_left(c);
		return evx_cursor_bytes(c, *len, line);
	}
	if (err == EVX_OK && form->loose_outside && *len > 0 && (*line)[*len - 1] == '\r')
		--*len;
	return err;
}

static bool line_is(const uint8_t *line, size_t len, const char *s, size_t n)
{
	return len == n && memcmp(line, s, n) == 0;
}

/* EVX_E_TRUNCATED when what is there could still become the BEGIN line. */
static enum evx_err read_begin(
	const struct evx_pem *form, struct evx_cursor *c, struct evx_diag *diag)
{
	char begin[MARK_CAP];
	size_t n = marker(form, "BEGIN", begin), len, left = evx_cursor_left(c);
	const uint8_t *line;

	if (left == 0 || (left <= n && memcmp(c->base, begin, left) == 0))
		return evx_fail(diag, EVX_E_TRUNCATED,
			"%s armor: expected its BEGIN line, found the end", form->label);
	if (next_line(form, c, &line, &len) != EVX_OK || len < n || memcmp(line, begin, n) != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"%s armor: expected \"%s\", found something else", form->label, begin);
	if (len != n)
		return evx_fail(diag, EVX_E_CORRUPT,
			"%s armor: expected the end of the BEGIN line, found more text",
			form->label);
	return EVX_OK;
}

/* Collects the base64 of all lines up to the END line. */
static enum evx_err read_lines(const struct evx_pem *form, struct evx_cursor *c,
	struct evx_buf *text, struct evx_diag *diag)
{
	char end[MARK_CAP];
	size_t n = marker(form, "END", end), len = 0;
	const uint8_t *line;
	bool last = false;
	enum evx_err err;

	for (;;) {
		if (next_line(form, c, &line, &len) != EVX_OK)
			return evx_fail(diag, EVX_E_TRUNCATED,
				"%s armor: expected \"%s\", found the end", form->label, end);
		if (line_is(line, len, end, n))
			break;
		/* The loose form ends at its last visible byte, so a text cut there must still
		 * count as cut. */
		if (form->loose_outside && evx_cursor_left(c) == 0)
			return evx_fail(diag, EVX_E_TRUNCATED,
				"%s armor: expected \"%s\", found the end", form->label, end);
		if (last || len == 0 || len > form->width)
			return evx_fail(diag, EVX_E_CORRUPT,
				"%s armor: expected lines of %zu characters and one of at most "
				"that, found "
				"another width",
				form->label, form->width);
		last = len < form->width;
		err = evx_buf_add(text, line, len);
		if (err != EVX_OK)
			return evx_fail_buf(diag, err);
	}
	if (evx_cursor_end(c) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"%s armor: expected nothing after the END line, found more", form->label);
	return EVX_OK;
}

enum evx_err evx_pem_decode(const struct evx_pem *form, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_cursor c = inside(form, p, n);
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err;

	err = read_begin(form, &c, diag);
	if (err == EVX_OK)
		err = read_lines(form, &c, &text, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_base64_decode((const char *)text.data, text.len, true, out);
	if (err == EVX_E_CORRUPT)
		evx_fail(diag, err, "%s armor: expected canonical base64, found something else",
			form->label);
out:
	evx_buf_free(&text);
	return err;
}
