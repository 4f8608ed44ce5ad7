/* Hashes noted elsewhere (`seal --expect-hash`), compared while sealing. */
#include "format/digest_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "format/digest_line.h"

/* How a line's name can mean a file: with something of the source's own path before it, or as it is
 * seen from within the source. */
enum reading { OUTSIDE, INSIDE, READINGS };

/* The files that a line can mean by one reading. */
struct fit {
	unsigned n;    /* 2: two or more */
	bool disagree; /* one of them at least has another digest, or none */
	bool found_any;
	uint8_t found[32]; /* of the first that disagrees, and */
	char *path;        /* its path */
};

struct line {
	char *name;
	uint8_t digest[32];
	uint8_t len;
	struct fit fit[READINGS];
};

/* What may stand before a file's path in its source. */
struct source {
	char *name;
	char **prefix; /* "" stands for none */
	size_t n;
};

struct evx_digest_list {
	struct line *lines; /* sorted by name, several digests of one file side by side */
	size_t n;
	struct source *sources;
	size_t nsources;
	struct evx_buf scratch;
	uint64_t unlisted;
	bool sha1, md5;
	bool outside; /* every line has a source's path before it */
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct line *)a)->name, ((const struct line *)b)->name);
}

/* Leaves out "." and empty components, in place. */
static void normalise(char *path)
{
	const bool absolute = path[0] == '/';
	char *from = path, *to = path + absolute;

	while (*from != '\0') {
		size_t n = strcspn(from, "/");

		if (n > 0 && !(n == 1 && from[0] == '.')) {
			if (to > path + absolute)
				*to++ = '/';
			memmove(to, from, n);
			to += n;
		}
		from += n + (from[n] == '/');
	}
	*to = '\0';
}

static enum evx_err add_lines(
	struct evx_digest_list *e, struct evx_digest_line *l, struct evx_diag *diag)
{
	for (size_t i = 0; i < l->n; i++) {
		struct line *at = EVX_ARRAY_ADD(e->lines, e->n);

		if (at == NULL || (at->name = strdup(l->name)) == NULL)
			return evx_fail_memory(diag);
		normalise(at->name);
		at->len = l->digest[i].len;
		memcpy(at->digest, l->digest[i].bytes, at->len);
		e->sha1 = e->sha1 || at->len == 20;
		e->md5 = e->md5 || at->len == 16;
	}
	return EVX_OK;
}

static enum evx_err parse_all(
	struct evx_digest_list *e, const uint8_t *at, size_t n, struct evx_diag *diag)
{
	struct evx_digest_form form = { 0 };
	struct evx_digest_line line;
	enum evx_err err;

	if (n >= 2 && ((at[0] == 0xFF && at[1] == 0xFE) || (at[0] == 0xFE && at[1] == 0xFF)))
		return evx_fail(diag, EVX_E_CORRUPT,
			"The list of hashes is in UTF-16. Nothing was sealed. Save the list in "
			"UTF-8, and try again.");
	if (n >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0) {
		at += 3;
		n -= 3;
	}
	for (uint64_t number = 1; n > 0; number++) {
		const uint8_t *lf = memchr(at, '\n', n);
		size_t len = lf == NULL ? n : (size_t)(lf - at), used = lf == NULL ? n : len + 1;

		if (len > 0 && at[len - 1] == '\r')
			len--;
		if ((err = evx_digest_line_parse(&form, at, len, number, &line, diag)) != EVX_OK)
			return err;
		err = add_lines(e, &line, diag);
		evx_digest_line_free(&line);
		if (err != EVX_OK)
			return err;
		at += used;
		n -= used;
	}
	return e->n > 0 ? EVX_OK :
			  evx_fail(diag, EVX_E_CORRUPT,
				  "The list of hashes has no line with a hash. Nothing was sealed. "
				  "Check the file.");
}

enum evx_err evx_digest_list_parse(
	const void *p, size_t n, struct evx_digest_list **out, struct evx_diag *diag)
{
	struct evx_digest_list *e = calloc(1, sizeof(*e));
	enum evx_err err;

	*out = NULL;
	if (e == NULL)
		return evx_fail_memory(diag);
	if ((err = parse_all(e, p, n, diag)) != EVX_OK)
		goto out;
	qsort(e->lines, e->n, sizeof(*e->lines), by_name);
	*out = e;
	e = NULL;
out:
	evx_digest_list_free(e);
	return err;
}

void evx_digest_list_free(struct evx_digest_list *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->n; i++) {
		free(e->lines[i].name);
		for (int r = 0; r < READINGS; r++)
			free(e->lines[i].fit[r].path);
	}
	for (size_t i = 0; i < e->nsources; i++) {
		free(e->sources[i].name);
		for (size_t j = 0; j < e->sources[i].n; j++)
			free(e->sources[i].prefix[j]);
		free(e->sources[i].prefix);
	}
	free(e->lines);
	free(e->sources);
	evx_buf_free(&e->scratch);
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

/* What follows the path in name: "" when it is the path, NULL when it is another. */
static const char *below(const char *name, const char *path)
{
	const size_t n = strlen(path);

	if (n == 0 || strncmp(name, path, n) != 0)
		return NULL;
	if (name[n] == '\0' || path[n - 1] == '/')
		return name + n;
	return name[n] == '/' ? name + n + 1 : NULL;
}

static enum evx_err add_prefix(struct source *s, const char *text)
{
	char *copy = strdup(text), **at;

	if (copy == NULL)
		return EVX_E_MEMORY;
	normalise(copy);
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->prefix[i], copy) == 0) {
			free(copy);
			return EVX_OK;
		}
	at = EVX_ARRAY_ADD(s->prefix, s->n);
	if (at == NULL) {
		free(copy);
		return EVX_E_MEMORY;
	}
	*at = copy;
	return EVX_OK;
}

static bool is_outside(const struct evx_digest_list *e, const char *name)
{
	for (size_t i = 0; i < e->nsources; i++)
		for (size_t j = 0; j < e->sources[i].n; j++)
			if (below(name, e->sources[i].prefix[j]) != NULL)
				return true;
	return false;
}

enum evx_err evx_digest_list_source(
	struct evx_digest_list *e, const char *name, const char *argument, const char *real)
{
	struct source *s = EVX_ARRAY_ADD(e->sources, e->nsources);
	enum evx_err err;

	if (s == NULL || (s->name = strdup(name)) == NULL)
		return EVX_E_MEMORY;
	if ((err = add_prefix(s, argument)) != EVX_OK || (err = add_prefix(s, name)) != EVX_OK ||
		(real != NULL && (err = add_prefix(s, real)) != EVX_OK))
		return err;
	/* All ends of the real path: a list that was made somewhere above the source. */
	for (const char *end = real; end != NULL && err == EVX_OK;) {
		if (end[0] == '/')
			end++;
		if (end[0] == '\0')
			break;
		err = add_prefix(s, end);
		end = strchr(end, '/');
	}
	e->outside = true;
	for (size_t i = 0; i < e->n && e->outside; i++)
		e->outside = is_outside(e, e->lines[i].name);
	return err;
}

/* The first line of this name, or the number of the lines. */
static size_t find(const struct evx_digest_list *e, const char *name)
{
	size_t lo = 0, hi = e->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(e->lines[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < e->n && strcmp(e->lines[lo].name, name) == 0 ? lo : e->n;
}

static const uint8_t *digest_of(const struct evx_entry *e, size_t len)
{
	return len == 32  ? (e->has_sha256 ? e->sha256 : NULL) :
		len == 20 ? (e->has_sha1 ? e->sha1 : NULL) :
			    (e->has_md5 ? e->md5 : NULL);
}

static enum evx_err compare(struct line *l, enum reading reading, const struct evx_entry *entry)
{
	struct fit *f = &l->fit[reading];
	const uint8_t *found = digest_of(entry, l->len);

	f->n += f->n < 2;
	if ((found != NULL && memcmp(found, l->digest, l->len) == 0) || f->disagree)
		return EVX_OK;
	f->path = strdup(entry->path);
	if (f->path == NULL)
		return EVX_E_MEMORY;
	f->disagree = true;
	f->found_any = found != NULL;
	if (found != NULL)
		memcpy(f->found, found, l->len);
	return EVX_OK;
}

/* Compares with the lines called prefix/rest. */
static enum evx_err check_named(struct evx_digest_list *e, const char *prefix, const char *rest,
	enum reading reading, const struct evx_entry *entry, bool *any)
{
	struct evx_buf *b = &e->scratch;
	const size_t n = strlen(prefix);
	enum evx_err err;

	b->len = 0;
	if ((err = evx_buf_adds(b, prefix)) != EVX_OK ||
		(n > 0 && prefix[n - 1] != '/' && *rest != '\0' &&
			(err = evx_buf_adds(b, "/")) != EVX_OK) ||
		(err = evx_buf_adds(b, rest)) != EVX_OK || (err = evx_buf_cstr(b)) != EVX_OK)
		return err;
	if (b->data[0] == '\0')
		return EVX_OK;
	for (size_t i = find(e, (const char *)b->data);
		i < e->n && strcmp(e->lines[i].name, (const char *)b->data) == 0; i++) {
		*any = true;
		if ((err = compare(&e->lines[i], reading, entry)) != EVX_OK)
			return err;
	}
	return EVX_OK;
}

enum evx_err evx_digest_list_check(struct evx_digest_list *e, const struct evx_entry *entry)
{
	const char *slash = strchr(entry->path, '/');
	const size_t n = slash == NULL ? strlen(entry->path) : (size_t)(slash - entry->path);
	const char *rest = slash == NULL ? "" : slash + 1;
	const struct source *s = NULL;
	bool any = false, inside = false;
	enum evx_err err = EVX_OK;

	if (entry->type != EVX_FILE)
		return EVX_OK;
	for (size_t i = 0; i < e->nsources && s == NULL; i++)
		if (strlen(e->sources[i].name) == n &&
			memcmp(e->sources[i].name, entry->path, n) == 0)
			s = &e->sources[i];
	if (s == NULL)
		err = check_named(e, entry->path, "", OUTSIDE, entry, &any);
	for (size_t i = 0; s != NULL && i < s->n && err == EVX_OK; i++) {
		inside = inside || s->prefix[i][0] == '\0';
		err = check_named(e, s->prefix[i], rest, OUTSIDE, entry, &any);
	}
	if (err == EVX_OK && !inside)
		err = check_named(e, "", rest, INSIDE, entry, &any);
	e->unlisted += !any;
	return err;
}

/* The reading by which the line is judged; READINGS when it can mean two files. */
static enum reading judged(const struct evx_digest_list *e, const struct line *l)
{
	const struct fit *out = &l->fit[OUTSIDE], *in = &l->fit[INSIDE];
	const bool all_agree = !out->disagree && !in->disagree;

	if (out->n == 0)
		return in->n > 1 && !all_agree ? READINGS : INSIDE;
	/* A list that names the source in each line was made outside it. */
	if (in->n == 0 || e->outside)
		return out->n > 1 && out->disagree ? READINGS : OUTSIDE;
	return all_agree ? OUTSIDE : READINGS;
}

bool evx_digest_list_result(
	const struct evx_digest_list *e, size_t i, struct evx_digest_result *out)
{
	const struct line *l;
	const struct fit *f;
	enum reading reading;

	if (i >= e->n)
		return false;
	l = &e->lines[i];
	reading = judged(e, l);
	*out = (struct evx_digest_result){ .path = l->name,
		.algorithm = l->len == 32 ? "sha256" :
			l->len == 20      ? "sha1" :
					    "md5",
		.len = l->len,
		.expected = l->digest };
	if (reading == READINGS) {
		out->outcome = EVX_DIGEST_AMBIGUOUS;
		return true;
	}
	f = &l->fit[reading];
	out->outcome = f->n == 0 ? EVX_DIGEST_MISSING :
		f->disagree      ? EVX_DIGEST_MISMATCHED :
				   EVX_DIGEST_MATCHED;
	if (f->disagree) {
		out->path = f->path;
		out->found = f->found_any ? f->found : NULL;
	}
	return true;
}

uint64_t evx_digest_list_unlisted(const struct evx_digest_list *e)
{
	return e->unlisted;
}
