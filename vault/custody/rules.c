#include "custody/rules_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/sshsig.h"

void evx_custody_state_free(struct evx_custody_state *state)
{
	if (state == NULL)
		return;
	free(state->holds);
	free(state->inquiries);
	free(state->missing);
	memset(state, 0, sizeof *state);
}

enum evx_err evx_rules_note(struct evx_rules *r, uint32_t event, const char *code, enum evx_weight weight, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	/* Whoever succeeds where nobody can approve is not kept from it: the gap will be seen. */
	if (r->refusal != NULL && event == r->watched && weight >= EVX_WEIGHT_GAP && strcmp(code, "R-APPROVAL") != 0)
		(void)evx_fail(r->refusal, EVX_E_CUSTODY, "%s: %s", code, text);
	return evx_findings_add(r->findings, code, weight, event, NULL, "%s", text);
}

enum evx_err evx_rules_forbid(struct evx_rules *r, const char *code, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	r->not_allowed = true;
	return evx_rules_note(r, r->at, code, EVX_WEIGHT_BROKEN, "%s", text);
}

enum evx_err evx_rules_miss(struct evx_rules *r, uint32_t event, const char *fmt, ...)
{
	struct evx_custody_missing *grown = realloc(r->state.missing, (r->state.nmissing + 1) * sizeof *grown), *m;
	va_list ap;

	if (grown == NULL)
		return EVX_E_MEMORY;
	r->state.missing = grown;
	m = &grown[r->state.nmissing++];
	m->event = event;
	va_start(ap, fmt);
	(void)vsnprintf(m->text, sizeof m->text, fmt, ap);
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
		if (memcmp(r->chain->at[i].hash, hash, 32) == 0)
			return i;
	return EVX_NO_EVENT;
}

bool evx_rules_acts_as(const struct evx_rules *r, const struct evx_event *e, const char *key)
{
	if (strcmp(e->signers[0], key) == 0)
		return true;
	return r->roster->acts_for != NULL && r->roster->acts_for(r->roster->ctx, e->signers[0], key, e->time);
}

enum evx_err evx_rules_set_holder(struct evx_rules *r, const char *key)
{
	struct evx_rules_holder *grown = realloc(r->holders, (r->nholders + 1) * sizeof *grown);

	if (grown == NULL)
		return EVX_E_MEMORY;
	r->holders = grown;
	grown[r->nholders++] = (struct evx_rules_holder){ key, r->at };
	(void)snprintf(r->state.holder, sizeof r->state.holder, "%s", key);
	r->state.since = r->at;
	r->state.since_time = r->chain->at[r->at].event.time;
	return EVX_OK;
}

bool evx_rules_held(const struct evx_rules *r, const char *key, uint32_t event)
{
	size_t i;

	for (i = 0; i < r->nholders; i++)
		if (r->holders[i].since <= event && strcmp(r->holders[i].key, key) == 0)
			return true;
	return false;
}

static void set_custody_key(struct evx_rules *r, const struct evx_event *e)
{
	const char *key = evx_event_custody_key(e);

	if (key == NULL)
		return;
	(void)snprintf(r->state.custody_key, sizeof r->state.custody_key, "%s", key);
	r->state.custody_key_event = r->at;
}

/* What a type does that needs no other event. */
static enum evx_err judge_plain(struct evx_rules *r, const struct evx_event *e)
{
	if (strcmp(e->type, "verify") == 0 && e->fields.result == EVX_RESULT_BROKEN)
		return evx_rules_note(r, r->at, "R-RESULT", EVX_WEIGHT_REMARK, "Event %04u records that its signer found the exhibit broken.",
			(unsigned)r->at);
	return EVX_OK;
}

static const struct {
	const char *type;
	enum evx_err (*judge)(struct evx_rules *r, const struct evx_event *e);
} judges[] = {
	{ "release", evx_rules_release },
	{ "accept", evx_rules_answer },
	{ "refuse", evx_rules_answer },
	{ "withdraw", evx_rules_answer },
	{ "take-over", evx_rules_take_over },
	{ "approve", evx_rules_refer },
	{ "correct", evx_rules_refer },
	{ "inquiry", evx_rules_refer },
	{ "hold", evx_rules_refer },
	{ "hold-lift", evx_rules_refer },
	{ "dispose-authorise", evx_rules_disposal },
	{ "dispose", evx_rules_disposal },
	{ "rewrap", evx_rules_rewrap },
};

/* True for what cannot be done to an exhibit that is gone. */
static bool needs_exhibit(const char *type)
{
	static const char *const types[] = { "release", "accept", "access", "examine", "copy", "move", "disclose", "inventory", "rewrap",
		"dispose-authorise", "dispose" };
	size_t i;

	for (i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static enum evx_err judge_event(struct evx_rules *r, const struct evx_event *e)
{
	const struct evx_event_type *type = evx_event_type(e->type);
	char who[EVX_RULES_NAME_CAP], holder[EVX_RULES_NAME_CAP];
	bool disposed = r->state.disposed;
	enum evx_err err = EVX_OK;
	size_t i;

	if (type->by == EVX_BY_HOLDER && !evx_rules_acts_as(r, e, r->state.holder))
		return evx_rules_forbid(r, "R-HOLDER", "Event %04u (%s) is signed by %s, and only the holder, %s, may sign it.", (unsigned)r->at, e->type,
			evx_rules_name(e->signers[0], who), evx_rules_name(r->state.holder, holder));
	for (i = 0; i < sizeof judges / sizeof judges[0] && strcmp(judges[i].type, e->type) != 0; i++)
		;
	err = i < sizeof judges / sizeof judges[0] ? judges[i].judge(r, e) : judge_plain(r, e);
	if (err == EVX_OK && !r->not_allowed && disposed && needs_exhibit(e->type))
		err = evx_rules_note(r, r->at, "R-DISPOSED", EVX_WEIGHT_GAP, "Event %04u (%s) stands after event %04u, which says that the exhibit was disposed of.",
			(unsigned)r->at, e->type, (unsigned)r->state.disposal);
	return err;
}

static enum evx_err judge_all(struct evx_rules *r)
{
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; i < r->n && err == EVX_OK && !r->not_allowed; i++) {
		const struct evx_event *e = &r->chain->at[i].event;

		r->at = (uint32_t)i;
		err = i == 0 ? evx_rules_set_holder(r, e->signers[0]) : judge_event(r, e);
		if (err == EVX_OK && !r->not_allowed)
			set_custody_key(r, e);
	}
	if (r->not_allowed)
		r->n = i - 1;
	return err;
}

/* Policies are judged when the rightful part is known: approvals may stand behind what they approve. */
static enum evx_err judge_policies(struct evx_rules *r)
{
	enum evx_err err = EVX_OK;
	bool has, met;
	size_t i;

	for (i = 0; i < r->n && err == EVX_OK; i++) {
		if (strcmp(r->chain->at[i].event.type, "take-over") == 0)
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
	r->marks = calloc(r->n + 1, sizeof *r->marks);
	return r->marks != NULL ? EVX_OK : EVX_E_MEMORY;
}

static void end(struct evx_rules *r)
{
	free(r->marks);
	free(r->holders);
	evx_custody_state_free(&r->state);
}

/* Shortens the rightful part to what the rules let stand. */
static void settle(struct evx_rules *r)
{
	struct evx_chain_result *c = r->chain;
	size_t i;

	c->rightful = r->n;
	for (i = r->n; i < c->n; i++)
		c->at[i].rightful = false;
	memset(c->head, 0, sizeof c->head);
	if (r->n > 0)
		memcpy(c->head, c->at[r->n - 1].hash, sizeof c->head);
	evx_custody_state_free(&c->state);
	c->state = r->state;
	memset(&r->state, 0, sizeof r->state);
}

/* The first event that is not rightful has a finding of its own; those after it may look good in themselves. */
static enum evx_err say_what_follows(struct evx_rules *r)
{
	unsigned first = (unsigned)r->n + 1, last = (unsigned)r->chain->n - 1;

	if (r->n == 0 || first > last)
		return EVX_OK;
	return evx_rules_note(r, first, "R-AFTER", EVX_WEIGHT_INFO,
		"The %u events from %04u on stand behind what is rightful: nothing in them counts, whoever signed them.", last - first + 1, first);
}

static const struct evx_rules_roster no_roster = { NULL, NULL, NULL };

enum evx_err evx_rules_judge(struct evx_chain_result *chain, const struct evx_rules_roster *roster, int64_t now, struct evx_findings *findings,
	struct evx_diag *diag)
{
	struct evx_rules r = { .chain = chain, .roster = roster != NULL ? roster : &no_roster, .now = now, .findings = findings };
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

enum evx_err evx_rules_check(const struct evx_chain_result *chain, const struct evx_event *next, const struct evx_rules_roster *roster,
	struct evx_diag *diag)
{
	struct evx_findings findings = { 0 };
	struct evx_chain_result longer = { 0 };
	struct evx_diag refusal = { 0 };
	struct evx_rules r = { .chain = &longer, .roster = roster != NULL ? roster : &no_roster, .now = next->time, .findings = &findings,
		.watched = (uint32_t)chain->n, .refusal = &refusal };
	enum evx_err err;

	if (chain->n == 0 || chain->rightful < chain->n)
		return evx_fail(diag, EVX_E_CUSTODY, "chain: expected one that is rightful to its end, found %zu of %zu events", chain->rightful, chain->n);
	if (evx_event_type(next->type) == NULL || strcmp(next->type, "seal") == 0 || next->nsigners == 0)
		return evx_fail(diag, EVX_E_USAGE, "rules: expected an event after the seal with its signers");
	longer.n = longer.rightful = chain->n + 1;
	longer.at = calloc(longer.n, sizeof *longer.at);
	if (longer.at == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "rules: out of memory");
	memcpy(longer.at, chain->at, chain->n * sizeof *longer.at);
	longer.at[chain->n].event = *next; /* borrowed, as all the others */
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
