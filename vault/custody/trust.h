/* Who signed, compared with whom the caller trusts (format-spec/verification.md "Trust"). */
#ifndef EVX_CUSTODY_TRUST_H
#define EVX_CUSTODY_TRUST_H

#include "custody/cards.h"
#include "custody/chain.h"
#include "custody/rosters.h"

struct evx_trust_basis {
	const struct evx_cards *cards;
	const struct evx_rosters *rosters;  /* NULL: none */
	const int64_t *proven_before;       /* by event number: the time before which trusted time-stamps prove it to exist, EVX_NOT_PROVEN where none
	                                     * does; NULL: nowhere */
	size_t nproven;
};

/* Adds findings T-UNTRUSTED, T-RETIRED, T-NOT-YET, T-EXPIRED, T-REVOKED, T-COMPROMISED and T-NO-CARDS for the signers of the rightful part
 * of the chain. */
enum evx_err evx_trust_judge(const struct evx_chain_result *chain, const struct evx_trust_basis *basis, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
