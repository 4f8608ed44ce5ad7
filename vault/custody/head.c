/* What outside its signer pins the end of a chain. */
#include "custody/head.h"

#include <string.h>

/* An acceptance has a receipt on the other side, and its release stands open without it; a second
 * signer knows of the event. */
static bool is_pinned(
	const struct evx_chain_result *chain, size_t number, const struct evx_stamp_proof *proofs)
{
	const struct evx_event *e = &chain->at[number].event;

	if (number < chain->told || (proofs != NULL && proofs[number].proven))
		return true;
	return chain->at[number].rightful && (e->nsigners > 1 || e->kind == EVX_EVENT_ACCEPT);
}

enum evx_err evx_head_judge(const struct evx_chain_result *chain,
	const struct evx_stamp_proof *proofs, struct evx_findings *findings, struct evx_diag *diag)
{
	const size_t last = chain->rightful;
	size_t pinned = last;
	enum evx_err err;

	while (pinned > 0 && !is_pinned(chain, pinned - 1, proofs))
		pinned--;
	if (pinned == last)
		return EVX_OK;
	err = evx_findings_add(findings, "R-HEAD", EVX_WEIGHT_INFO, (uint32_t)last - 1, NULL,
		"Nobody else confirms this custody record from entry %04zu on. If later entries "
		"had been removed, this check could not tell. Ask the sender for receipts.",
		pinned);
	return evx_fail_buf(diag, err);
}
