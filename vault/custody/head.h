/* What outside its signer pins the end of a chain (format-spec/verification.md "The head"). */
#ifndef EVX_CUSTODY_HEAD_H
#define EVX_CUSTODY_HEAD_H

#include "custody/chain.h"
#include "custody/stamp.h"

/* Adds R-HEAD unless the last event of the rightful part is pinned. proofs: as evx_stamp_settle
 * leaves them, one for each of the rightful events; NULL: nothing is proven. */
enum evx_err evx_head_judge(const struct evx_chain_result *chain,
	const struct evx_stamp_proof *proofs, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
