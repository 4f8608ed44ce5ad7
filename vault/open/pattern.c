/* Paths as people type them, compared with those of an exhibit. */
#include "open/pattern.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"

/* A token is a character; a byte that belongs to none; or one of these. */
#define LONE_BYTE 0x110000u /* and the byte */
#define ONE 0x120000u       /* ? */
#define MANY 0x120001u      /* * */
#define DEEP 0x120002u      /* ** */
#define DIRS 0x120003u      /* ** and a slash */
#define SET 0x120004u       /* and the number of the set */

#define NONE SIZE_MAX

struct range {
	uint32_t low, high;
};

struct set {
	bool not ;
	size_t first, n; /* of the ranges */
};

struct evx_pattern {
	uint32_t *tokens;
	size_t n;
	struct set *sets;
	size_t nsets;
	struct range *ranges;
	size_t nranges;
	bool has_slash;
	char *shown;
	size_t shown_len;
};

/* What a text consists of: the bytes with their escapes undone, and which of them were typed as
 * they are, so that they can be wildcards. */
struct typed {
	uint8_t *bytes;
	bool *bare;
	size_t n;
	bool special; /* it has an escape or a wildcard */
};

/* The character at p, or the byte that belongs to none; returns how many bytes that covers. */
static size_t character(const uint8_t *p, size_t n, uint32_t *code)
{
	size_t len = evx_utf8_next(p, n, code);

	if (len > 0)
		return len;
	*code = LONE_BYTE | p[0];
	return 1;
}

/* ---- Reading ---------------------------------------------------------------------------- */

static int digit(char c)
{
	return c >= '0' && c <= '9'  ? c - '0' :
		c >= 'a' && c <= 'f' ? c - 'a' + 10 :
		c >= 'A' && c <= 'F' ? c - 'A' + 10 :
				       -1;
}

static size_t encode(uint32_t code, uint8_t *out)
{
	if (code < 0x80) {
		out[0] = (uint8_t)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (uint8_t)(0xc0 | code >> 6);
		out[1] = (uint8_t)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (uint8_t)(0xe0 | code >> 12);
		out[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | code >> 18);
	out[1] = (uint8_t)(0x80 | (code >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (code & 0x3f));
	return 4;
}

/* The escape at p, of n bytes, that list prints: writes what it stands for (never longer) and
 * returns how many bytes of p it covers; 0: none. */
static size_t printed_escape(const char *p, size_t n, uint8_t *out, size_t *len)
{
	uint32_t code = 0;
	size_t i;

	if (n >= 4 && p[0] == '\\' && p[1] == 'x' && digit(p[2]) >= 0 && digit(p[3]) >= 0) {
		out[0] = (uint8_t)(digit(p[2]) << 4 | digit(p[3]));
		*len = 1;
		return 4;
	}
	if (n < 5 || p[0] != '\\' || p[1] != 'u' || p[2] != '{')
		return 0;
	for (i = 3; i < n && i < 9 && digit(p[i]) >= 0; i++)
		code = code << 4 | (uint32_t)digit(p[i]);
	if (i == 3 || i == n || p[i] != '}' || code > 0x10ffff)
		return 0;
	*len = encode(code, out);
	return i + 1;
}

/* That, or one that only patterns have. */
static size_t escape(const char *p, size_t n, uint8_t *out, size_t *len)
{
	if (n < 2 || p[0] != '\\' || p[1] == '\0' || strchr("*?[\\", p[1]) == NULL)
		return printed_escape(p, n, out, len);
	out[0] = (uint8_t)p[1];
	*len = 1;
	return 2;
}

static bool show(struct evx_pattern *p, const char *text, size_t n)
{
	uint8_t *out = malloc(n + 1);
	size_t i = 0, used, len;

	p->shown = (char *)out;
	while (out != NULL && i < n) {
		used = printed_escape(text + i, n - i, out + p->shown_len, &len);
		if (used == 0) {
			out[p->shown_len] = (uint8_t)text[i];
			used = len = 1;
		}
		p->shown_len += len;
		i += used;
	}
	return out != NULL;
}

static enum evx_err undo_escapes(const char *text, size_t n, struct typed *t, struct evx_diag *diag)
{
	size_t i = 0, used, len;

	t->bytes = malloc(n + 1);
	t->bare = calloc(n + 1, sizeof(*t->bare));
	if (t->bytes == NULL || t->bare == NULL)
		return evx_fail_memory(diag);
	while (i < n) {
		used = escape(text + i, n - i, t->bytes + t->n, &len);
		if (used > 0) {
			t->special = true;
			t->n += len;
			i += used;
			continue;
		}
		t->special |= text[i] != '\0' && strchr("*?[", text[i]) != NULL;
		t->bare[t->n] = true;
		t->bytes[t->n++] = (uint8_t)text[i++];
	}
	return EVX_OK;
}

static bool is_bare(const struct typed *t, size_t at, char c)
{
	return at < t->n && t->bare[at] && t->bytes[at] == (uint8_t)c;
}

/* The set that begins at *at with its bracket. False: no bracket closes it, so that it is none. */
static bool read_set(struct evx_pattern *p, const struct typed *t, size_t *at)
{
	struct set *set = &p->sets[p->nsets];
	size_t i = *at + 1;
	bool first = true;

	*set = (struct set){ .first = p->nranges };
	set->not = is_bare(t, i, '!') || is_bare(t, i, '^');
	i += set->not ;
	for (; i < t->n && (first || !is_bare(t, i, ']')); first = false) {
		struct range *r = &p->ranges[p->nranges + set->n++];

		if (t->bytes[i] == '/')
			return false;
		i += character(t->bytes + i, t->n - i, &r->low);
		r->high = r->low;
		if (!is_bare(t, i, '-') || i + 1 >= t->n || is_bare(t, i + 1, ']'))
			continue;
		i++;
		i += character(t->bytes + i, t->n - i, &r->high);
	}
	if (i >= t->n)
		return false;
	p->nranges += set->n;
	*at = i + 1;
	return true;
}

/* The token at *at. */
static uint32_t token(struct evx_pattern *p, const struct typed *t, size_t *at)
{
	const size_t i = *at;
	uint32_t code;

	if (is_bare(t, i, '*')) {
		while (is_bare(t, *at, '*'))
			(*at)++;
		if (*at - i < 2)
			return MANY;
		if ((i > 0 && t->bytes[i - 1] != '/') || *at == t->n || t->bytes[*at] != '/')
			return DEEP;
		(*at)++;
		return DIRS;
	}
	if (is_bare(t, i, '?')) {
		(*at)++;
		return ONE;
	}
	if (is_bare(t, i, '[') && read_set(p, t, at))
		return SET + (uint32_t)p->nsets++;
	*at += character(t->bytes + i, t->n - i, &code);
	return code;
}

enum evx_err evx_pattern_new(
	const char *text, size_t n, struct evx_pattern **out, struct evx_diag *diag)
{
	struct typed t = { .n = 0 };
	struct evx_pattern *p = NULL;
	enum evx_err err;
	size_t at = 0;

	*out = NULL;
	err = undo_escapes(text, n, &t, diag);
	if (err != EVX_OK || !t.special)
		goto out;
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	/* No more of each than there are bytes. */
	p->tokens = calloc(t.n + 1, sizeof(*p->tokens));
	p->sets = calloc(t.n + 1, sizeof(*p->sets));
	p->ranges = calloc(t.n + 1, sizeof(*p->ranges));
	if (p->tokens == NULL || p->sets == NULL || p->ranges == NULL || !show(p, text, n)) {
		err = evx_fail_memory(diag);
		goto out;
	}
	while (at < t.n)
		p->tokens[p->n++] = token(p, &t, &at);
	for (at = 0; at < p->n; at++)
		p->has_slash |= p->tokens[at] == '/' || p->tokens[at] == DIRS;
	*out = p;
	p = NULL;
out:
	evx_pattern_free(p);
	free(t.bytes);
	free(t.bare);
	return err;
}

void evx_pattern_free(struct evx_pattern *p)
{
	if (p == NULL)
		return;
	free(p->tokens);
	free(p->sets);
	free(p->ranges);
	free(p->shown);
	free(p);
}

/* ---- Comparing -------------------------------------------------------------------------- */

static bool is_one_of(const struct evx_pattern *p, const struct set *set, uint32_t code)
{
	bool is = false;

	for (size_t i = 0; i < set->n && !is; i++)
		is = code >= p->ranges[set->first + i].low &&
			code <= p->ranges[set->first + i].high;
	return is != set->not ;
}

static bool fits(const struct evx_pattern *p, uint32_t token, uint32_t code)
{
	if (token < ONE)
		return token == code;
	return code != '/' && (token == ONE || is_one_of(p, &p->sets[token - SET], code));
}

/* A wildcard that takes as little as it can, and one character (directory) more each time that the
 * rest does not fit. */
struct retry {
	size_t token; /* behind the wildcard; NONE: there is none */
	size_t at;    /* in the text */
};

/* Lets the wildcard take one more; false when it cannot. */
static bool take_more(const struct evx_pattern *p, struct retry *r, const uint8_t *s, size_t n)
{
	const uint8_t *slash;
	uint32_t code;

	if (r->token == NONE || r->at >= n)
		return false;
	switch (p->tokens[r->token - 1]) {
	case MANY:
		if (s[r->at] == '/')
			return false;
		break;
	case DIRS:
		slash = memchr(s + r->at, '/', n - r->at);
		if (slash == NULL)
			return false;
		r->at = (size_t)(slash - s) + 1;
		return true;
	default:
		break;
	}
	r->at += character(s + r->at, n - r->at, &code);
	return true;
}

/* Whether the pattern fits the n bytes at s, or (beneath) those before a slash in them. What a MANY
 * before another wildcard took need not be tried again: the later one can take that, too. */
static bool match(const struct evx_pattern *p, const uint8_t *s, size_t n, bool beneath)
{
	struct retry name = { NONE, 0 }, deep = { NONE, 0 };
	size_t t = 0, i = 0, len;
	uint32_t code;

	for (;;) {
		if (t == p->n && (i == n || (beneath && s[i] == '/')))
			return true;
		if (t < p->n && p->tokens[t] == MANY) {
			name = (struct retry){ ++t, i };
			continue;
		}
		if (t < p->n && (p->tokens[t] == DEEP || p->tokens[t] == DIRS)) {
			deep = (struct retry){ ++t, i };
			name.token = NONE;
			continue;
		}
		if (t < p->n && i < n) {
			len = character(s + i, n - i, &code);
			if (fits(p, p->tokens[t], code)) {
				t++;
				i += len;
				continue;
			}
		}
		if (take_more(p, &name, s, n)) {
			t = name.token;
			i = name.at;
		} else if (take_more(p, &deep, s, n)) {
			t = deep.token;
			i = deep.at;
			name.token = NONE;
		} else {
			return false;
		}
	}
}

const char *evx_pattern_shown(const struct evx_pattern *p, size_t *len)
{
	*len = p->shown_len;
	return p->shown;
}

bool evx_pattern_match(const struct evx_pattern *p, const char *path, size_t len)
{
	const char *slash = p->has_slash ? NULL : memrchr(path, '/', len);
	const size_t from = slash != NULL ? (size_t)(slash - path) + 1 : 0;

	return match(p, (const uint8_t *)path + from, len - from, false);
}

bool evx_pattern_match_beneath(const struct evx_pattern *p, const char *path, size_t len)
{
	const uint8_t *s = (const uint8_t *)path, *slash;

	if (p->has_slash)
		return match(p, s, len, true);
	while ((slash = memchr(s, '/', len)) != NULL) {
		if (match(p, s, (size_t)(slash - s), false))
			return true;
		len -= (size_t)(slash - s) + 1;
		s = slash + 1;
	}
	return match(p, s, len, false);
}
