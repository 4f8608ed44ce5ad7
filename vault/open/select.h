/* Which lines a list of exhibit paths means: the paths themselves and all beneath them. */
#ifndef EVX_OPEN_SELECT_H
#define EVX_OPEN_SELECT_H

#include "base/err.h"

struct evx_select {
	struct evx_select_path {
		char *path;
		size_t len;
		bool found;
	} * at;
	size_t n; /* 0: everything is meant */
};

/* Takes n paths; "./" before and "/" behind are dropped. EVX_E_USAGE for a path no listing can
 * hold. */
enum evx_err evx_select_new(const char *const *paths, size_t n, struct evx_select *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_select_free(struct evx_select *s);
/* True when path is meant; remembers which of the paths was found. */
bool evx_select_has(struct evx_select *s, const char *path, size_t len);
/* True when path is a directory above a path that is meant. */
bool evx_select_above(const struct evx_select *s, const char *path, size_t len);
/* EVX_E_NOT_FOUND naming the first path that no line matched. */
enum evx_err evx_select_check(const struct evx_select *s, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
