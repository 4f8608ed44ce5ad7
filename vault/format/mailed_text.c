/* Takes back what mail did to a signed text. */
#include "format/mailed_text.h"

#include <string.h>

#include "base/cursor.h"

static const char bom[] = "\357\273\277";
static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";

/* The armored parts, by the beginning of their labels, and how many characters their lines have. */
static const struct {
	const char *label;
	size_t width;
} armors[] = {
	{ "SSH SIGNATURE-----", 70 },
	{ "EVX PART ", 64 },
	{ "EVX TIME-STAMP ", 64 },
	{ "AGE ENCRYPTED FILE-----", 64 },
};

struct line {
	const uint8_t *p;
	size_t n;
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool begins(const struct line *l, const char *what)
{
	return l->n >= strlen(what) && memcmp(l->p, what, strlen(what)) == 0;
}

static void skip(struct line *l, size_t n)
{
	l->p += n;
	l->n -= n;
}

/* The next line without LF and without blanks at its end; the last one may lack its LF. */
static bool next_line(struct evx_cursor *c, struct line *out)
{
	if (evx_cursor_left(c) == 0)
		return false;
	if (evx_cursor_line(c, &out->p, &out->n) != EVX_OK) {
		out->n = evx_cursor_left(c);
		if (evx_cursor_bytes(c, out->n, &out->p) != EVX_OK)
			return false;
	}
	while (out->n > 0 && is_blank(out->p[out->n - 1]))
		out->n--;
	return true;
}

/* Takes depth quoting marks away, each with the blank behind it; false when there are fewer. */
static bool unquote(struct line *l, size_t depth)
{
	for (; depth > 0; depth--) {
		if (l->n == 0)
			return true; /* an empty line between quoted ones */
		if (l->p[0] != '>')
			return false;
		skip(l, 1);
		if (l->n > 0 && l->p[0] == ' ')
			skip(l, 1);
	}
	return true;
}

/* How many quoting marks stand before the document; false when no line begins one. */
static bool quoted(struct evx_cursor c, size_t *depth)
{
	struct line l;

	while (next_line(&c, &l)) {
		*depth = 0;
		if (l.n == 0)
			continue;
		while (l.n > 0 && l.p[0] == '>') {
			++*depth;
			skip(&l, 1);
			if (l.n > 0 && l.p[0] == ' ')
				skip(&l, 1);
		}
		while (l.n > 0 && is_blank(l.p[0]))
			skip(&l, 1);
		if (l.n > 0)
			return l.p[0] == '{';
	}
	return false;
}

/* No line begins with a blank when it is written; one that begins with '-' may have been escaped.
 */
static void unindent(struct line *l)
{
	while (l->n > 0 && is_blank(l->p[0]))
		skip(l, 1);
	if (begins(l, "- -----"))
		skip(l, 2);
}

static size_t width_of(const struct line *l)
{
	struct line label = *l;

	if (!begins(l, begin_mark))
		return 0;
	skip(&label, strlen(begin_mark));
	for (size_t i = 0; i < sizeof(armors) / sizeof(armors[0]); i++)
		if (begins(&label, armors[i].label))
			return armors[i].width;
	return 0;
}

static enum evx_err put_line(struct evx_buf *out, const uint8_t *p, size_t n)
{
	enum evx_err err = evx_buf_add(out, p, n);

	return err == EVX_OK ? evx_buf_add_u8(out, '\n') : err;
}

static bool is_base64(const struct line *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const uint8_t c = l->p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			    c == '+' || c == '/' || c == '='))
			return false;
	}
	return true;
}

/* Copies the lines up to the END line with their base64 in lines of width; *done false, and nothing
 * copied, when something else stands there. */
static enum evx_err rewrap(
	struct evx_cursor *c, size_t depth, size_t width, struct evx_buf *out, bool *done)
{
	struct evx_cursor ahead = *c;
	struct evx_buf all = EVX_BUF_INIT;
	struct line l;
	enum evx_err err = EVX_OK;

	*done = false;
	while (err == EVX_OK && !*done && next_line(&ahead, &l) && unquote(&l, depth)) {
		unindent(&l);
		*done = begins(&l, end_mark);
		if (!*done && !is_base64(&l))
			break;
		if (!*done)
			err = evx_buf_add(&all, l.p, l.n);
	}
	for (size_t at = 0; *done && err == EVX_OK && at < all.len; at += width)
		err = put_line(out, all.data + at, all.len - at < width ? all.len - at : width);
	if (*done && err == EVX_OK)
		err = put_line(out, l.p, l.n);
	if (*done)
		*c = ahead;
	evx_buf_free(&all);
	return err;
}

/* Copies line by line. An empty line is kept only where a backup has one: before its keys. */
static enum evx_err copy(struct evx_cursor c, size_t depth, struct evx_buf *out, bool *is_text)
{
	struct line l;
	size_t empty = 0, width;
	bool done;
	enum evx_err err = EVX_OK;

	*is_text = true;
	while (err == EVX_OK && *is_text && next_line(&c, &l)) {
		*is_text = unquote(&l, depth);
		if (!*is_text)
			break;
		unindent(&l);
		if (l.n == 0) {
			empty++;
			continue;
		}
		if (empty > 0 && out->len > 0 && begins(&l, "-----BEGIN AGE "))
			err = evx_buf_add_u8(out, '\n');
		empty = 0;
		if (err == EVX_OK)
			err = put_line(out, l.p, l.n);
		width = width_of(&l);
		if (err == EVX_OK && width > 0)
			err = rewrap(&c, depth, width, out, &done);
	}
	return err;
}

enum evx_err evx_mailed_text_restore(struct evx_buf *text)
{
	const struct line all = { text->data, text->len };
	const size_t mark = begins(&all, bom) ? strlen(bom) : 0;
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_cursor c;
	size_t depth = 0;
	bool is_text;
	enum evx_err err;

	if (text->len == mark)
		return EVX_OK;
	c = evx_cursor_over(text->data + mark, text->len - mark);
	if (!quoted(c, &depth))
		return EVX_OK;
	err = copy(c, depth, &out, &is_text);
	if (err != EVX_OK || !is_text) {
		evx_buf_free(&out);
		return err;
	}
	evx_buf_free(text);
	*text = out;
	return EVX_OK;
}

static bool has(const uint8_t *p, size_t n, const char *what)
{
	return memmem(p, n, what, strlen(what)) != NULL;
}

const char *evx_mailed_text_damage(const void *p, size_t n)
{
	const uint8_t *b = p;
	const uint8_t *end = n > 0 ? memchr(b, '\n', n) : NULL;
	const size_t first = end != NULL ? (size_t)(end - b) : n;

	if (n >= 2 && ((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff)))
		return "This file was saved as UTF-16 text. Save it as UTF-8, or ask for it as an "
		       "attachment.";
	if (n == 0)
		return NULL;
	if (has(b, first, "\342\200\234") || has(b, first, "\342\200\235"))
		return "A mail program or editor changed the quotation marks of this text. Ask for "
		       "it as an attachment.";
	if (has(b, n, "&quot;") || has(b, n, "<html") || has(b, n, "<pre"))
		return "This is a mail in HTML, not the text itself. Ask for it as an attachment.";
	if (b[0] != '{' && has(b, n, "\n{\"format\":"))
		return "Other text stands before the document. Save only the part from the line "
		       "that begins with {\"format\" to the last line that begins with -----END.";
	if (b[0] == '{' && has(b, n, begin_mark) && first > 0 && b[first - 1] == '=')
		return "A mail program encoded this text (quoted-printable) and did not decode it. "
		       "Ask for it as an attachment.";
	if (b[0] == '{' && has(b, n, begin_mark) && b[first - 1] != '}')
		return "A mail program broke the long first line of this text into several. Ask "
		       "for it as an attachment.";
	return NULL;
}

enum evx_err evx_mailed_text_fail(const void *p, size_t n, enum evx_err err,
	const struct evx_diag *why, struct evx_diag *diag)
{
	const char *damage = err == EVX_E_NOT_OURS || err == EVX_E_TRUNCATED ||
			err == EVX_E_CORRUPT ?
		evx_mailed_text_damage(p, n) :
		NULL;

	if (damage != NULL)
		return evx_fail(diag, err, "%s", damage);
	if (diag != NULL && diag->code == EVX_OK)
		*diag = *why;
	return err;
}
