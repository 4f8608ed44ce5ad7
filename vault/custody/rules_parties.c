/* What the rules know while they walk: the events by their hashes, who is who, who acts for whom.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "custody/rules_inner.h"

void evx_custody_state_free(struct evx_custody_state *state)
{
	if (state == NULL)
		return;
	free(state->holds);
	free(state->inquiries);
	free(state->missing);
	evx_keyset_free(&state->held);
	memset(state, 0, sizeof(*state));
}

static const struct evx_rules_roster no_roster = { .ctx = NULL };

void evx_rules_begin(
	struct evx_rules *r, struct evx_chain_result *chain, const struct evx_rules_roster *roster)
{
	r->chain = chain;
	r->roster = roster != NULL ? roster : &no_roster;
}

void evx_rules_end(struct evx_rules *r)
{
	free(r->marks);
	free(r->by_hash);
	evx_keyset_free(&r->holders);
	evx_keyset_free(&r->parties);
	evx_keyset_free(&r->receivers);
	evx_custody_state_free(&r->state);
}

/* The first place in by_hash that does not stand before hash. */
static size_t place_of(const struct evx_rules *r, const uint8_t hash[32])
{
	size_t low = 0, high = r->seen;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (evx_hash_order(r->chain->at[r->by_hash[middle]].hash, hash) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum evx_err evx_rules_see(struct evx_rules *r)
{
	const uint8_t *hash = r->chain->at[r->at].hash;
	size_t place;

	if (EVX_ARRAY_ROOM(r->by_hash, r->seen, 1) != EVX_OK ||
		EVX_ARRAY_ADD(r->marks, r->seen) == NULL)
		return EVX_E_MEMORY;
	r->seen--; /* counted once it stands in its place */
	place = place_of(r, hash);
	memmove(r->by_hash + place + 1, r->by_hash + place,
		(r->seen - place) * sizeof(*r->by_hash));
	r->by_hash[place] = r->at;
	r->seen++;
	return EVX_OK;
}

uint32_t evx_rules_find(const struct evx_rules *r, const uint8_t hash[32])
{
	const size_t i = place_of(r, hash);

	return i < r->seen && evx_hash_equal(r->chain->at[r->by_hash[i]].hash, hash) ?
		r->by_hash[i] :
		EVX_NO_EVENT;
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

bool evx_rules_is_party(const struct evx_rules *r, const char *key)
{
	return evx_keyset_find(&r->parties, key) != NULL;
}

enum evx_err evx_rules_add_party(struct evx_rules *r, const char *key)
{
	return evx_keyset_add(&r->parties, key, r->at);
}

enum evx_err evx_rules_set_holder(struct evx_rules *r, const char *key)
{
	if (evx_keyset_add(&r->holders, key, r->at) != EVX_OK)
		return EVX_E_MEMORY;
	(void)snprintf(r->state.holder, sizeof(r->state.holder), "%s", key);
	r->state.since = r->at;
	r->state.since_time = r->chain->at[r->at].event.time;
	return evx_rules_add_party(r, r->state.holder);
}
