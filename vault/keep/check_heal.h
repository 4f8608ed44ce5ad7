/* Damaged packs of a vault replaced by the same packs from elsewhere. */
#ifndef EVX_KEEP_CHECK_HEAL_H
#define EVX_KEEP_CHECK_HEAL_H

#include "keep/check_one.h"
#include "keep/heal_source.h"
#include "people/home.h"

struct evx_check_healing {
	const struct evx_vault *vault;
	struct evx_heal_source *source; /* loaded */
	const char *from;               /* its name */
	const char *invocation;
	const struct evx_identity *id; /* who signs … */
	const struct evx_signer *signer;
	struct evx_known *known; /* … and whom this machine knows */
	struct evx_cancel *cancel;
};

/* Tries to replace every pack of found->damages, counts those replaced in found->result, and signs
 * a note about them in the custody record of each exhibit of found->bad. */
enum evx_err evx_check_heal(const struct evx_check_healing *healing, struct evx_check_found *found,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
