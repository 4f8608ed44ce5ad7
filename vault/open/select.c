/* Which lines a list of paths means. */
#include "open/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"

enum evx_err evx_select_new(
	const char *const *paths, size_t n, struct evx_select *out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	out->at = calloc(n + 1, sizeof(*out->at));
	out->n = 0;
	if (out->at == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		const char *p = paths[i];
		struct evx_diag why = { 0 };
		size_t len;

		while (p[0] == '.' && p[1] == '/')
			p += 2;
		len = strlen(p);
		while (len > 1 && p[len - 1] == '/')
			len--;
		if (evx_path_check(p, len, &why) != EVX_OK) {
			err = evx_fail(diag, EVX_E_USAGE,
				"'%.100s' is not a path inside an exhibit: %s", paths[i], why.text);
			break;
		}
		out->at[i].path = strndup(p, len);
		if (out->at[i].path == NULL)
			err = evx_fail_memory(diag);
		out->at[i].len = len;
		out->n = i + 1;
	}
	if (err != EVX_OK)
		evx_select_free(out);
	return err;
}

void evx_select_free(struct evx_select *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->at[i].path);
	free(s->at);
	s->at = NULL;
	s->n = 0;
}

static bool is_above(const char *dir, size_t dir_len, const char *path, size_t len)
{
	return len > dir_len && path[dir_len] == '/' && memcmp(dir, path, dir_len) == 0;
}

bool evx_select_has(struct evx_select *s, const char *path, size_t len)
{
	bool has = s->n == 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct evx_select_path *want = &s->at[i];
		bool same = want->len == len && memcmp(want->path, path, len) == 0;

		if (same || is_above(want->path, want->len, path, len)) {
			s->at[i].found = true;
			has = true;
		}
	}
	return has;
}

bool evx_select_above(const struct evx_select *s, const char *path, size_t len)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_above(path, len, s->at[i].path, s->at[i].len))
			return true;
	return false;
}

enum evx_err evx_select_check(const struct evx_select *s, struct evx_diag *diag)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->at[i].found)
			return evx_diag_in(diag, s->at[i].path,
				evx_fail(diag, EVX_E_NOT_FOUND,
					"The exhibit has no such path. To see its paths, run: evx "
					"list FILE"));
	return EVX_OK;
}
