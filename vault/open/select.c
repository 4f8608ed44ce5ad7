/* Which lines a list of paths means. */
#include "open/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/path.h"
#include "open/pattern.h"

#define PATTERN_MAX (4 * (size_t)EVX_PATH_MAX) /* every byte as an escape */

static enum evx_err take(const char *given, struct evx_select_path *out, struct evx_diag *diag)
{
	const char *p = given;
	struct evx_diag why = { 0 };
	enum evx_err err;
	size_t len;

	while (p[0] == '.' && p[1] == '/')
		p += 2;
	len = strlen(p);
	while (len > 1 && p[len - 1] == '/')
		len--;
	if (len <= PATTERN_MAX) {
		err = evx_pattern_new(p, len, &out->pattern, diag);
		if (err != EVX_OK)
			return err;
	}
	out->means = out->pattern == NULL ? EVX_SELECT_ITSELF : EVX_SELECT_PATTERN;
	if (out->pattern == NULL && evx_path_check(p, len, &why) != EVX_OK)
		return evx_fail(diag, EVX_E_USAGE, "'%.100s' is not a path inside an exhibit: %s",
			given, why.text);
	out->path = strndup(p, len);
	out->len = len;
	return out->path == NULL ? evx_fail_memory(diag) : EVX_OK;
}

enum evx_err evx_select_new(const char *const *paths, size_t n, const int64_t *since,
	struct evx_select *out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	out->at = calloc(n + 1, sizeof(*out->at));
	if (out->at == NULL)
		return evx_fail_memory(diag);
	out->has_since = since != NULL;
	out->since = since != NULL ? *since : 0;
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		out->n = i + 1;
		err = take(paths[i], &out->at[i], diag);
	}
	if (err != EVX_OK)
		evx_select_free(out);
	return err;
}

void evx_select_free(struct evx_select *s)
{
	for (size_t i = 0; i < s->n; i++) {
		evx_pattern_free(s->at[i].pattern);
		free(s->at[i].path);
	}
	free(s->at);
	free(s->dirs);
	free(s->above);
	evx_buf_free(&s->dir);
	memset(s, 0, sizeof(*s));
}

/* ---- One line --------------------------------------------------------------------------- */

static bool is_above(const char *dir, size_t dir_len, const char *path, size_t len)
{
	return len > dir_len && path[dir_len] == '/' && memcmp(dir, path, dir_len) == 0;
}

static bool is_path(const char *path, size_t len, const struct evx_entry *e)
{
	return len == e->path_len && memcmp(path, e->path, len) == 0;
}

/* Whether e is what the path means, or (beneath) stands below that. */
static bool fits(const struct evx_select_path *want, const struct evx_entry *e, bool beneath)
{
	const char *path = want->path;
	size_t len = want->len;

	if (want->means == EVX_SELECT_PATTERN)
		return beneath ? evx_pattern_match_beneath(want->pattern, e->path, e->path_len) :
				 evx_pattern_match(want->pattern, e->path, e->path_len);
	if (want->means == EVX_SELECT_SHOWN)
		path = evx_pattern_shown(want->pattern, &len);
	return is_path(path, len, e) || (beneath && is_above(path, len, e->path, e->path_len));
}

static bool is_recent(const struct evx_select *s, const struct evx_entry *e)
{
	/* Rounded down, so that the second that was asked for is whole. */
	return !s->has_since || !e->has_mtime || e->mtime.seconds >= s->since;
}

void evx_select_note(struct evx_select *s, const struct evx_entry *e)
{
	const char *shown;
	size_t len;

	for (size_t i = 0; i < s->n; i++) {
		if (s->at[i].means == EVX_SELECT_ITSELF)
			continue;
		shown = evx_pattern_shown(s->at[i].pattern, &len);
		if (is_path(s->at[i].path, s->at[i].len, e))
			s->at[i].means = EVX_SELECT_ITSELF;
		else if (is_path(shown, len, e))
			s->at[i].means = EVX_SELECT_SHOWN;
	}
}

static bool has(struct evx_select *s, const struct evx_entry *e, bool beneath)
{
	bool is = s->n == 0;

	for (size_t i = 0; i < s->n; i++)
		if (fits(&s->at[i], e, beneath))
			s->at[i].found = is = true;
	return is && is_recent(s, e);
}

bool evx_select_has(struct evx_select *s, const struct evx_entry *e)
{
	return has(s, e, true);
}

bool evx_select_has_itself(struct evx_select *s, const struct evx_entry *e)
{
	return has(s, e, false);
}

/* ---- Directories above what is meant ---------------------------------------------------- */

bool evx_select_wants_walk(const struct evx_select *s)
{
	bool wants = s->has_since;

	for (size_t i = 0; i < s->n; i++)
		wants |= s->at[i].means != EVX_SELECT_ITSELF;
	return wants;
}

enum evx_err evx_select_walk(
	struct evx_select *s, const struct evx_entry *e, uint64_t index, struct evx_diag *diag)
{
	struct evx_select_dir *dir;
	uint64_t *above;

	s->walked = true;
	while (s->ndirs > 0 &&
		!is_above(
			(const char *)s->dir.data, s->dirs[s->ndirs - 1].len, e->path, e->path_len))
		s->ndirs--;
	for (size_t i = evx_select_has(s, e) ? s->ndirs : 0; i > 0 && !s->dirs[i - 1].above; i--) {
		above = EVX_ARRAY_ADD(s->above, s->nabove);
		if (above == NULL)
			return evx_fail_memory(diag);
		*above = s->dirs[i - 1].index;
		s->dirs[i - 1].above = true;
	}
	if (e->type != EVX_DIR)
		return EVX_OK;
	dir = EVX_ARRAY_ADD(s->dirs, s->ndirs);
	if (dir == NULL)
		return evx_fail_memory(diag);
	*dir = (struct evx_select_dir){ .len = e->path_len, .index = index };
	evx_buf_reset(&s->dir);
	return evx_fail_buf(diag, evx_buf_add(&s->dir, e->path, e->path_len));
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void evx_select_walk_end(struct evx_select *s)
{
	if (s->nabove > 0)
		qsort(s->above, s->nabove, sizeof(*s->above), by_number);
}

bool evx_select_above(const struct evx_select *s, const struct evx_entry *e, uint64_t index)
{
	if (s->walked)
		return s->nabove > 0 &&
			bsearch(&index, s->above, s->nabove, sizeof(*s->above), by_number) != NULL;
	for (size_t i = 0; i < s->n; i++)
		if (is_above(e->path, e->path_len, s->at[i].path, s->at[i].len))
			return true;
	return false;
}

enum evx_err evx_select_check(const struct evx_select *s, struct evx_diag *diag)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->at[i].found)
			return evx_diag_in(diag, s->at[i].path,
				evx_fail(diag, EVX_E_NOT_FOUND,
					s->at[i].pattern != NULL ?
						"Nothing in the exhibit matches this pattern. To "
						"see its paths, run: evx list FILE" :
						"The exhibit has no such path. To see its paths, "
						"run: evx list FILE"));
	return EVX_OK;
}
