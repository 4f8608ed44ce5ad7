/* An exhibit that was loaded, judged: time-stamps, trust, what keys open, and the report of it.
 * What verify and check share. */
#ifndef EVX_JUDGE_VERIFY_JUDGE_H
#define EVX_JUDGE_VERIFY_JUDGE_H

#include "custody/trust.h"
#include "evx.h"
#include "open/exhibit.h"
#include "open/given_code.h"
#include "store/vault.h"

struct evx_verify_basis {
	const struct evx_cards *cards; /* trusted */
	const struct evx_rosters *rosters;
	const struct evx_inputs *authorities; /* certificates of time-stamp authorities, as files;
						 NULL: none */
	const struct evx_identity *reader;    /* whose keys open it, NULL: nobody's … */
	const struct evx_vault *vault; /* … and the identities of this vault, as far as they are
					  open; NULL: none but those of a vault around the exhibit
					*/
	const struct evx_given_code *code; /* NULL: none was given */
	bool deep, hashes, reveal_custody; /* as in struct evx_verify_options */
	unsigned jobs;
	struct evx_progress *progress;
	const struct evx_cancel *cancel;
};
/* Fills report, which is the caller's to free in any case. EVX_E_KEY when keys were given and none
 * of them opens an exhibit that is usable, or, with deep, no contents. */
enum evx_err evx_verify_judge(struct evx_exhibit *ex, const struct evx_verify_basis *basis,
	struct evx_report *report, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
