/* The question about events of unknown signers, the same at every command that takes events in. */
#ifndef CLI_CLAIMS_H
#define CLI_CLAIMS_H

#include "cli.h"

struct cli_claims {
	struct cli *cli;
	bool yes;         /* --yes */
	const char *from; /* the file that the events are in */
};

/* An evx_claims_confirm_fn; ctx: a struct cli_claims. Lists the events on standard error, with what
 * each would say, and asks. False without a terminal, unless
 * --yes was given. */
bool cli_claims_confirm(void *ctx, const struct evx_claim_info *claims, size_t n);

#endif
