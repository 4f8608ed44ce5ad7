/* Paths: the rule, the order, escaping for terminals, and the selection of lines by paths and
 * patterns. The input is split at its first LF into two paths. */
#include "fuzz/fuzz.h"

#include "base/path.h"
#include "open/select.h"

#define CAP 100

static void escape(const uint8_t *p, size_t n)
{
	char out[CAP];
	size_t i, len;

	fuzz_check(evx_text_escape(p, n, out, sizeof(out)) == out);
	len = strnlen(out, sizeof(out));
	fuzz_check(len < sizeof(out) && evx_utf8_valid(out, len));
	for (i = 0; i < len; i++)
		fuzz_check((unsigned char)out[i] >= 0x20 && out[i] != 0x7f);
	if (n * 4 < sizeof(out) && memchr(p, '\\', n) == NULL &&
		memcmp(out, p, len < n ? len : n) != 0)
		fuzz_check(strchr(out, '\\') != NULL);
}

static bool beneath(const uint8_t *a, size_t an, const uint8_t *b, size_t bn)
{
	return bn >= an && memcmp(a, b, an) == 0 && (bn == an || b[an] == '/');
}

static void compare(const uint8_t *a, size_t an, const uint8_t *b, size_t bn)
{
	int ab = evx_path_compare(a, an, b, bn), ba = evx_path_compare(b, bn, a, an);
	bool same = an == bn && memcmp(a, b, an) == 0;

	fuzz_check((ab < 0) == (ba > 0) && (ab == 0) == (ba == 0));
	fuzz_check((ab == 0) == same && evx_path_compare(a, an, a, an) == 0);
	if (!same && beneath(a, an, b, bn))
		fuzz_check(ab < 0);
}

/* A path that a line has means that line, whatever is in it; without one it may be a pattern. */
static void choose(const uint8_t *a, size_t an, const uint8_t *b, size_t bn)
{
	char *text = fuzz_text(a, an), *line = fuzz_text(b, bn);
	const struct evx_entry meant = { .path = text, .path_len = an, .type = EVX_DIR },
			       other = { .path = line, .path_len = bn, .type = EVX_DIR };
	const bool is_above = bn < an && beneath(b, bn, a, an);
	const char *const paths[1] = { text };
	struct evx_select s;

	fuzz_check(evx_select_new(paths, 1, NULL, &s, NULL) == EVX_OK);
	fuzz_check(!evx_select_has_itself(&s, &other) || evx_select_has(&s, &other));
	evx_select_free(&s);

	fuzz_check(evx_select_new(paths, 1, NULL, &s, NULL) == EVX_OK);
	evx_select_note(&s, &other);
	evx_select_note(&s, &meant);
	fuzz_check(!evx_select_wants_walk(&s));
	fuzz_check(evx_select_has(&s, &other) == beneath(a, an, b, bn));
	fuzz_check((evx_select_check(&s, NULL) == EVX_OK) == beneath(a, an, b, bn));
	fuzz_check(evx_select_above(&s, &other, 0) == is_above);
	fuzz_check(evx_select_walk(&s, &other, 0, NULL) == EVX_OK);
	fuzz_check(evx_select_walk(&s, &meant, 1, NULL) == EVX_OK);
	evx_select_walk_end(&s);
	fuzz_check(evx_select_above(&s, &other, 0) == is_above);
	evx_select_free(&s);
	free(text);
	free(line);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	const uint8_t *lf = n > 0 ? memchr(p, '\n', n) : NULL, *b = lf != NULL ? lf + 1 : p;
	size_t an = lf != NULL ? (size_t)(lf - p) : n, bn = n - (size_t)(b - p);
	char *any;
	struct evx_select s;

	if (n == 0)
		return;
	escape(p, n);
	any = fuzz_text(p, an);
	if (evx_select_new((const char *const *)&any, 1, NULL, &s, NULL) == EVX_OK)
		evx_select_free(&s);
	free(any);
	if (evx_path_check(p, an, NULL) != EVX_OK || evx_path_check(b, bn, NULL) != EVX_OK)
		return;
	fuzz_check(p[0] != '/' && p[an - 1] != '/' && memchr(p, '\0', an) == NULL);
	compare(p, an, b, bn);
	choose(p, an, b, bn);
}

static void fuzz_seeds(void)
{
	fuzz_seed_text("a/b\na/b/c");
	fuzz_seed_text("a/b\na-b/c");
	fuzz_seed_text("a/*\na/b");
	fuzz_seed_text("**/[!a-c]?\\x41\na/b/d");
	fuzz_seed_text("./a/..\n../x/");
	fuzz_seed_text("\xc3\xa9\xe2\x80\xae\x1b[31m\\\xff\xed\xa0\x80\n\xf0\x9f\x98\x80");
}
