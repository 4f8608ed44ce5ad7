#include <string.h>

#include "custody/rules_inner.h"

/* Distinct keys of the rule's list that signed an event or approved it. */
struct assent {
	const char *at[EVX_POLICY_KEYS_MAX];
	size_t n;
};

static void count_signers(const struct evx_policy_rule *rule, const struct evx_event *e, struct assent *out)
{
	size_t k, i;

	for (k = 0; k < e->nsigners; k++) {
		if (!evx_policy_rule_lists(rule, e->signers[k]))
			continue;
		for (i = 0; i < out->n && strcmp(out->at[i], e->signers[k]) != 0; i++)
			;
		if (i == out->n && out->n < EVX_POLICY_KEYS_MAX)
			out->at[out->n++] = e->signers[k];
	}
}

/* Approvals stand behind what they approve. A take-over waits for none: it makes a holder at once. */
static void count_approvals(const struct evx_rules *r, const struct evx_policy_rule *rule, uint32_t event, struct assent *out)
{
	const struct evx_chain_event *approved = &r->chain->at[event];
	size_t i;

	if (strcmp(approved->event.type, "take-over") == 0)
		return;
	for (i = event + 1; i < r->n; i++) {
		const struct evx_event *e = &r->chain->at[i].event;

		if (strcmp(e->type, "approve") == 0 && memcmp(e->fields.refers, approved->hash, sizeof approved->hash) == 0)
			count_signers(rule, e, out);
	}
}

/* True when a signer but the actor is neither on the list, nor ever held the exhibit, nor is about to. */
static bool has_witness(const struct evx_rules *r, const struct evx_policy_rule *rule, uint32_t event)
{
	const struct evx_event *e = &r->chain->at[event].event;
	size_t k;

	for (k = 1; k < e->nsigners; k++)
		if (!evx_policy_rule_lists(rule, e->signers[k]) && !evx_rules_held(r, e->signers[k], event) &&
			strcmp(e->fields.counterparty, e->signers[k]) != 0)
			return true;
	return false;
}

static enum evx_err judge_rule(struct evx_rules *r, const struct evx_policy_rule *rule, uint32_t event, bool *met)
{
	const struct evx_event *e = &r->chain->at[event].event;
	struct assent assent = { { NULL }, 0 };
	enum evx_err err = EVX_OK;

	count_signers(rule, e, &assent);
	count_approvals(r, rule, event, &assent);
	if (assent.n < rule->need) {
		*met = false;
		err = evx_rules_note(r, event, "R-POLICY", EVX_WEIGHT_GAP,
			"The policy of the seal asks for %u of %zu named signers for event %04u (%s), and %zu of them signed.", (unsigned)rule->need, rule->nof,
			(unsigned)event, e->type, assent.n);
		if (err == EVX_OK)
			err = evx_rules_miss(r, event, "%u more of the signers that the policy names for event %04u", (unsigned)(rule->need - assent.n),
				(unsigned)event);
	}
	if (err == EVX_OK && rule->witness && !has_witness(r, rule, event)) {
		*met = false;
		err = evx_rules_note(r, event, "R-WITNESS", EVX_WEIGHT_GAP,
			"The policy of the seal asks for a witness from outside the chain of holders for event %04u (%s), and none signed.", (unsigned)event,
			e->type);
		if (err == EVX_OK)
			err = evx_rules_miss(r, event, "a witness for event %04u", (unsigned)event);
	}
	return err;
}

enum evx_err evx_rules_policy(struct evx_rules *r, uint32_t event, bool *has, bool *met)
{
	const struct evx_policy *policy = &r->chain->at[0].event.seal.policy;
	enum evx_err err = EVX_OK;
	size_t i;

	*has = false;
	*met = true;
	for (i = 0; i < policy->n && err == EVX_OK; i++) {
		if (!evx_policy_rule_covers(&policy->at[i], r->chain->at[event].event.type))
			continue;
		*has = true;
		err = judge_rule(r, &policy->at[i], event, met);
	}
	return err;
}
