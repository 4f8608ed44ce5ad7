/* Events of unknown signers, and the question before they are taken: one for bundles imported and
 * for receipts appended (format-spec/verification.md "Known and unknown"). */
#ifndef EVX_JUDGE_CLAIMS_H
#define EVX_JUDGE_CLAIMS_H

#include "custody/chain.h"
#include "evx.h"

/* Zero-initialise but for whom to ask; confirm NULL: nobody, and nothing is taken. */
struct evx_claims {
	evx_claims_confirm_fn confirm;
	void *ctx;
	bool allowed;              /* it was asked, and the answer was yes: it is not asked again */
	struct evx_claim_info *at; /* the claims that were found */
	size_t n;
};

/* Fills c->at with the claims among the events of the chain from number `from` on. What was there
 * before is forgotten. */
enum evx_err evx_claims_find(struct evx_claims *c, const struct evx_chain_result *chain,
	size_t from, struct evx_diag *diag) EVX_MUST_CHECK;
/* True when there are claims that nobody was asked about. */
bool evx_claims_open(const struct evx_claims *c);
/* Asks about them, if they are open. EVX_E_STRANGER when they are not to be taken. */
enum evx_err evx_claims_ask(struct evx_claims *c, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_claims_free(struct evx_claims *c);

#endif
