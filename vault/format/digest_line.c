/* Reads one line of a list of hashes. */
#include "format/digest_line.h"

#include <stdlib.h>
#include <string.h>

#include "format/text.h"

/* A part of the line. */
struct part {
	const char *p;
	size_t n;
};

static struct part rest_of(struct part s, size_t from)
{
	return (struct part){ s.p + from, s.n - from };
}

static struct part trim(struct part s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = rest_of(s, 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_word(struct part s, const char *word)
{
	size_t i = 0;

	while (i < s.n && word[i] != '\0' && lower(s.p[i]) == word[i])
		i++;
	return i == s.n && word[i] == '\0';
}

/* The number of the characters of set at the beginning of s. */
static size_t span(struct part s, const char *set)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '\0' && strchr(set, s.p[n]) != NULL)
		n++;
	return n;
}

#define DIGITS "0123456789"
#define HEX DIGITS "abcdefABCDEF"

/* The bytes of the digest that an algorithm of this name makes, or 0. */
static uint8_t digest_of(struct part name)
{
	static const struct {
		const char *name;
		uint8_t len;
	} names[] = { { "sha256", 32 }, { "sha2-256", 32 }, { "sha-256", 32 }, { "sha1", 20 },
		{ "sha-1", 20 }, { "md5", 16 } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_word(name, names[i].name))
			return names[i].len;
	return 0;
}

/* A digest of one of the three lengths. */
static bool add_digest(struct evx_digest_line *out, struct part hex)
{
	char digits[65];

	if ((hex.n != 64 && hex.n != 40 && hex.n != 32) || span(hex, HEX) != hex.n || out->n == 3)
		return false;
	for (size_t i = 0; i < hex.n; i++)
		digits[i] = lower(hex.p[i]);
	digits[hex.n] = '\0';
	if (evx_hex_decode(digits, hex.n, out->digest[out->n].bytes, hex.n / 2) != EVX_OK)
		return false;
	out->digest[out->n++].len = (uint8_t)(hex.n / 2);
	return true;
}

/* Undoes coreutils' escapes \\, \n, \r in place. */
static bool unescape(char *s)
{
	char *w = s;

	for (; *s != '\0'; s++) {
		if (*s != '\\') {
			*w++ = *s;
			continue;
		}
		s++;
		if (*s != 'n' && *s != 'r' && *s != '\\')
			return false;
		*w++ = (char)(*s == 'n' ? '\n' : *s == 'r' ? '\r' : '\\');
	}
	*w = '\0';
	return true;
}

/* What the message calls a line that is none of the forms. */
static enum evx_err bad(uint64_t number, const char *what, struct evx_diag *diag)
{
	return evx_fail(diag, EVX_E_CORRUPT,
		"Line %llu of the list of hashes %s. Nothing was sealed. Use a list as sha256sum, "
		"sha1sum, md5sum or hashdeep writes it, in UTF-8.",
		(unsigned long long)number, what);
}

static enum evx_err take_name(struct part name, bool escaped, uint64_t number,
	struct evx_digest_line *out, struct evx_diag *diag)
{
	if (name.n == 0)
		return bad(number, "has a hash and no name", diag);
	if (memchr(name.p, '\0', name.n) != NULL)
		return bad(number, "has a zero byte in the name", diag);
	out->name = strndup(name.p, name.n);
	if (out->name == NULL)
		return evx_fail_memory(diag);
	return !escaped || unescape(out->name) ?
		EVX_OK :
		bad(number, "has an unknown escape in the name", diag);
}

/* Columns of hashdeep: "%%%% size,md5,sha256,filename". */
static enum evx_err take_header(
	struct evx_digest_form *form, struct part s, uint64_t number, struct evx_diag *diag)
{
	struct evx_digest_form new = { 0 };
	bool any = false;

	s = trim(s);
	if (memchr(s.p, ',', s.n) == NULL)
		return EVX_OK; /* "HASHDEEP-1.0" */
	for (;;) {
		const char *comma = memchr(s.p, ',', s.n);
		struct part word = { s.p, comma == NULL ? s.n : (size_t)(comma - s.p) };

		if (new.columns == EVX_DIGEST_COLUMNS)
			return bad(number, "has too many columns", diag);
		new.digest[new.columns] = digest_of(word);
		any = any || new.digest[new.columns] != 0;
		new.columns++;
		if (comma == NULL)
			break;
		s = rest_of(s, word.n + 1);
	}
	if (!any)
		return bad(number, "names no column with SHA-256, SHA-1 or MD5", diag);
	*form = new;
	return EVX_OK;
}

/* The name is the last column, and may have commas. */
static enum evx_err parse_columns(const struct evx_digest_form *form, struct part s,
	uint64_t number, struct evx_digest_line *out, struct evx_diag *diag)
{
	for (unsigned i = 0; i + 1 < form->columns; i++) {
		const char *comma = memchr(s.p, ',', s.n);
		struct part word = { s.p, comma == NULL ? 0 : (size_t)(comma - s.p) };

		if (comma == NULL)
			return bad(number, "has fewer columns than its header", diag);
		if (form->digest[i] != 0 &&
			(word.n != 2 * (size_t)form->digest[i] || !add_digest(out, word)))
			return bad(
				number, "has a hash of another length than its header says", diag);
		s = rest_of(s, word.n + 1);
	}
	return take_name(s, false, number, out, diag);
}

/* "SHA256 (NAME) = HEX"; NAME may have anything. *found: it has this form. */
static enum evx_err parse_tag(struct part s, bool escaped, uint64_t number,
	struct evx_digest_line *out, bool *found, struct evx_diag *diag)
{
	const char *open = memchr(s.p, '(', s.n), *equals = memrchr(s.p, '=', s.n);
	struct part algorithm, hex, name;

	*found = false;
	if (open == NULL || equals == NULL || equals < open)
		return EVX_OK;
	algorithm = trim((struct part){ s.p, (size_t)(open - s.p) });
	name = trim((struct part){ open + 1, (size_t)(equals - open - 1) });
	hex = trim(rest_of(s, (size_t)(equals - s.p) + 1));
	/* Digits alone are no algorithm: a plain line, whose name has what the others end with. */
	if (span(algorithm, HEX) == algorithm.n || memchr(algorithm.p, ' ', algorithm.n) != NULL ||
		name.n == 0 || name.p[name.n - 1] != ')' || span(hex, HEX) != hex.n)
		return EVX_OK;
	*found = true;
	name = (struct part){ open + 1, (size_t)(name.p + name.n - 1 - (open + 1)) };
	if (digest_of(algorithm) == 0)
		return bad(number, "has a hash that is not SHA-256, SHA-1 or MD5", diag);
	if (hex.n != 2 * (size_t)digest_of(algorithm) || !add_digest(out, hex))
		return bad(number, "has a hash of a wrong length", diag);
	return take_name(name, escaped, number, out, diag);
}

/* md5deep -z writes the size before the digest. */
static struct part without_size(struct part s)
{
	size_t blanks = span(s, " "), digits = span(rest_of(s, blanks), DIGITS), more;

	if (digits == 0 || digits > 20)
		return s;
	more = span(rest_of(s, blanks + digits), " ");
	return more > 0 ? rest_of(s, blanks + digits + more) : s;
}

static enum evx_err parse_plain(struct part s, bool escaped, uint64_t number,
	struct evx_digest_line *out, struct evx_diag *diag)
{
	size_t hex;

	s = without_size(s);
	hex = span(s, HEX);
	if (!add_digest(out, (struct part){ s.p, hex }) ||
		(hex < s.n && s.p[hex] != ' ' && s.p[hex] != '\t'))
		return bad(number,
			hex >= 32 && hex == s.n - span(rest_of(s, hex), " ") ?
				"has a hash and no name" :
				"does not begin with a SHA-256, SHA-1 or MD5 hash",
			diag);
	s = rest_of(s, hex);
	if (s.n > 0)
		s = rest_of(s, 1);
	if (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '*'))
		s = rest_of(s, 1);
	return take_name(s, escaped, number, out, diag);
}

enum evx_err evx_digest_line_parse(struct evx_digest_form *form, const uint8_t *p, size_t n,
	uint64_t number, struct evx_digest_line *out, struct evx_diag *diag)
{
	struct part s = { (const char *)p, n };
	bool escaped, found = false;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if (trim(s).n == 0 || s.p[0] == '#' || s.p[0] == ';')
		return EVX_OK;
	if (s.n >= 4 && memcmp(s.p, "%%%%", 4) == 0) {
		err = take_header(form, rest_of(s, 4), number, diag);
		goto out;
	}
	if (form->columns > 0) {
		err = parse_columns(form, s, number, out, diag);
		goto out;
	}
	escaped = s.p[0] == '\\';
	if (escaped)
		s = rest_of(s, 1);
	err = parse_tag(s, escaped, number, out, &found, diag);
	if (err == EVX_OK && !found)
		err = parse_plain(s, escaped, number, out, diag);
out:
	if (err != EVX_OK)
		evx_digest_line_free(out);
	return err;
}

void evx_digest_line_free(struct evx_digest_line *l)
{
	free(l->name);
	memset(l, 0, sizeof(*l));
}
