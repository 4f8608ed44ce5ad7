/* Release, accept, refuse, withdraw, take-over. */
#include <string.h>

#include "base/hash_equal.h"
#include "custody/rules_inner.h"

/* Whether a release stands open and is the one that e refers to. */
static bool answers_open(const struct evx_rules *r, uint32_t release)
{
	return r->state.release_open && release == r->state.release;
}

enum evx_err evx_rules_release(struct evx_rules *r, const struct evx_event *e)
{
	enum evx_err err;

	if (r->state.release_open)
		return evx_rules_forbid(r, "R-RELEASE",
			"Entry %04u releases the exhibit, but release %04u has no answer yet.",
			(unsigned)r->at, (unsigned)r->state.release);
	if (strcmp(e->fields.counterparty, r->state.holder) == 0)
		return evx_rules_forbid(r, "R-RELEASE",
			"Entry %04u releases the exhibit to its own holder.", (unsigned)r->at);
	r->state.release_open = true;
	r->state.release = r->at;
	memcpy(r->state.receiver, e->fields.counterparty, sizeof(r->state.receiver));
	err = evx_rules_add_party(r, e->signers[0]); /* of an office whoever released; he may
							withdraw */
	return err == EVX_OK ? evx_rules_add_party(r, r->state.receiver) : err;
}

static void close_release(struct evx_rules *r)
{
	r->marks[r->state.release].answer = r->at;
	r->state.release_open = false;
	r->state.release = 0;
	memset(r->state.receiver, 0, sizeof(r->state.receiver));
}

/* Says why an answer answers nothing. */
static enum evx_err forbid_answer(struct evx_rules *r, const struct evx_event *e, uint32_t release)
{
	if (!evx_rules_is(r, release, EVX_EVENT_RELEASE))
		return evx_rules_forbid(r, "R-ANSWER",
			"Entry %04u (%s) answers a release that is not in this custody record.",
			(unsigned)r->at, e->type);
	return evx_rules_forbid(r, "R-ANSWER",
		"Entry %04u (%s) answers release %04u, but entry %04u (%s) has answered that "
		"release before.",
		(unsigned)r->at, e->type, (unsigned)release, (unsigned)r->marks[release].answer,
		r->chain->at[r->marks[release].answer].event.type);
}

/* The acceptance says which chain the receiver saw: what was there must be there still. */
static enum evx_err judge_seen(struct evx_rules *r, const struct evx_event *e)
{
	uint32_t length = e->fields.seen_length;

	if (length > r->at || !evx_hash_equal(r->chain->at[length - 1].hash, e->fields.seen_head))
		return evx_rules_forbid(r, "R-SEEN",
			"The receiver who signed entry %04u had seen %u other entries than those "
			"here. Entries were removed or exchanged. Compare this copy with the "
			"receiver's.",
			(unsigned)r->at, (unsigned)length);
	if (length <= r->state.release)
		return evx_rules_forbid(r, "R-SEEN",
			"Entry %04u accepts release %04u, but its signer had seen only the %u "
			"entries before the release.",
			(unsigned)r->at, (unsigned)r->state.release, (unsigned)length);
	if (length < r->at)
		return evx_rules_note(r, r->at, "R-SEEN", EVX_WEIGHT_REMARK,
			"The receiver who signed entry %04u had checked only the first %u entries.",
			(unsigned)r->at, (unsigned)length);
	return EVX_OK;
}

/* Two people who hand over a thing need some time, and not for ever. */
static enum evx_err judge_pace(struct evx_rules *r, const struct evx_event *e, uint32_t release)
{
	int64_t passed = e->time - r->chain->at[release].event.time;

	if (passed > EVX_RULES_LATE)
		return evx_rules_note(r, r->at, "R-LATE", EVX_WEIGHT_REMARK,
			"Entry %04u (%s) came %lld days after release %04u. Ask where the exhibit "
			"was in that time.",
			(unsigned)r->at, e->type, (long long)(passed / 86400), (unsigned)release);
	if (passed < EVX_RULES_SOON && e->kind == EVX_EVENT_ACCEPT)
		return evx_rules_note(r, r->at, "R-SOON", EVX_WEIGHT_REMARK,
			"Acceptance %04u came only %lld seconds after release %04u. Ask both "
			"signers how the exhibit was handed over.",
			(unsigned)r->at, (long long)passed, (unsigned)release);
	return EVX_OK;
}

/* A hand-over has two parties: who gives, and who takes. */
static enum evx_err judge_two_hands(
	struct evx_rules *r, const struct evx_event *e, uint32_t release)
{
	const struct evx_event *given = &r->chain->at[release].event;
	const char *const from[2] = { given->signers[0], r->state.holder },
			  *const to[2] = { e->signers[0], given->fields.counterparty };
	size_t i;

	for (i = 0; i < 4; i++)
		if (evx_rules_one_party(r, from[i / 2], to[i % 2], e->time))
			return evx_rules_note(r, r->at, "R-SELF", EVX_WEIGHT_GAP,
				"The same party signed acceptance %04u and release %04u. A "
				"hand-over needs two parties.",
				(unsigned)r->at, (unsigned)release);
	return EVX_OK;
}

static enum evx_err accept(struct evx_rules *r, const struct evx_event *e)
{
	uint32_t release = r->state.release;
	enum evx_err err = judge_seen(r, e);

	if (err != EVX_OK || r->not_allowed)
		return err;
	close_release(r);
	if ((err = judge_two_hands(r, e, release)) != EVX_OK)
		return err;
	err = evx_rules_set_holder(r, r->chain->at[release].event.fields.counterparty);
	if (err != EVX_OK ||
		(e->fields.result == EVX_RESULT_BROKEN &&
			(err = evx_rules_note(r, r->at, "R-RESULT", EVX_WEIGHT_REMARK,
				 "The receiver who signed entry %04u found the exhibit broken and "
				 "accepted it.",
				 (unsigned)r->at)) != EVX_OK))
		return err;
	if (!e->fields.inventoried)
		err = evx_rules_note(r, r->at, "R-NOT-INVENTORIED", EVX_WEIGHT_INFO,
			"The receiver who signed entry %04u did not compare the contents with the "
			"list.",
			(unsigned)r->at);
	return err;
}

enum evx_err evx_rules_answer(struct evx_rules *r, const struct evx_event *e)
{
	uint32_t release = evx_rules_find(r, e->fields.refers);
	bool withdraws = e->kind == EVX_EVENT_WITHDRAW;
	char who[EVX_KEY_NAME_CAP], other[EVX_KEY_NAME_CAP];
	enum evx_err err = EVX_OK;

	if (!answers_open(r, release))
		return forbid_answer(r, e, release);
	/* The holder is still who released; of an office another clerk may withdraw. */
	if (withdraws && strcmp(e->signers[0], r->chain->at[release].event.signers[0]) != 0 &&
		!evx_rules_acts_as(r, e, r->state.holder))
		return evx_rules_forbid(r, "R-RECEIVER",
			"Entry %04u withdraws release %04u. It is signed by %s, but the release "
			"was signed by %s.",
			(unsigned)r->at, (unsigned)release, evx_key_name(e->signers[0], who),
			evx_key_name(r->chain->at[release].event.signers[0], other));
	if (!withdraws && !evx_rules_acts_as(r, e, r->state.receiver))
		return evx_rules_forbid(r, "R-RECEIVER",
			"Entry %04u (%s) is signed by %s, but release %04u names %s as the "
			"receiver.",
			(unsigned)r->at, e->type, evx_key_name(e->signers[0], who),
			(unsigned)release, evx_key_name(r->state.receiver, other));
	if (e->kind == EVX_EVENT_ACCEPT) {
		err = accept(r, e);
	} else {
		close_release(r);
		err = evx_rules_note(r, r->at, withdraws ? "R-WITHDRAWN" : "R-REFUSED",
			withdraws ? EVX_WEIGHT_INFO : EVX_WEIGHT_REMARK,
			withdraws ?
				EVX_SAID("Release %04u was withdrawn in entry %04u. The holder is "
					 "still the same.") :
				EVX_SAID("Release %04u was refused in entry %04u. The holder is "
					 "still the same."),
			(unsigned)release, (unsigned)r->at);
	}
	if (err == EVX_OK && !r->not_allowed)
		err = judge_pace(r, e, release);
	return err;
}

/* True when a roster names one of the signers but the successor as who may approve that former is
 * succeeded. */
static bool is_approved(const struct evx_rules *r, const struct evx_event *e)
{
	size_t k;

	for (k = 1; r->roster->approves != NULL && k < e->nsigners; k++)
		if (r->roster->approves(r->roster->ctx, e->signers[k], e->fields.former, e->time))
			return true;
	return false;
}

/* Whether somebody whom this verifier believes says that the event makes a holder: without a
 * policy, a roster's approver or a trusted card. */
static bool is_believed(
	const struct evx_rules *r, const struct evx_event *e, bool by_policy, bool approved)
{
	return by_policy || approved ||
		evx_rules_trust_of(r, e->signers[0], e->time) == EVX_RULES_TRUSTED;
}

/* The word of a successor whom nobody here believes. */
static enum evx_err not_believed(struct evx_rules *r, const struct evx_event *e)
{
	char who[EVX_KEY_NAME_CAP];

	if (r->chain->at[r->at].claim)
		return evx_rules_claim(r, e);
	r->not_allowed = true;
	return evx_rules_note(r, r->at, "R-TAKE-OVER", EVX_WEIGHT_GAP,
		"Entry %04u says that %s took over the exhibit. No policy, roster or trusted card "
		"confirms this, so the holder is still the same. Get this person's card and "
		"compare its fingerprint.",
		(unsigned)r->at, evx_key_name(e->signers[0], who));
}

static enum evx_err succeed(struct evx_rules *r, const struct evx_event *e)
{
	char who[EVX_KEY_NAME_CAP], former[EVX_KEY_NAME_CAP];
	enum evx_err err;

	if (r->state.release_open)
		close_release(r);
	r->chain->at[r->at].claim = false; /* it is what made a party */
	err = evx_rules_note(r, r->at, "R-TAKE-OVER", EVX_WEIGHT_REMARK,
		"%s took over the exhibit from %s in entry %04u. Reason: %s.",
		evx_key_name(e->signers[0], who), evx_key_name(e->fields.former, former),
		(unsigned)r->at, evx_event_reasons[e->fields.reason]);
	return err == EVX_OK ? evx_rules_set_holder(r, e->signers[0]) : err;
}

enum evx_err evx_rules_take_over(struct evx_rules *r, const struct evx_event *e)
{
	char who[EVX_KEY_NAME_CAP], former[EVX_KEY_NAME_CAP];
	const bool approved = is_approved(r, e);
	bool has, met;
	enum evx_err err;

	if (strcmp(e->fields.former, r->state.holder) != 0 ||
		strcmp(e->signers[0], r->state.holder) == 0)
		return evx_rules_forbid(r, "R-HOLDER",
			"Entry %04u takes over the exhibit from %s, but the holder is %s.",
			(unsigned)r->at, evx_key_name(e->fields.former, former),
			evx_key_name(r->state.holder, who));
	err = evx_rules_policy(r, r->at, &has, &met);
	r->not_allowed = !met; /* what the policy of the seal does not let happen has not happened
				*/
	if (err == EVX_OK && !met)
		err = evx_rules_note(r, r->at, "R-TAKE-OVER", EVX_WEIGHT_GAP,
			"Entry %04u says that %s took over the exhibit. The persons whom the "
			"seal's policy names did not sign it, so the holder is still the same.",
			(unsigned)r->at, evx_key_name(e->signers[0], who));
	if (err != EVX_OK || !met)
		return err;
	if (!is_believed(r, e, has, approved))
		return not_believed(r, e);
	err = succeed(r, e);
	if (err != EVX_OK || has || approved)
		return err;
	if ((err = evx_rules_miss(r, r->at, "the approval of the take-over in entry %04u",
		     (unsigned)r->at)) != EVX_OK)
		return err;
	return evx_rules_note(r, r->at, "R-APPROVAL", EVX_WEIGHT_GAP,
		"Nobody approved that %s took over the exhibit in entry %04u. Ask a person whom "
		"the policy or the roster names.",
		evx_key_name(e->signers[0], who), (unsigned)r->at);
}
