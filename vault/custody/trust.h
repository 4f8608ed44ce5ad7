/* Who signed, compared with the cards the caller trusts (format-spec/verification.md "Trust"). */
#ifndef EVX_CUSTODY_TRUST_H
#define EVX_CUSTODY_TRUST_H

#include "custody/cards.h"
#include "custody/chain.h"

/* Adds findings T-UNTRUSTED, T-RETIRED and T-NO-CARDS for the signers of the rightful part of the chain. */
enum evx_err evx_trust_judge(const struct evx_chain_result *chain, const struct evx_cards *trusted, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
