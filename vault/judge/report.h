/* Filling the public report from what an exhibit showed. */
#ifndef EVX_JUDGE_REPORT_H
#define EVX_JUDGE_REPORT_H

#include "custody/stamp.h"
#include "custody/trust.h"
#include "open/exhibit.h"

/* Facts, events and readers of the loaded exhibit. basis: whom to name as known. */
enum evx_err evx_report_facts(struct evx_report *r, const struct evx_exhibit *ex,
	const struct evx_trust_basis *basis, struct evx_diag *diag) EVX_MUST_CHECK;
/* The chain's events (report_events.c), and where the exhibit is at the end of it. */
enum evx_err evx_report_events(struct evx_report *r, const struct evx_chain_result *chain,
	const struct evx_trust_basis *basis, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_report_branches(
	struct evx_report *r, const struct evx_chain_result *chain) EVX_MUST_CHECK;
enum evx_err evx_report_holding(struct evx_report *r, const struct evx_chain_result *chain,
	const struct evx_trust_basis *basis, struct evx_diag *diag) EVX_MUST_CHECK;
/* The original of a disclosure: chain is its custody record, own what the disclosure's seal says,
 * proofs those of the original's events (NULL: none). */
enum evx_err evx_report_origin_facts(struct evx_report *r, const struct evx_chain_result *chain,
	const struct evx_seal_fields *own, const struct evx_trust_basis *basis,
	const struct evx_stamp_proof *proofs, struct evx_diag *diag) EVX_MUST_CHECK;
/* The SHA-256 of the file as sealed and as it is, as evx_sealed_hash. */
enum evx_err evx_report_hashes(struct evx_report *r, const struct evx_exhibit *ex,
	struct evx_progress *progress, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* What time-stamps prove of each event: proofs has one element for each event of the rightful part.
 */
void evx_report_proofs(
	struct evx_report *r, const struct evx_exhibit *ex, const struct evx_stamp_proof *proofs);
/* The same of one event; one that nothing proves stays as it is. */
void evx_report_proof(struct evx_report_event *e, const struct evx_stamp_proof *proof);
/* Opens the details of each event with the custody key (those for named cards with the identity's
 * own), where the exhibit was unlocked; what does not open, and what the details show, are
 * findings. Names that they give fill in where no trusted card does (report_details.c). */
enum evx_err evx_report_details(
	struct evx_report *r, struct evx_exhibit *ex, struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes the exhibit's custody identities that were opened, which are secrets. EVX_E_KEY when there
 * is none. */
enum evx_err evx_report_reveal(
	struct evx_report *r, const struct evx_exhibit *ex, struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds a sentence to what was not checked. */
enum evx_err evx_report_not_checked(struct evx_report *r, const char *text) EVX_MUST_CHECK;
/* Copies the findings, the most severe first, and the verdict over them. */
enum evx_err evx_report_verdict(
	struct evx_report *r, const struct evx_exhibit *ex, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
