/* One event judged by the rules, behind those before it. */
#include <stdio.h>
#include <string.h>

#include "custody/rules_inner.h"

static void set_custody_key(struct evx_rules *r, const struct evx_event *e)
{
	const char *key = evx_event_custody_key(e);

	if (key == NULL)
		return;
	(void)snprintf(r->state.custody_key, sizeof(r->state.custody_key), "%s", key);
	r->state.custody_key_event = r->at;
}

/* What the event does, by its type. Without a case here a new type does not compile. */
static enum evx_err judge_type(struct evx_rules *r, const struct evx_event *e)
{
	switch (e->kind) {
	case EVX_EVENT_RELEASE:
		return evx_rules_release(r, e);
	case EVX_EVENT_ACCEPT:
	case EVX_EVENT_REFUSE:
	case EVX_EVENT_WITHDRAW:
		return evx_rules_answer(r, e);
	case EVX_EVENT_TAKE_OVER:
		return evx_rules_take_over(r, e);
	case EVX_EVENT_APPROVE:
	case EVX_EVENT_CORRECT:
	case EVX_EVENT_INQUIRY:
	case EVX_EVENT_HOLD:
	case EVX_EVENT_HOLD_LIFT:
		return evx_rules_refer(r, e);
	case EVX_EVENT_DISPOSE_AUTHORISE:
	case EVX_EVENT_DISPOSE:
		return evx_rules_disposal(r, e);
	case EVX_EVENT_REWRAP:
		return evx_rules_rewrap(r, e);
	case EVX_EVENT_VERIFY:
		if (e->fields.result == EVX_RESULT_BROKEN)
			return evx_rules_note(r, r->at, "R-RESULT", EVX_WEIGHT_REMARK,
				"The signer of entry %04u found the exhibit broken.",
				(unsigned)r->at);
		return EVX_OK;
	case EVX_EVENT_OTHER:
	case EVX_EVENT_SEAL:
	case EVX_EVENT_NOTE:
	case EVX_EVENT_ACCESS:
	case EVX_EVENT_EXAMINE:
	case EVX_EVENT_COPY:
	case EVX_EVENT_MOVE:
	case EVX_EVENT_INVENTORY:
	case EVX_EVENT_DISCLOSE:
		break;
	}
	return EVX_OK;
}

static enum evx_err judge_known(struct evx_rules *r, const struct evx_event *e)
{
	const struct evx_event_type *type = evx_event_type_of(e->kind);
	char who[EVX_KEY_NAME_CAP], holder[EVX_KEY_NAME_CAP];
	bool disposed = r->state.disposed;
	enum evx_err err;

	if (type->by == EVX_BY_HOLDER && !evx_rules_acts_as(r, e, r->state.holder))
		return evx_rules_forbid(r, "R-HOLDER",
			"Entry %04u (%s) is signed by %s. Only the holder, %s, may sign such an "
			"entry.",
			(unsigned)r->at, e->type, evx_key_name(e->signers[0], who),
			evx_key_name(r->state.holder, holder));
	err = judge_type(r, e);
	if (err == EVX_OK && !r->not_allowed && disposed && type->handles)
		err = evx_rules_note(r, r->at, "R-DISPOSED", EVX_WEIGHT_GAP,
			"Entry %04u (%s) follows entry %04u, which says that the exhibit was "
			"destroyed. Ask the signers of both.",
			(unsigned)r->at, e->type, (unsigned)r->state.disposal);
	return err;
}

enum evx_rules_trust evx_rules_actor_trust(const struct evx_rules *r, const struct evx_event *e)
{
	const enum evx_rules_trust trust = evx_rules_trust_of(r, e->signers[0], e->time);

	/* Whom a roster lets act for the holder or the receiver it vouches for. */
	if (evx_rules_acts_as(r, e, r->state.holder) ||
		(r->state.release_open && evx_rules_acts_as(r, e, r->state.receiver)))
		return trust == EVX_RULES_WITHDRAWN ? trust : EVX_RULES_TRUSTED;
	return trust;
}

/* Who signed the event being judged. That a claim is one depends on the verifier; that somebody is
 * a party does not. */
void evx_rules_signer(struct evx_rules *r, uint32_t number)
{
	struct evx_chain_event *at = &r->chain->at[number];
	enum evx_rules_trust trust;

	r->at = number;
	trust = evx_rules_actor_trust(r, &at->event);
	at->party = number == 0 || evx_rules_is_party(r, at->event.signers[0]);
	at->claim = !at->party && trust != EVX_RULES_TRUSTED;
	r->known = trust != EVX_RULES_WITHDRAWN && !at->claim;
}

/* True for the types whose row does not keep somebody unknown from signing; a take-over has rules
 * of its own. */
static bool is_open_to_all(const struct evx_event *e)
{
	const struct evx_event_type *type = evx_event_type_of(e->kind);

	return type->by == EVX_BY_ANYONE || type->by == EVX_BY_AUTHOR;
}

static enum evx_err judge_seal(struct evx_rules *r, const struct evx_event *e)
{
	enum evx_err err = evx_rules_set_holder(r, e->signers[0]);
	size_t i, k;

	for (k = 1; k < e->nsigners && err == EVX_OK; k++)
		err = evx_rules_add_party(r, e->signers[k]);
	for (i = 0; i < e->seal.policy.n; i++)
		for (k = 0; k < e->seal.policy.at[i].nof && err == EVX_OK; k++)
			err = evx_rules_add_party(r, e->seal.policy.at[i].of[k]);
	return err;
}

/* What counts: who gets the exhibit, who held it, which custody key is in force. */
static enum evx_err take_in(struct evx_rules *r, const struct evx_event *e)
{
	enum evx_err err = EVX_OK;

	set_custody_key(r, e);
	if (e->fields.counterparty[0] != '\0')
		err = evx_keyset_add(&r->receivers, e->fields.counterparty, r->at);
	if (err != EVX_OK || r->state.since != r->at)
		return err;
	/* Of an office both the key that is the holder and the one that signed for it. */
	err = evx_keyset_add(&r->state.held, r->state.holder, r->at);
	return err == EVX_OK ? evx_keyset_add(&r->state.held, e->signers[0], r->at) : err;
}

enum evx_err evx_rules_event(struct evx_rules *r, uint32_t number)
{
	struct evx_chain_event *at = &r->chain->at[number];
	const struct evx_event *e = &at->event;
	enum evx_err err = EVX_OK;

	r->not_allowed = false;
	evx_rules_signer(r, number);
	if (number == 0)
		err = judge_seal(r, e);
	else if (at->spoiled || !e->known)
		r->not_allowed = true; /* the chain's own finding says why */
	else if (at->claim && is_open_to_all(e))
		err = evx_rules_claim(r, e);
	else
		err = judge_known(r, e);
	at->is_void = r->not_allowed;
	at->rightful = !at->is_void && !at->claim;
	if (err == EVX_OK && at->rightful)
		err = take_in(r, e);
	return err == EVX_OK ? evx_rules_see(r) : err;
}
