/* The header of an age file: version, stanzas, MAC. */
#include <limits.h>
#include <string.h>

#include "crypto/age_inner.h"
#include "format/text.h"

/* C2SP age.md "Header":  version line, stanzas (an argument line, base64 lines of 64, one shorter
 * or empty), "--- " and the MAC. */

#define BODY_WIDTH 64

static enum evx_err corrupt(
	struct evx_diag *diag, const struct evx_age_walk *w, const char *expected)
{
	return evx_fail_at(diag, EVX_E_CORRUPT, NULL, w->c.pos,
		"age header: expected %s, found something else", expected);
}

static enum evx_err line(
	struct evx_age_walk *w, const uint8_t **p, size_t *n, struct evx_diag *diag)
{
	if (evx_cursor_line(&w->c, p, n) != EVX_OK)
		return evx_fail_at(diag, EVX_E_TRUNCATED, NULL, w->c.len,
			"age header: expected its end line, found the end of the file");
	return EVX_OK;
}

static bool all_visible(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] < 0x21 || p[i] > 0x7e)
			return false;
	}
	return n > 0;
}

/* Decodes exactly want bytes of unpadded base64; EVX_E_CORRUPT with what was expected. */
static enum evx_err decode_exact(const uint8_t *p, size_t n, uint8_t *out, size_t want,
	const char *what, const struct evx_age_walk *w, struct evx_diag *diag)
{
	struct evx_buf b = EVX_BUF_INIT;
	enum evx_err err = evx_base64_decode((const char *)p, n, false, &b);

	if (err == EVX_OK && b.len == want)
		memcpy(out, b.data, want);
	else if (err == EVX_E_MEMORY)
		err = evx_fail_buf(diag, err);
	else
		err = corrupt(diag, w, what);
	evx_buf_free(&b);
	return err;
}

enum evx_err evx_age_walk_begin(
	struct evx_age_walk *w, const void *p, size_t n, struct evx_diag *diag)
{
	static const char family[] = "age-encryption.org/";
	const size_t len = sizeof(family) - 1;
	const uint8_t *text;
	size_t text_len;
	enum evx_err err;

	memset(w, 0, sizeof(*w));
	w->c = evx_cursor_over(p, n);
	if (n > 0 && memcmp(p, family, n < len ? n : len) != 0)
		return evx_fail(diag, EVX_E_NOT_OURS,
			"age header: expected \"%s\", found something else", family);
	err = line(w, &text, &text_len, diag);
	if (err != EVX_OK)
		return err;
	if (!all_visible(text + len, text_len - len))
		return corrupt(diag, w, "a version");
	if (text_len != len + 2 || memcmp(text + len, "v1", 2) != 0)
		return evx_fail(
			diag, EVX_E_UNSUPPORTED, "age header: expected version v1, found another");
	return EVX_OK;
}

/* The arguments of one line: how many, and where the first four are. */
struct args {
	const uint8_t *p[4];
	size_t n[4];
	size_t count;
};

static bool split_args(const uint8_t *p, size_t n, struct args *out)
{
	size_t at = 0, i;

	out->count = 0;
	for (i = 0; i <= n; i++) {
		if (i < n && p[i] != ' ')
			continue;
		if (!all_visible(p + at, i - at))
			return false;
		if (out->count < 4) {
			out->p[out->count] = p + at;
			out->n[out->count] = i - at;
		}
		out->count++;
		at = i + 1;
	}
	return true;
}

/* `[1-9][0-9]*` as a number, UINT_MAX when it is larger than a work factor can be; 0 when it is
 * none. */
static unsigned work_factor(const uint8_t *p, size_t n)
{
	unsigned v = 0;
	size_t i;

	if (p[0] == '0')
		return 0;
	for (i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return 0;
		v = v > 1000 ? UINT_MAX : v * 10 + (unsigned)(p[i] - '0');
	}
	return v;
}

static bool is_type(const struct args *a, const char *type)
{
	return a->n[0] == strlen(type) && memcmp(a->p[0], type, a->n[0]) == 0;
}

static enum evx_err read_args(const struct args *a, struct evx_age_stanza *s,
	const struct evx_age_walk *w, struct evx_diag *diag)
{
	static const char share[] = "an entry for an X25519 key with one share of 32 bytes";
	static const char salt[] =
		"an entry for a passphrase with a salt of 16 bytes and a work factor";
	enum evx_err err;

	s->kind = EVX_AGE_OTHER;
	if (is_type(a, "X25519")) {
		s->kind = EVX_AGE_X25519;
		if (a->count != 2)
			return corrupt(diag, w, share);
		return decode_exact(a->p[1], a->n[1], s->share, sizeof(s->share), share, w, diag);
	}
	if (is_type(a, "scrypt")) {
		s->kind = EVX_AGE_SCRYPT;
		if (a->count != 3)
			return corrupt(diag, w, salt);
		err = decode_exact(a->p[1], a->n[1], s->salt, sizeof(s->salt), salt, w, diag);
		if (err != EVX_OK)
			return err;
		s->log_n = work_factor(a->p[2], a->n[2]);
		if (s->log_n == 0)
			return corrupt(diag, w, "a work factor in decimal");
	}
	return EVX_OK;
}

static enum evx_err read_body(struct evx_age_walk *w, struct evx_buf *body, struct evx_diag *diag)
{
	const uint8_t *p;
	size_t n;
	enum evx_err err;

	evx_buf_reset(body);
	do {
		err = line(w, &p, &n, diag);
		if (err != EVX_OK)
			return err;
		if (n > BODY_WIDTH)
			return corrupt(diag, w, "lines of at most 64 characters");
		err = evx_base64_decode((const char *)p, n, false, body);
		if (err == EVX_E_CORRUPT)
			return corrupt(diag, w, "an entry in canonical base64");
		if (err != EVX_OK)
			return evx_fail_buf(diag, err);
	} while (n == BODY_WIDTH);
	return EVX_OK;
}

enum evx_err evx_age_walk_next(
	struct evx_age_walk *w, struct evx_age_stanza *s, bool *more, struct evx_diag *diag)
{
	size_t begin = w->c.pos, n;
	const uint8_t *p;
	struct args a;
	enum evx_err err;

	*more = false;
	err = line(w, &p, &n, diag);
	if (err != EVX_OK)
		return err;
	if (n >= 4 && memcmp(p, "--- ", 4) == 0) {
		w->mac_len = begin + 3;
		return decode_exact(
			p + 4, n - 4, w->mac, sizeof(w->mac), "a MAC of 32 bytes", w, diag);
	}
	if (n < 4 || memcmp(p, "-> ", 3) != 0 || !split_args(p + 3, n - 3, &a))
		return corrupt(diag, w, "\"-> \" and arguments, or \"--- \" and a MAC");
	if ((err = read_args(&a, s, w, diag)) != EVX_OK ||
		(err = read_body(w, &s->body, diag)) != EVX_OK)
		goto out;
	if (s->kind != EVX_AGE_OTHER && s->body.len != EVX_AGE_BODY)
		err = corrupt(diag, w, "a wrapped file key of 32 bytes");
out:
	*more = err == EVX_OK;
	return err;
}
