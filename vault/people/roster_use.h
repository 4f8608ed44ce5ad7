/* What the operations on rosters share. */
#ifndef EVX_PEOPLE_ROSTER_USE_H
#define EVX_PEOPLE_ROSTER_USE_H

#include "custody/rosters.h"
#include "people/home.h"

/* Fills *info, the caller's to free, from a verified file; known NULL: no roster is trusted here.
 */
enum evx_err evx_roster_use_info(const struct evx_roster_file *f, const struct evx_rosters *known,
	struct evx_roster_info *info, struct evx_diag *diag) EVX_MUST_CHECK;
/* Says of each agency whether scope (NULL: none) has it. */
void evx_roster_use_scope(struct evx_roster_info *info, const struct evx_roster_scope *scope);
/* Adds the agencies of r with one of these names. *found[i] is set for each name that r has.
 * EVX_E_MEMORY. */
enum evx_err evx_roster_use_scope_named(const struct evx_roster *r, const char *const *names,
	size_t n, bool *found, struct evx_roster_scope *scope) EVX_MUST_CHECK;

#endif
