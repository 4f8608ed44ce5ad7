/* Hashes noted elsewhere (`seal --expect-hash`), compared while sealing. */
#include "format/digest_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "format/text.h"

struct line {
	char *name;
	uint8_t digest[32];
	uint8_t len;
	bool seen;
};

struct evx_digest_list {
	struct line *lines; /* sorted by name, several digests of one file side by side */
	size_t n;
	struct evx_mismatch *mismatch;
	size_t nmismatch;
	uint64_t matched, unlisted;
	bool sha1, md5;
};

static const char *algorithm_of(size_t len)
{
	return len == 32 ? "sha256" : len == 20 ? "sha1" : "md5";
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct line *)a)->name, ((const struct line *)b)->name);
}

/* Undoes coreutils' escapes \\, \n, \r in place. */
static enum evx_err unescape(char *s)
{
	char *w = s;

	for (; *s != '\0'; s++) {
		if (*s == '\\') {
			s++;
			if (*s == 'n')
				*w++ = '\n';
			else if (*s == 'r')
				*w++ = '\r';
			else if (*s == '\\')
				*w++ = '\\';
			else
				return EVX_E_CORRUPT;
		} else {
			*w++ = *s;
		}
	}
	*w = '\0';
	return EVX_OK;
}

static enum evx_err add_line(struct evx_digest_list *e, const uint8_t *p, size_t n, uint64_t number,
	struct evx_diag *diag)
{
	struct line *l;
	size_t hex = 0, len, skip;
	bool escaped = n > 0 && p[0] == '\\';

	if (escaped) {
		p++;
		n--;
	}
	while (hex < n && p[hex] != ' ')
		hex++;
	len = hex / 2;
	if ((hex != 64 && hex != 40 && hex != 32) || hex + 2 >= n ||
		(p[hex + 1] != ' ' && p[hex + 1] != '*'))
		return evx_fail(diag, EVX_E_CORRUPT,
			"expected hashes, line %llu: expected DIGEST, two spaces and a name as "
			"sha256sum writes them",
			(unsigned long long)number);
	l = EVX_ARRAY_ADD(e->lines, e->n);
	if (l == NULL)
		return evx_fail_memory(diag);
	char digits[65];
	for (size_t i = 0; i < hex; i++)
		digits[i] = (char)(p[i] >= 'A' && p[i] <= 'F' ? p[i] + 32 : p[i]);
	digits[hex] = '\0';
	if (evx_hex_decode(digits, hex, l->digest, len) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"expected hashes, line %llu: the digest is not hexadecimal",
			(unsigned long long)number);
	l->len = (uint8_t)len;
	p += hex + 2;
	n -= hex + 2;
	skip = n > 2 && p[0] == '.' && p[1] == '/' ? 2 : 0;
	l->name = strndup((const char *)p + skip, n - skip);
	if (l->name == NULL)
		return evx_fail_memory(diag);
	e->sha1 = e->sha1 || len == 20;
	e->md5 = e->md5 || len == 16;
	if (escaped && unescape(l->name) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"expected hashes, line %llu: unknown escape in the name",
			(unsigned long long)number);
	return EVX_OK;
}

enum evx_err evx_digest_list_parse(
	const void *p, size_t n, struct evx_digest_list **out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	struct evx_digest_list *e = calloc(1, sizeof(*e));
	const uint8_t *at = p;
	uint64_t number = 0;

	*out = NULL;
	if (e == NULL)
		return evx_fail_memory(diag);
	while (n > 0 && err == EVX_OK) {
		const uint8_t *lf = memchr(at, '\n', n);
		size_t len = lf == NULL ? n : (size_t)(lf - at), used = lf == NULL ? n : len + 1;

		number++;
		if (len > 0 && at[len - 1] == '\r')
			len--;
		if (len > 0 && at[0] != '#')
			err = add_line(e, at, len, number, diag);
		at += used;
		n -= used;
	}
	if (err == EVX_OK && e->n == 0)
		err = evx_fail(diag, EVX_E_CORRUPT,
			"expected hashes: expected at least one line, found none");
	if (err != EVX_OK) {
		evx_digest_list_free(e);
		return err;
	}
	qsort(e->lines, e->n, sizeof(*e->lines), by_name);
	*out = e;
	return EVX_OK;
}

void evx_digest_list_free(struct evx_digest_list *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->n; i++)
		free(e->lines[i].name);
	for (size_t i = 0; i < e->nmismatch; i++)
		free(e->mismatch[i].path);
	free(e->lines);
	free(e->mismatch);
	free(e);
}

bool evx_digest_list_wants_sha1(const struct evx_digest_list *e)
{
	return e->sha1;
}

bool evx_digest_list_wants_md5(const struct evx_digest_list *e)
{
	return e->md5;
}

static enum evx_err mismatch(
	struct evx_digest_list *e, const struct line *l, const uint8_t *found, const char *path)
{
	struct evx_mismatch *m = EVX_ARRAY_ADD(e->mismatch, e->nmismatch);

	if (m == NULL)
		return EVX_E_MEMORY;
	m->path = strdup(path);
	if (m->path == NULL) {
		e->nmismatch--;
		return EVX_E_MEMORY;
	}
	m->algorithm = algorithm_of(l->len);
	m->len = l->len;
	memcpy(m->expected, l->digest, l->len);
	m->found_any = found != NULL;
	if (found != NULL)
		memcpy(m->found, found, l->len);
	return EVX_OK;
}

static enum evx_err check_named(
	struct evx_digest_list *e, const char *name, const struct evx_entry *entry, bool *any)
{
	enum evx_err err = EVX_OK;
	size_t lo = 0, hi = e->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(e->lines[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < e->n && strcmp(e->lines[lo].name, name) == 0 && err == EVX_OK; lo++) {
		struct line *l = &e->lines[lo];
		const uint8_t *found = l->len == 32 ? (entry->has_sha256 ? entry->sha256 : NULL) :
			l->len == 20                ? (entry->has_sha1 ? entry->sha1 : NULL) :
						      (entry->has_md5 ? entry->md5 : NULL);

		*any = true;
		if (l->seen)
			continue;
		l->seen = true;
		if (found != NULL && memcmp(found, l->digest, l->len) == 0)
			e->matched++;
		else
			err = mismatch(e, l, found, entry->path);
	}
	return err;
}

enum evx_err evx_digest_list_check(struct evx_digest_list *e, const struct evx_entry *entry)
{
	bool any = false;
	const char *slash;
	enum evx_err err;

	if (entry->type != EVX_FILE)
		return EVX_OK;
	err = check_named(e, entry->path, entry, &any);
	slash = strchr(entry->path, '/');
	if (err == EVX_OK && !any && slash != NULL)
		err = check_named(e, slash + 1, entry, &any);
	if (!any)
		e->unlisted++;
	return err;
}

uint64_t evx_digest_list_matched(const struct evx_digest_list *e)
{
	return e->matched;
}

uint64_t evx_digest_list_unlisted(const struct evx_digest_list *e)
{
	return e->unlisted;
}

const struct evx_mismatch *evx_digest_list_mismatches(const struct evx_digest_list *e, size_t *n)
{
	*n = e->nmismatch;
	return e->mismatch;
}

const char *evx_digest_list_missing(const struct evx_digest_list *e, size_t *i)
{
	while (*i < e->n) {
		const struct line *l = &e->lines[(*i)++];

		if (!l->seen)
			return l->name;
	}
	return NULL;
}
