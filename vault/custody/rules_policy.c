/* Who else had to sign. */
#include <string.h>

#include "base/hash_equal.h"
#include "custody/rules_inner.h"

/* Distinct keys of the rule's list that signed an event. */
struct assent {
	const char *at[EVX_POLICY_KEYS_MAX];
	size_t n;
};

static void count_signers(
	const struct evx_policy_rule *rule, const struct evx_event *e, struct assent *out)
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

/* True when the event has the key for a signer. */
static bool signs(const struct evx_event *e, const char *key)
{
	size_t k;

	for (k = 0; k < e->nsigners; k++)
		if (strcmp(e->signers[k], key) == 0)
			return true;
	return false;
}

/* True when the key, or one for which it acts or that acts for it, was in the set up to event. */
static bool is_among(const struct evx_rules *r, const struct evx_keyset *set, uint32_t event,
	const char *key, int64_t time)
{
	const struct evx_keyset_entry *own = evx_keyset_find(set, key);

	if (own != NULL && own->since <= event)
		return true;
	/* Whom no roster names acts for nobody: with thousands of events nothing asks of each. */
	if (r->roster->acts_for == NULL ||
		(r->roster->names != NULL && !r->roster->names(r->roster->ctx, key)))
		return false;
	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].since <= event && evx_rules_one_party(r, key, set->at[i].key, time))
			return true;
	return false;
}

/* True when the key, or one for which it acts or that acts for it, has part in the event or in what
 * became of the exhibit up to it. */
static bool took_part(const struct evx_rules *r, uint32_t event, const char *key)
{
	const struct evx_chain_event *about = &r->chain->at[event];
	const int64_t time = about->event.time;
	size_t i;

	if (evx_rules_one_party(r, key, about->event.signers[0], time) ||
		(about->event.fields.counterparty[0] != '\0' &&
			evx_rules_one_party(r, key, about->event.fields.counterparty, time)) ||
		is_among(r, &r->holders, event, key, time) ||
		is_among(r, &r->receivers, event, key, time))
		return true;
	for (i = event + (size_t)1; i < r->n; i++) {
		const struct evx_chain_event *at = &r->chain->at[i];

		if (at->rightful && at->event.kind == EVX_EVENT_APPROVE &&
			evx_hash_equal(at->event.fields.refers, about->hash) &&
			signs(&at->event, key))
			return true;
	}
	return false;
}

/* True when a signer but the actor is neither on the list, nor took part in any other way. */
static bool has_witness(
	const struct evx_rules *r, const struct evx_policy_rule *rule, uint32_t event)
{
	const struct evx_event *e = &r->chain->at[event].event;
	size_t k;

	for (k = 1; k < e->nsigners; k++)
		if (!evx_policy_rule_lists(rule, e->signers[k]) &&
			!took_part(r, event, e->signers[k]))
			return true;
	return false;
}

static enum evx_err judge_rule(
	struct evx_rules *r, const struct evx_policy_rule *rule, uint32_t event, bool *met)
{
	const struct evx_event *e = &r->chain->at[event].event;
	struct assent assent = { { NULL }, 0 };
	enum evx_err err = EVX_OK;

	count_signers(rule, e, &assent);
	if (assent.n < rule->need) {
		*met = false;
		err = evx_rules_note(r, event, "R-POLICY", EVX_WEIGHT_GAP,
			"The seal's policy requires %u of %zu named signers for entry %04u (%s). "
			"Only %zu of them signed.",
			(unsigned)rule->need, rule->nof, (unsigned)event, e->type, assent.n);
		if (err == EVX_OK)
			err = evx_rules_miss(r, event,
				"%u more of the signers whom the policy names for entry %04u",
				(unsigned)(rule->need - assent.n), (unsigned)event);
	}
	if (err == EVX_OK && rule->witness && !has_witness(r, rule, event)) {
		*met = false;
		err = evx_rules_note(r, event, "R-WITNESS", EVX_WEIGHT_GAP,
			"The seal's policy requires an independent witness for entry %04u (%s). "
			"None signed.",
			(unsigned)event, e->type);
		if (err == EVX_OK)
			err = evx_rules_miss(r, event, "a witness for entry %04u", (unsigned)event);
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
		if (!evx_policy_rule_covers(&policy->at[i], r->chain->at[event].event.kind))
			continue;
		*has = true;
		err = judge_rule(r, &policy->at[i], event, met);
	}
	return err;
}
