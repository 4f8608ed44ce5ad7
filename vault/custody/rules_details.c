/* What opened details add. */
#include <string.h>

#include "base/path.h"
#include "custody/rules_inner.h"

/* True when key is that of a signer of the event, its counterparty, or of any holder up to it: no
 * witness from outside. */
static bool is_inside(const struct evx_chain_result *chain, uint32_t number, const char *key)
{
	const struct evx_event *e = &chain->at[number].event;
	const struct evx_keyset_entry *held = evx_keyset_find(&chain->state.held, key);

	for (size_t k = 0; k < e->nsigners; k++)
		if (strcmp(key, e->signers[k]) == 0)
			return true;
	if (strcmp(key, e->fields.counterparty) == 0)
		return true;
	return held != NULL && held->since <= number;
}

static enum evx_err judge_clock(
	uint32_t number, const struct evx_details *d, struct evx_findings *findings)
{
	char shown[128];
	const char *offset = d->clock.offset_seconds;

	if (d->clock.has_synchronised && !d->clock.synchronised)
		return evx_findings_add(findings, "R-CLOCK", EVX_WEIGHT_REMARK, number, NULL,
			"The clock of the computer that signed entry %04u was not synchronised.",
			(unsigned)number);
	if (offset == NULL || strspn(offset, "+-0.") == strlen(offset))
		return EVX_OK;
	evx_text_escape(offset, strlen(offset), shown, sizeof(shown));
	return evx_findings_add(findings, "R-CLOCK", EVX_WEIGHT_REMARK, number, NULL,
		"The clock of the computer that signed entry %04u was wrong by %s seconds, as its "
		"signer says.",
		(unsigned)number, shown);
}

enum evx_err evx_rules_judge_details(const struct evx_chain_result *chain, uint32_t number,
	const struct evx_details *details, struct evx_findings *findings, struct evx_diag *diag)
{
	char shown[160];
	enum evx_err err;
	size_t i;

	if (number >= chain->n || !chain->at[number].decoded)
		return evx_fail(
			diag, EVX_E_USAGE, "rules: expected details of an event of the chain");
	err = judge_clock(number, details, findings);
	for (i = 0; err == EVX_OK && i < details->witnesses.n; i++) {
		const struct evx_details_person *w = &details->witnesses.at[i];
		const char *name = w->person != NULL ? w->person : "somebody without a name";

		if (w->signing == NULL || !is_inside(chain, number, w->signing))
			continue;
		evx_text_escape(name, strlen(name), shown, sizeof(shown));
		err = evx_findings_add(findings, "R-WITNESS-INSIDE", EVX_WEIGHT_REMARK, number,
			NULL,
			"%s, the witness named in entry %04u, is not independent: they signed it, "
			"received the exhibit, or held it before.",
			shown, (unsigned)number);
	}
	return evx_fail_buf(diag, err);
}
