/* What the events of a chain say together: judged at its end, and asked before signing. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "custody/rules_inner.h"

static enum evx_err judge_all(struct evx_rules *r)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < r->n && err == EVX_OK; i++)
		err = evx_cancelled(r->cancel) ? EVX_E_INTERRUPTED :
						 evx_rules_event(r, (uint32_t)i);
	return err;
}

/* Only what counts needs the signers of a policy; who approved it later is known at the end. */
static enum evx_err judge_policies(struct evx_rules *r)
{
	enum evx_err err = EVX_OK;
	bool has, met;
	size_t i;

	for (i = 0; i < r->n && err == EVX_OK; i++) {
		if (evx_cancelled(r->cancel))
			return EVX_E_INTERRUPTED;
		if (!r->chain->at[i].rightful || r->chain->at[i].event.kind == EVX_EVENT_TAKE_OVER)
			continue;
		err = evx_rules_policy(r, (uint32_t)i, &has, &met);
		if (err == EVX_OK)
			err = evx_rules_locked_out(r, (uint32_t)i, has && met);
	}
	return err;
}

static void settle(struct evx_rules *r)
{
	evx_custody_state_free(&r->chain->state);
	r->chain->state = r->state;
	memset(&r->state, 0, sizeof(r->state));
}

/* The first event that is not rightful has a finding of its own; those after it may look good in
 * themselves. */
static enum evx_err say_what_follows(struct evx_rules *r)
{
	const unsigned first = (unsigned)r->n + 1, after = (unsigned)(r->chain->n - r->n) - 1;

	if (r->n == 0 || r->chain->n <= first)
		return EVX_OK;
	return evx_rules_note(r, first, "R-AFTER", EVX_WEIGHT_INFO,
		after == 1 ?
			EVX_SAID("Entry %04u is not good. The %u entry after it does not count.") :
			EVX_SAID("Entry %04u is not good. The %u entries after it do not count."),
		first - 1, after);
}

static enum evx_err fail(enum evx_err err, struct evx_diag *diag)
{
	return err == EVX_E_INTERRUPTED ? evx_fail(diag, err, "Interrupted. Nothing was changed.") :
					  evx_fail_memory(diag);
}

enum evx_err evx_rules_judge(struct evx_chain_result *chain, const struct evx_rules_roster *roster,
	int64_t now, const struct evx_cancel *cancel, struct evx_findings *findings,
	struct evx_diag *diag)
{
	struct evx_rules r = {
		.now = now, .cancel = cancel, .findings = findings, .n = chain->rightful
	};
	enum evx_err err;

	evx_rules_begin(&r, chain, roster);
	if ((err = judge_all(&r)) != EVX_OK || (err = judge_policies(&r)) != EVX_OK ||
		(r.n > 0 && (err = evx_rules_open_ends(&r)) != EVX_OK) ||
		(err = say_what_follows(&r)) != EVX_OK)
		goto out;
	settle(&r);
out:
	evx_rules_end(&r);
	return err == EVX_OK ? EVX_OK : fail(err, diag);
}

enum evx_err evx_rules_check(const struct evx_chain_result *chain, const struct evx_event *next,
	const struct evx_rules_roster *roster, struct evx_diag *diag)
{
	struct evx_findings findings = { 0 };
	struct evx_chain_result longer = { 0 };
	struct evx_diag refusal = { 0 };
	struct evx_rules r = { .now = next->time,
		.findings = &findings,
		.n = chain->n + 1,
		.watched = (uint32_t)chain->n,
		.refusal = &refusal };
	enum evx_err err;

	if (chain->n == 0 || chain->rightful < chain->n)
		return evx_fail(diag, EVX_E_CUSTODY,
			"Only the first %zu of %zu entries of this custody record are good. "
			"Nothing can be added. Run evx verify to see the fault.",
			chain->rightful, chain->n);
	if (next->kind == EVX_EVENT_OTHER || next->kind == EVX_EVENT_SEAL || next->nsigners == 0)
		return evx_fail(diag, EVX_E_USAGE,
			"rules: expected an event after the seal with its signers");
	longer.n = longer.rightful = chain->n + 1;
	longer.at = calloc(longer.n, sizeof(*longer.at));
	if (longer.at == NULL)
		return evx_fail_memory(diag);
	memcpy(longer.at, chain->at, chain->n * sizeof(*longer.at));
	longer.at[chain->n].event = *next; /* borrowed, as all the others */
	longer.at[chain->n].event.known = true;
	evx_rules_begin(&r, &longer, roster);
	err = judge_all(&r);
	if (err == EVX_OK)
		err = judge_policies(&r);
	evx_rules_end(&r);
	free(longer.at);
	evx_findings_free(&findings);
	if (err != EVX_OK)
		return fail(err, diag);
	return refusal.code == EVX_OK ? EVX_OK : evx_fail(diag, refusal.code, "%s", refusal.text);
}
