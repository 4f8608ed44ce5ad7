/* An event's details as people read them. */
#include "cli_details.h"

#include <stdlib.h>
#include <string.h>

#include "cli_corrections.h"
#include "cli_language.h"
#include "cli_output.h"

#define DEPTH_MAX 16

/* Where the next byte of the JSON text is; its end is a NUL, which matches nothing below. */
struct walk {
	FILE *f;
	const char *p;
	const char *indent;
	bool begun;     /* something is printed */
	bool same_line; /* the next member stands behind the dash of its array element */
};

static bool value(struct walk *w, unsigned depth);

static bool take(struct walk *w, char c)
{
	if (*w->p != c)
		return false;
	w->p++;
	return true;
}

static bool hex4(const char *p, uint32_t *out)
{
	uint32_t v = 0;
	int i;

	for (i = 0; i < 4; i++) {
		if (p[i] >= '0' && p[i] <= '9')
			v = v << 4 | (uint32_t)(p[i] - '0');
		else if ((p[i] | 32) >= 'a' && (p[i] | 32) <= 'f')
			v = v << 4 | (uint32_t)((p[i] | 32) - 'a' + 10);
		else
			return false;
	}
	*out = v;
	return true;
}

static size_t utf8(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* What follows a backslash; never longer than its source. */
static bool escape(struct walk *w, char *out, size_t *n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = *w->p != '\0' ? strchr(from, *w->p) : NULL;
	uint32_t c, low;

	if (at != NULL) {
		out[(*n)++] = to[at - from];
		w->p++;
		return true;
	}
	if (*w->p != 'u' || !hex4(w->p + 1, &c))
		return false;
	w->p += 5;
	if (c >= 0xd800 && c < 0xdc00 && w->p[0] == '\\' && w->p[1] == 'u' &&
		hex4(w->p + 2, &low) && low >= 0xdc00 && low < 0xe000) {
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		w->p += 6;
	}
	*n += utf8(c, out + *n);
	return true;
}

/* Decodes the string at w->p; *out is the caller's to free. */
static bool string(struct walk *w, char **out, size_t *n)
{
	char *text;

	*n = 0;
	*out = NULL;
	if (!take(w, '"'))
		return false;
	text = malloc(strlen(w->p) + 1);
	if (text == NULL)
		return false;
	while (*w->p != '\0' && *w->p != '"') {
		if (!take(w, '\\'))
			text[(*n)++] = *w->p++;
		else if (!escape(w, text, n))
			break;
	}
	if (!take(w, '"')) {
		free(text);
		return false;
	}
	*out = text;
	return true;
}

static void margin(struct walk *w, unsigned depth)
{
	if (w->same_line) {
		w->same_line = false;
		putc(' ', w->f);
		return;
	}
	fprintf(w->f, "%s%s%*s", w->begun ? "\n" : "", w->indent, (int)(2 * depth), "");
	w->begun = true;
}

static bool is_binding(const char *key, size_t n)
{
	static const char *const names[] = { "format", "uuid", "sequence", "previous", "author" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == n && memcmp(names[i], key, n) == 0)
			return true;
	return false;
}

/* Passes over one value. */
static bool skip(struct walk *w)
{
	size_t open = 0, n;
	char *text;

	do {
		if (*w->p == '"') {
			if (!string(w, &text, &n))
				return false;
			free(text);
		} else if (take(w, '{') || take(w, '[')) {
			open++;
		} else if (open > 0 && (take(w, '}') || take(w, ']'))) {
			open--;
		} else {
			n = strcspn(w->p, "\"{}[],");
			w->p += n;
			if (n == 0 && !(open > 0 && take(w, ',')))
				return false;
		}
	} while (open > 0);
	return true;
}

/* A key as people call it. Of those that no person writes, the words are those of the format. */
static void name(FILE *f, char *key, size_t n)
{
	const char *word;

	key[n] = '\0';
	word = cli_corrections_word(key);
	if (word != key && strlen(key) == n) {
		fputs(_(word), f);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (key[i] == '_')
			key[i] = ' ';
	cli_output_bytes(f, key, n);
}

static bool member(struct walk *w, unsigned depth)
{
	char *key;
	size_t n;

	if (!string(w, &key, &n))
		return false;
	if (!take(w, ':')) {
		free(key);
		return false;
	}
	if (depth == 0 && is_binding(key, n)) {
		free(key);
		return skip(w);
	}
	margin(w, depth);
	name(w->f, key, n);
	putc(':', w->f);
	free(key);
	return value(w, depth + 1);
}

/* The rest of an object or array after its opening bracket. */
static bool members(struct walk *w, bool object, unsigned depth)
{
	const char closing = object ? '}' : ']';

	if (depth > DEPTH_MAX)
		return false;
	if (take(w, closing)) {
		fprintf(w->f, " %s", C_("list", "none"));
		w->same_line = false;
		return true;
	}
	do {
		if (!object) {
			margin(w, depth);
			putc('-', w->f);
			w->same_line = true;
		}
		if (!(object ? member(w, depth) : value(w, depth + 1)))
			return false;
	} while (take(w, ','));
	return take(w, closing);
}

static bool value(struct walk *w, unsigned depth)
{
	char *text;
	size_t n;

	if (take(w, '{'))
		return members(w, true, depth);
	if (take(w, '['))
		return members(w, false, depth);
	w->same_line = false;
	putc(' ', w->f);
	if (*w->p == '"') {
		if (!string(w, &text, &n))
			return false;
		cli_output_bytes(w->f, text, n);
		free(text);
		return true;
	}
	n = strcspn(w->p, ",]}");
	cli_output_bytes(w->f, w->p, n);
	w->p += n;
	return n > 0;
}

void cli_details_print(FILE *f, const char *json, const char *indent)
{
	struct walk w = { .f = f, .p = json, .indent = indent };

	if (json == NULL || !take(&w, '{') || !members(&w, true, 0)) {
		fprintf(f, "%s%s%s", w.begun ? "\n" : "", indent, _("(the rest cannot be shown)"));
		w.begun = true;
	}
	if (w.begun)
		putc('\n', f);
}

/* Goes to the value of key. */
static bool find(struct walk *w, const char *key)
{
	char *text = NULL;
	bool found;
	size_t n;

	if (w->p == NULL || !take(w, '{'))
		return false;
	do {
		if (!string(w, &text, &n))
			return false;
		found = n == strlen(key) && memcmp(text, key, n) == 0;
		free(text);
		text = NULL;
		if (!take(w, ':'))
			return false;
		if (found)
			return true;
	} while (skip(w) && take(w, ','));
	return false;
}

char *cli_details_text(const char *json, const char *key)
{
	struct walk w = { .p = json };
	char *text = NULL;
	size_t n;

	if (!find(&w, key) || !string(&w, &text, &n))
		return NULL;
	text[n] = '\0';
	return text;
}

char *cli_details_text_in(const char *json, const char *object, const char *key)
{
	struct walk w = { .p = json };

	return find(&w, object) ? cli_details_text(w.p, key) : NULL;
}

bool cli_details_has(const char *json, const char *key)
{
	struct walk w = { .p = json };

	return find(&w, key);
}
