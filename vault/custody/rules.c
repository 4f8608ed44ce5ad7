/* What the events of a chain say together: the walk, and the answer before signing. */
#include "custody/rules_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "crypto/sshsig.h"

void evx_custody_state_free(struct evx_custody_state *state)
{
	if (state == NULL)
		return;
	free(state->holds);
	free(state->inquiries);
	free(state->missing);
	memset(state, 0, sizeof(*state));
}

enum evx_err evx_rules_note(struct evx_rules *r, uint32_t event, const char *code,
	enum evx_weight weight, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (r->findings == NULL)
		return EVX_OK;
	/* Whoever succeeds where nobody can approve is not kept from it: the gap will be seen. */
	if (r->refusal != NULL && event == r->watched && weight >= EVX_WEIGHT_GAP &&
		strcmp(code, "R-APPROVAL") != 0)
		(void)evx_fail(r->refusal, EVX_E_CUSTODY, "%s: %s", code, text);
	return evx_findings_add(r->findings, code, weight, event, NULL, "%s", text);
}

enum evx_err evx_rules_forbid(struct evx_rules *r, const char *code, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->not_allowed = true;
	return evx_rules_note(r, r->at, code, r->known ? EVX_WEIGHT_BROKEN : EVX_WEIGHT_GAP,
		r->refusal == NULL ? "%s It counts for nothing." : "%s", text);
}

enum evx_err evx_rules_miss(struct evx_rules *r, uint32_t event, const char *fmt, ...)
{
	struct evx_custody_missing *grown = realloc(r->state.missing,
					   (r->state.nmissing + 1) * sizeof(*grown)),
				   *m;
	va_list ap;

	if (grown == NULL)
		return EVX_E_MEMORY;
	r->state.missing = grown;
	m = &grown[r->state.nmissing++];
	m->event = event;
	va_start(ap, fmt);
	(void)vsnprintf(m->text, sizeof(m->text), fmt, ap);
	va_end(ap);
	return EVX_OK;
}

const char *evx_rules_name(const char *key, char out[EVX_RULES_NAME_CAP])
{
	char fingerprint[EVX_FINGERPRINT_CAP];
	struct evx_sshkey pub;

	if (evx_sshkey_decode(key, strlen(key), &pub, NULL) != EVX_OK) {
		(void)snprintf(out, EVX_RULES_NAME_CAP, "another key");
		return out;
	}
	evx_sshkey_fingerprint(&pub, fingerprint);
	(void)snprintf(out, EVX_RULES_NAME_CAP, "%s", fingerprint);
	return out;
}

uint32_t evx_rules_find(const struct evx_rules *r, const uint8_t hash[32])
{
	uint32_t i;

	for (i = 0; i < r->at; i++)
		if (evx_hash_equal(r->chain->at[i].hash, hash))
			return i;
	return EVX_NO_EVENT;
}

bool evx_rules_acts_as(const struct evx_rules *r, const struct evx_event *e, const char *key)
{
	if (strcmp(e->signers[0], key) == 0)
		return true;
	return r->roster->acts_for != NULL &&
		r->roster->acts_for(r->roster->ctx, e->signers[0], key, e->time);
}

bool evx_rules_one_party(const struct evx_rules *r, const char *a, const char *b, int64_t time)
{
	const struct evx_rules_roster *o = r->roster;

	if (strcmp(a, b) == 0)
		return true;
	return o->acts_for != NULL &&
		(o->acts_for(o->ctx, a, b, time) || o->acts_for(o->ctx, b, a, time));
}

static enum evx_err add_key(struct evx_rules_keys *keys, const char *key, uint32_t since)
{
	struct evx_rules_holder *grown = realloc(keys->at, (keys->n + 1) * sizeof(*grown));

	if (grown == NULL)
		return EVX_E_MEMORY;
	keys->at = grown;
	(void)snprintf(grown[keys->n].key, sizeof(grown->key), "%s", key);
	grown[keys->n++].since = since;
	return EVX_OK;
}

bool evx_rules_is(const struct evx_rules *r, uint32_t event, enum evx_event_kind kind)
{
	return event != EVX_NO_EVENT && r->chain->at[event].rightful &&
		r->chain->at[event].event.kind == kind;
}

enum evx_rules_trust evx_rules_trust_of(const struct evx_rules *r, const char *key, int64_t time)
{
	/* Whoever signs now is no stranger to this machine. */
	if (r->refusal != NULL && r->at == r->watched &&
		strcmp(key, r->chain->at[r->at].event.signers[0]) == 0)
		return EVX_RULES_TRUSTED;
	return r->roster->trusts == NULL ? EVX_RULES_STRANGER :
					   r->roster->trusts(r->roster->ctx, key, time);
}

bool evx_rules_is_party(const struct evx_rules *r, const char *key)
{
	size_t i;

	for (i = 0; i < r->parties.n; i++)
		if (strcmp(r->parties.at[i].key, key) == 0)
			return true;
	return false;
}

enum evx_err evx_rules_add_party(struct evx_rules *r, const char *key)
{
	return evx_rules_is_party(r, key) ? EVX_OK : add_key(&r->parties, key, r->at);
}

enum evx_err evx_rules_set_holder(struct evx_rules *r, const char *key)
{
	enum evx_err err = add_key(&r->holders, key, r->at);

	if (err != EVX_OK)
		return err;
	(void)snprintf(r->state.holder, sizeof(r->state.holder), "%s", key);
	r->state.since = r->at;
	r->state.since_time = r->chain->at[r->at].event.time;
	return evx_rules_add_party(r, r->state.holder);
}

bool evx_rules_held(const struct evx_rules *r, const char *key, uint32_t event)
{
	size_t i;

	for (i = 0; i < r->holders.n; i++)
		if (r->holders.at[i].since <= event && strcmp(r->holders.at[i].key, key) == 0)
			return true;
	return false;
}

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
				"Event %04u records that its signer found the exhibit broken.",
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
	char who[EVX_RULES_NAME_CAP], holder[EVX_RULES_NAME_CAP];
	bool disposed = r->state.disposed;
	enum evx_err err;

	if (type->by == EVX_BY_HOLDER && !evx_rules_acts_as(r, e, r->state.holder))
		return evx_rules_forbid(r, "R-HOLDER",
			"Event %04u (%s) is signed by %s, and only the holder, %s, may sign it.",
			(unsigned)r->at, e->type, evx_rules_name(e->signers[0], who),
			evx_rules_name(r->state.holder, holder));
	err = judge_type(r, e);
	if (err == EVX_OK && !r->not_allowed && disposed && type->handles)
		err = evx_rules_note(r, r->at, "R-DISPOSED", EVX_WEIGHT_GAP,
			"Event %04u (%s) stands after event %04u, which says that the exhibit was "
			"disposed of.",
			(unsigned)r->at, e->type, (unsigned)r->state.disposal);
	return err;
}

static enum evx_rules_trust trust_of_actor(const struct evx_rules *r, const struct evx_event *e)
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
static void judge_signer(struct evx_rules *r, struct evx_chain_event *at)
{
	const char *actor = at->event.signers[0];
	const enum evx_rules_trust trust = trust_of_actor(r, &at->event);

	at->party = r->at == 0 || evx_rules_is_party(r, actor);
	at->claim = !at->party && trust != EVX_RULES_TRUSTED;
	r->known = trust != EVX_RULES_WITHDRAWN && !at->claim;
}

enum evx_err evx_rules_claim(struct evx_rules *r, const struct evx_event *e)
{
	char who[EVX_RULES_NAME_CAP];

	return evx_rules_note(r, r->at, "R-CLAIM", EVX_WEIGHT_GAP,
		"Event %04u (%s) is a claim: nobody here knows %s, who signed it. It changes "
		"nothing. Get this person's card and compare its fingerprint.",
		(unsigned)r->at, e->type, evx_rules_name(e->signers[0], who));
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

static enum evx_err judge_event(struct evx_rules *r, uint32_t number)
{
	struct evx_chain_event *at = &r->chain->at[number];
	const struct evx_event *e = &at->event;
	enum evx_err err = EVX_OK;

	r->at = number;
	r->not_allowed = false;
	judge_signer(r, at);
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
		set_custody_key(r, e);
	return err;
}

static enum evx_err judge_all(struct evx_rules *r)
{
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; i < r->n && err == EVX_OK; i++)
		err = judge_event(r, (uint32_t)i);
	return err;
}

/* Only what counts needs the signers of a policy; who approved it later is known at the end. */
static enum evx_err judge_policies(struct evx_rules *r)
{
	enum evx_err err = EVX_OK;
	bool has, met;
	size_t i;

	for (i = 0; i < r->n && err == EVX_OK; i++) {
		if (!r->chain->at[i].rightful || r->chain->at[i].event.kind == EVX_EVENT_TAKE_OVER)
			continue;
		err = evx_rules_policy(r, (uint32_t)i, &has, &met);
		if (err == EVX_OK)
			err = evx_rules_locked_out(r, (uint32_t)i, has && met);
	}
	return err;
}

static enum evx_err begin(struct evx_rules *r)
{
	r->n = r->chain->rightful;
	r->marks = calloc(r->n + 1, sizeof(*r->marks));
	return r->marks != NULL ? EVX_OK : EVX_E_MEMORY;
}

static void end(struct evx_rules *r)
{
	free(r->marks);
	free(r->holders.at);
	free(r->parties.at);
	evx_custody_state_free(&r->state);
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
	unsigned first = (unsigned)r->n + 1, last = (unsigned)r->chain->n - 1;

	if (r->n == 0 || first > last)
		return EVX_OK;
	return evx_rules_note(r, first, "R-AFTER", EVX_WEIGHT_INFO,
		"The %u events from %04u on stand behind what is rightful: nothing in them counts, "
		"whoever signed them.",
		last - first + 1, first);
}

static const struct evx_rules_roster no_roster = { .ctx = NULL };

enum evx_err evx_rules_judge(struct evx_chain_result *chain, const struct evx_rules_roster *roster,
	int64_t now, struct evx_findings *findings, struct evx_diag *diag)
{
	struct evx_rules r = { .chain = chain,
		.roster = roster != NULL ? roster : &no_roster,
		.now = now,
		.findings = findings };
	enum evx_err err = begin(&r);

	if (err == EVX_OK)
		err = judge_all(&r);
	if (err == EVX_OK)
		err = judge_policies(&r);
	if (err == EVX_OK && r.n > 0)
		err = evx_rules_open_ends(&r);
	if (err == EVX_OK)
		err = say_what_follows(&r);
	if (err == EVX_OK)
		settle(&r);
	end(&r);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "rules: out of memory");
}

enum evx_err evx_rules_check(const struct evx_chain_result *chain, const struct evx_event *next,
	const struct evx_rules_roster *roster, struct evx_diag *diag)
{
	struct evx_findings findings = { 0 };
	struct evx_chain_result longer = { 0 };
	struct evx_diag refusal = { 0 };
	struct evx_rules r = { .chain = &longer,
		.roster = roster != NULL ? roster : &no_roster,
		.now = next->time,
		.findings = &findings,
		.watched = (uint32_t)chain->n,
		.refusal = &refusal };
	enum evx_err err;

	if (chain->n == 0 || chain->rightful < chain->n)
		return evx_fail(diag, EVX_E_CUSTODY,
			"chain: expected one that is rightful to its end, found %zu of %zu events",
			chain->rightful, chain->n);
	if (next->kind == EVX_EVENT_OTHER || next->kind == EVX_EVENT_SEAL || next->nsigners == 0)
		return evx_fail(diag, EVX_E_USAGE,
			"rules: expected an event after the seal with its signers");
	longer.n = longer.rightful = chain->n + 1;
	longer.at = calloc(longer.n, sizeof(*longer.at));
	if (longer.at == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "rules: out of memory");
	memcpy(longer.at, chain->at, chain->n * sizeof(*longer.at));
	longer.at[chain->n].event = *next; /* borrowed, as all the others */
	longer.at[chain->n].event.known = true;
	err = begin(&r);
	if (err == EVX_OK)
		err = judge_all(&r);
	if (err == EVX_OK)
		err = judge_policies(&r);
	end(&r);
	free(longer.at);
	evx_findings_free(&findings);
	if (err != EVX_OK)
		return evx_fail(diag, err, "rules: out of memory");
	return refusal.code == EVX_OK ? EVX_OK : evx_fail(diag, refusal.code, "%s", refusal.text);
}

struct evx_rules_walk {
	struct evx_rules rules;
	size_t room; /* for marks */
};

struct evx_rules_walk *evx_rules_walk_new(
	struct evx_chain_result *chain, const struct evx_rules_roster *roster)
{
	struct evx_rules_walk *walk = calloc(1, sizeof(*walk));

	if (walk == NULL)
		return NULL;
	walk->rules.chain = chain;
	walk->rules.roster = roster != NULL ? roster : &no_roster;
	return walk;
}

void evx_rules_walk_free(struct evx_rules_walk *walk)
{
	if (walk == NULL)
		return;
	end(&walk->rules);
	free(walk);
}

/* A copy of n elements of size bytes, NULL when out of memory. */
static void *copied(const void *from, size_t n, size_t size)
{
	void *copy = calloc(n + 1, size);

	if (copy == NULL)
		return NULL;
	if (n > 0)
		memcpy(copy, from, n * size);
	return copy;
}

struct evx_rules_walk *evx_rules_walk_copy(const struct evx_rules_walk *walk)
{
	struct evx_rules_walk *copy = calloc(1, sizeof(*copy));
	const struct evx_rules *from = &walk->rules;
	struct evx_rules *r;

	if (copy == NULL)
		return NULL;
	*copy = *walk;
	r = &copy->rules;
	r->marks = copied(from->marks, walk->room, sizeof(*r->marks));
	r->holders.at = copied(from->holders.at, from->holders.n, sizeof(*r->holders.at));
	r->parties.at = copied(from->parties.at, from->parties.n, sizeof(*r->parties.at));
	r->state.holds = copied(from->state.holds, from->state.nholds, sizeof(*r->state.holds));
	r->state.inquiries = copied(
		from->state.inquiries, from->state.ninquiries, sizeof(*r->state.inquiries));
	r->state.missing = copied(
		from->state.missing, from->state.nmissing, sizeof(*r->state.missing));
	if (r->marks == NULL || r->holders.at == NULL || r->parties.at == NULL ||
		r->state.holds == NULL || r->state.inquiries == NULL || r->state.missing == NULL) {
		evx_rules_walk_free(copy);
		return NULL;
	}
	return copy;
}

void evx_rules_walk_signer(struct evx_rules_walk *walk, uint32_t number)
{
	walk->rules.at = number;
	judge_signer(&walk->rules, &walk->rules.chain->at[number]);
}

bool evx_rules_walk_knows(const struct evx_rules_walk *walk, const struct evx_event *next)
{
	const enum evx_rules_trust trust = trust_of_actor(&walk->rules, next);

	return trust == EVX_RULES_TRUSTED ||
		(trust != EVX_RULES_WITHDRAWN &&
			evx_rules_is_party(&walk->rules, next->signers[0]));
}

enum evx_err evx_rules_walk_on(struct evx_rules_walk *walk, uint32_t number)
{
	struct evx_rules *r = &walk->rules;

	if (number >= walk->room) {
		const size_t room = 2 * (size_t)number + 8;
		struct evx_rules_mark *grown = realloc(r->marks, room * sizeof(*grown));

		if (grown == NULL)
			return EVX_E_MEMORY;
		memset(grown + walk->room, 0, (room - walk->room) * sizeof(*grown));
		r->marks = grown;
		walk->room = room;
	}
	return judge_event(r, number);
}
