/* What the operations on rosters share. */
#ifndef EVX_OPS_ROSTER_H
#define EVX_OPS_ROSTER_H

#include "custody/rosters.h"
#include "ops/home.h"

/* Fills *info, the caller's to free, from a verified file; known NULL: no roster is trusted here. */
enum evx_err evx_roster_info_of(const struct evx_roster_file *f, const struct evx_rosters *known, struct evx_roster_info *info,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
