/* The plan of a seal: who will read it, what its details and its policy say, which hashes are
 * expected. Made after confinement, of what others wrote. */
#ifndef EVX_SEAL_SEAL_PLAN_H
#define EVX_SEAL_SEAL_PLAN_H

#include "format/details.h"
#include "format/digest_list.h"
#include "format/policy.h"
#include "seal/seal_inputs.h"
#include "seal/seal_target.h"

struct evx_seal_plan {
	struct evx_readers readers;
	struct evx_details details;
	struct evx_policy policy;
	struct evx_digest_list *expected; /* NULL: none */
};

/* Parses inputs and the home's cards into *plan, whose details may hold something already, and asks
 * opt->confirm: EVX_E_INTERRUPTED when it says no. What was planned is to be freed, also after an
 * error. */
enum evx_err evx_seal_plan_make(struct evx_home *h, const struct evx_seal_options *opt,
	const struct evx_seal_inputs *inputs, const struct evx_card *signer,
	const struct evx_seal_filing *filing, struct evx_seal_plan *plan,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_seal_plan_free(struct evx_seal_plan *plan);

#endif
