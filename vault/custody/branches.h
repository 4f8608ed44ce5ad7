/* All branches of an exhibit that are known together: where copies part, that each release has one
 * answer and each lineage one holder (format-spec/events.md "Branches"). */
#ifndef EVX_CUSTODY_BRANCHES_H
#define EVX_CUSTODY_BRANCHES_H

#include "custody/chain.h"

/* An event that is known beside the chain: of a receipt, or of another bundle. */
struct evx_branch_event {
	const struct evx_event *event; /* read, and signed by all its signers */
	uint8_t hash[32];
	const char *name; /* what findings call where it is from; NULL: nothing */
};

struct evx_branches;
/* Joins the chain, judged, and n events beside it; those that the chain has are left out. All are
 * borrowed. roster: as for the chain, NULL: none. cancel NULL: never. EVX_E_MEMORY,
 * EVX_E_INTERRUPTED. */
enum evx_err evx_branches_new(const struct evx_chain_result *chain,
	const struct evx_branch_event *others, size_t n, const struct evx_rules_roster *roster,
	const struct evx_cancel *cancel, struct evx_branches **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_branches_free(struct evx_branches *b);

/* How the branch that begins with other event number leaves the chain. */
struct evx_parting {
	bool may;   /* copies may part there */
	bool claim; /* one of the two sides is the word of somebody unknown alone */
};
struct evx_parting evx_branches_parting(const struct evx_branches *b, size_t number);
/* True when the actor of other event number is a party of the exhibit, or trusted here. */
bool evx_branches_known(const struct evx_branches *b, size_t number);
/* Adds R-TWO-ANSWERS and R-TWO-HOLDERS. */
enum evx_err evx_branches_judge(const struct evx_branches *b, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Judges two chains of one exhibit that have the first common events in common, at least one:
 * findings (R-FORK unless copies may part there, R-TWO-ANSWERS, R-TWO-HOLDERS) as chain a's, and
 * how they part. Where one of the two goes on behind nothing but the other, nothing is found. name:
 * what to call b. cancel NULL: never. EVX_E_MEMORY, EVX_E_INTERRUPTED. */
enum evx_err evx_branches_compare(const struct evx_chain_result *a,
	const struct evx_chain_result *b, uint32_t common, const char *name,
	const struct evx_rules_roster *roster, const struct evx_cancel *cancel,
	struct evx_findings *findings, struct evx_parting *parting,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
