/* The writer: one reservation per token, bytes copied in runs, no printf. */
#include "base/json.h"

#include <string.h>

#include "base/json_inner.h"
#include "base/path.h"

static const char hex_digits[] = "0123456789abcdef";

/* Room for n more bytes, or NULL once something failed. */
static uint8_t *room(struct evx_jw *w, size_t n)
{
	if (w->err == EVX_OK)
		w->err = evx_buf_reserve(w->buf, n);
	return w->err == EVX_OK ? w->buf->data + w->buf->len : NULL;
}

static void raw(struct evx_jw *w, const char *s, size_t n)
{
	uint8_t *to = room(w, n);

	if (to == NULL)
		return;
	memcpy(to, s, n);
	w->buf->len += n;
}

static bool plain(uint8_t c)
{
	return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

static void escape(struct evx_jw *w, uint8_t c)
{
	char six[6] = { '\\', 'u', '0', '0', hex_digits[c >> 4], hex_digits[c & 15] };

	if (c == '"' || c == '\\') {
		six[1] = (char)c;
		raw(w, six, 2);
	} else {
		raw(w, six, sizeof(six));
	}
}

static size_t plain_run(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && plain((uint8_t)s[i]); i++)
		;
	return i;
}

static void quoted(struct evx_jw *w, const char *s, size_t n)
{
	size_t run = plain_run(s, n);
	uint8_t *to;

	if (w->err == EVX_OK && !evx_utf8_valid(s, n))
		w->err = EVX_E_USAGE;
	if (run == n && n < SIZE_MAX - 2) {
		to = room(w, n + 2);
		if (to == NULL)
			return;
		to[0] = '"';
		if (n > 0)
			memcpy(to + 1, s, n);
		to[n + 1] = '"';
		w->buf->len += n + 2;
		return;
	}
	raw(w, "\"", 1);
	while (n > 0 && w->err == EVX_OK) {
		raw(w, s, run);
		s += run;
		n -= run;
		if (n > 0) {
			escape(w, (uint8_t)*s++);
			n--;
		}
		run = plain_run(s, n);
	}
	raw(w, "\"", 1);
}

/* The comma and the key that stand before a value. The caller's mistakes: a key where none belongs,
 * none where one does, a second root. */
static void lead(struct evx_jw *w, const char *key)
{
	bool in_object = w->depth > 0 && w->close[w->depth - 1] == '}';

	if ((in_object != (key != NULL) || (w->depth == 0 && w->comma)) && w->err == EVX_OK)
		w->err = EVX_E_USAGE;
	if (w->comma)
		raw(w, ",", 1);
	w->comma = true;
	if (key != NULL) {
		quoted(w, key, strlen(key));
		raw(w, ":", 1);
	}
}

struct evx_jw evx_jw_begin(struct evx_buf *buf)
{
	struct evx_jw w = { .buf = buf };

	return w;
}

static void descend(struct evx_jw *w, const char *key, const char *open, char close)
{
	lead(w, key);
	if (w->depth == sizeof(w->close)) {
		if (w->err == EVX_OK)
			w->err = EVX_E_USAGE;
		return;
	}
	raw(w, open, 1);
	w->close[w->depth++] = close;
	w->comma = false;
}

void evx_jw_obj(struct evx_jw *w, const char *key)
{
	descend(w, key, "{", '}');
}

void evx_jw_arr(struct evx_jw *w, const char *key)
{
	descend(w, key, "[", ']');
}

void evx_jw_close(struct evx_jw *w)
{
	if (w->depth == 0) {
		if (w->err == EVX_OK)
			w->err = EVX_E_USAGE;
		return;
	}
	raw(w, &w->close[--w->depth], 1);
	w->comma = true;
}

void evx_jw_strn(struct evx_jw *w, const char *key, const void *s, size_t n)
{
	lead(w, key);
	quoted(w, s, n);
}

void evx_jw_str(struct evx_jw *w, const char *key, const char *s)
{
	evx_jw_strn(w, key, s, strlen(s));
}

void evx_jw_opt(struct evx_jw *w, const char *key, const char *s)
{
	if (s != NULL && s[0] != '\0')
		evx_jw_str(w, key, s);
}

/* The decimal digits of v at the end of text; returns where they start. */
static size_t decimal(uint64_t v, char text[20])
{
	size_t i = 20;

	do
		text[--i] = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	return i;
}

static void number(struct evx_jw *w, bool negative, uint64_t v)
{
	char text[20];
	size_t start = decimal(v, text);

	if (negative)
		raw(w, "-", 1);
	raw(w, text + start, sizeof(text) - start);
}

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? (uint64_t) - (v + 1) + 1 : (uint64_t)v;
}

void evx_jw_int(struct evx_jw *w, const char *key, int64_t v)
{
	if (magnitude(v) > (uint64_t)1 << 53 && w->err == EVX_OK)
		w->err = EVX_E_USAGE;
	lead(w, key);
	number(w, v < 0, magnitude(v));
}

void evx_jw_bool(struct evx_jw *w, const char *key, bool v)
{
	lead(w, key);
	if (v)
		raw(w, "true", 4);
	else
		raw(w, "false", 5);
}

void evx_jw_null(struct evx_jw *w, const char *key)
{
	lead(w, key);
	raw(w, "null", 4);
}

void evx_jw_u64(struct evx_jw *w, const char *key, uint64_t v)
{
	lead(w, key);
	raw(w, "\"", 1);
	number(w, false, v);
	raw(w, "\"", 1);
}

void evx_jw_i64(struct evx_jw *w, const char *key, int64_t v)
{
	lead(w, key);
	raw(w, "\"", 1);
	number(w, v < 0, magnitude(v));
	raw(w, "\"", 1);
}

void evx_jw_hex(struct evx_jw *w, const char *key, const uint8_t *p, size_t n)
{
	uint8_t *to;
	size_t i;

	lead(w, key);
	if (n > (SIZE_MAX - 2) / 2 && w->err == EVX_OK)
		w->err = EVX_E_LIMIT;
	to = room(w, 2 * n + 2);
	if (to == NULL)
		return;
	*to++ = '"';
	for (i = 0; i < n; i++) {
		*to++ = (uint8_t)hex_digits[p[i] >> 4];
		*to++ = (uint8_t)hex_digits[p[i] & 15];
	}
	*to = '"';
	w->buf->len += 2 * n + 2;
}

/* The depth of value is bounded by the parser, that of the output by evx_jw_obj and evx_jw_arr. */
void evx_jw_json(struct evx_jw *w, const char *key, const struct evx_json *value)
{
	json_t *v = evx_json_inner(value);
	size_t i;
	void *it;

	if (w->err != EVX_OK)
		return;
	if (json_is_object(v)) {
		evx_jw_obj(w, key);
		for (it = json_object_iter(v); it != NULL; it = json_object_iter_next(v, it))
			evx_jw_json(w, json_object_iter_key(it),
				evx_json_outer(json_object_iter_value(it)));
		evx_jw_close(w);
	} else if (json_is_array(v)) {
		evx_jw_arr(w, key);
		for (i = 0; i < json_array_size(v); i++)
			evx_jw_json(w, NULL, evx_json_at(value, i));
		evx_jw_close(w);
	} else if (json_is_string(v)) {
		evx_jw_strn(w, key, json_string_value(v), json_string_length(v));
	} else if (json_is_integer(v)) {
		evx_jw_int(w, key, json_integer_value(v));
	} else if (json_is_boolean(v)) {
		evx_jw_bool(w, key, json_is_true(v));
	} else if (json_is_null(v)) {
		evx_jw_null(w, key);
	} else {
		w->err = EVX_E_USAGE;
	}
}

enum evx_err evx_jw_end(struct evx_jw *w)
{
	if (w->depth != 0 && w->err == EVX_OK)
		w->err = EVX_E_USAGE;
	raw(w, "\n", 1);
	return w->err;
}
