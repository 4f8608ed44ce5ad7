/* Private to roster*.c. */
#ifndef EVX_CUSTODY_ROSTER_INNER_H
#define EVX_CUSTODY_ROSTER_INNER_H

#include "custody/roster_versions.h"

/* All rules of a version but its signatures: what it keeps of the newest version in f, its keys,
 * and that its signers are enough. */
enum evx_err evx_roster_check(const struct evx_roster_file *f, const struct evx_roster *next,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
