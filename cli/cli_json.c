/* JSON for other programs. */
#include "cli_json.h"

#include <string.h>

static void open_with(struct cli_json *j, char opening, char closing)
{
	putc(opening, j->f);
	j->close[j->depth++] = closing;
	j->comma = false;
}

/* The comma before this member and, for members of objects, its key (plus suffix) with the colon.
 * Keys are ours: plain ASCII. */
static void member(struct cli_json *j, const char *key, const char *suffix)
{
	if (j->comma)
		putc(',', j->f);
	if (key != NULL)
		fprintf(j->f, "\"%s%s\":", key, suffix);
	j->comma = true;
}

struct cli_json cli_json_begin(FILE *f)
{
	struct cli_json j = { .f = f };

	open_with(&j, '{', '}');
	return j;
}

void cli_json_end(struct cli_json *j)
{
	while (j->depth > 0)
		cli_json_close(j);
	putc('\n', j->f);
}

void cli_json_object(struct cli_json *j, const char *key)
{
	member(j, key, "");
	open_with(j, '{', '}');
}

void cli_json_array(struct cli_json *j, const char *key)
{
	member(j, key, "");
	open_with(j, '[', ']');
}

void cli_json_close(struct cli_json *j)
{
	putc(j->close[--j->depth], j->f);
	j->comma = true;
}

/* Writes the character at p (valid UTF-8) as \uXXXX, or two of them beyond U+FFFF; returns its
 * length. */
static size_t escaped(FILE *f, const uint8_t *p)
{
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4, i;
	uint32_t c = len == 1 ? p[0] : p[0] & (0x7fU >> len);

	for (i = 1; i < len; i++)
		c = c << 6 | (p[i] & 0x3fU);
	if (c > 0xffff)
		fprintf(f, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (c >> 10)),
			(unsigned)(0xdc00 + (c & 0x3ff)));
	else
		fprintf(f, "\\u%04x", (unsigned)c);
	return len;
}

static void quoted(FILE *f, const uint8_t *p, size_t n)
{
	size_t i = 0;

	putc('"', f);
	while (i < n) {
		if (p[i] == '"' || p[i] == '\\') {
			putc('\\', f);
			putc(p[i++], f);
		} else if (p[i] >= 0x20 && p[i] < 0x7f) {
			putc(p[i++], f);
		} else {
			i += escaped(f, p + i);
		}
	}
	putc('"', f);
}

static void base64(FILE *f, const uint8_t *p, size_t n)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;
	uint32_t v;

	putc('"', f);
	for (i = 0; i < n; i += 3) {
		v = (uint32_t)p[i] << 16 | (uint32_t)(i + 1 < n ? p[i + 1] : 0) << 8 |
			(i + 2 < n ? p[i + 2] : 0U);
		putc(digit[v >> 18], f);
		putc(digit[v >> 12 & 63], f);
		putc(i + 1 < n ? digit[v >> 6 & 63] : '=', f);
		putc(i + 2 < n ? digit[v & 63] : '=', f);
	}
	putc('"', f);
}

void cli_json_bytes(struct cli_json *j, const char *key, const void *p, size_t n)
{
	if (evx_utf8_valid(p, n)) {
		member(j, key, "");
		quoted(j->f, p, n);
		return;
	}
	member(j, key, "_b64");
	if (key == NULL)
		fputs("{\"b64\":", j->f);
	base64(j->f, p, n);
	if (key == NULL)
		putc('}', j->f);
}

void cli_json_text(struct cli_json *j, const char *key, const char *s)
{
	if (s != NULL)
		cli_json_bytes(j, key, s, strlen(s));
}

void cli_json_hex(struct cli_json *j, const char *key, const uint8_t *p, size_t n)
{
	size_t i;

	member(j, key, "");
	putc('"', j->f);
	for (i = 0; i < n; i++)
		fprintf(j->f, "%02x", (unsigned)p[i]);
	putc('"', j->f);
}

void cli_json_bool(struct cli_json *j, const char *key, bool v)
{
	member(j, key, "");
	fputs(v ? "true" : "false", j->f);
}

void cli_json_count(struct cli_json *j, const char *key, uint64_t v)
{
	member(j, key, "");
	fprintf(j->f, "%llu", (unsigned long long)v);
}

void cli_json_size(struct cli_json *j, const char *key, uint64_t v)
{
	member(j, key, "");
	fprintf(j->f, "\"%llu\"", (unsigned long long)v);
}

void cli_json_time(struct cli_json *j, const char *key, struct evx_file_time t)
{
	char text[EVX_FILE_TIME_CAP];

	evx_file_time_encode(t, text);
	member(j, key, "");
	fprintf(j->f, "\"%s\"", text);
}

void cli_json_value(struct cli_json *j, const char *key, const char *json)
{
	const uint8_t *p = (const uint8_t *)json;
	size_t n, i = 0;

	if (json == NULL)
		return;
	n = strcspn(json, "\n");
	if (!evx_utf8_valid(json, n)) {
		cli_json_bytes(j, key, json, n);
		return;
	}
	member(j, key, "");
	while (i < n) {
		if (p[i] < 0x7f)
			putc(p[i++], j->f);
		else
			i += escaped(j->f, p + i);
	}
}

void cli_json_card(struct cli_json *j, const char *key, const struct evx_card_info *card)
{
	cli_json_object(j, key);
	cli_json_text(j, "person", card->person);
	cli_json_text(j, "organisation", card->organisation);
	cli_json_text(j, "country", card->country);
	if (card->role[0] != '\0')
		cli_json_text(j, "role", card->role);
	if (card->fingerprint[0] != '\0') { /* else only a name is known */
		cli_json_text(j, "encryption", card->encryption);
		cli_json_text(j, "signing", card->signing);
		cli_json_text(j, "fingerprint", card->fingerprint);
		cli_json_text(j, "created", card->created);
	}
	if (card->retired[0] != '\0')
		cli_json_text(j, "retired", card->retired);
	cli_json_close(j);
}
