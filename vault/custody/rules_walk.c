/* The rules while a chain is still read, event by event, and along its branches. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "custody/rules_inner.h"

struct evx_rules_walk {
	struct evx_rules rules;
};

struct evx_rules_walk *evx_rules_walk_new(
	struct evx_chain_result *chain, const struct evx_rules_roster *roster)
{
	struct evx_rules_walk *walk = calloc(1, sizeof(*walk));

	if (walk != NULL)
		evx_rules_begin(&walk->rules, chain, roster);
	return walk;
}

void evx_rules_walk_free(struct evx_rules_walk *walk)
{
	if (walk == NULL)
		return;
	evx_rules_end(&walk->rules);
	free(walk);
}

/* Gives *at, the n elements of which are another's, elements of its own. */
static enum evx_err own(void *at, size_t n, size_t size)
{
	void *copy = NULL, *from;
	enum evx_err err = evx_array_room(&copy, 0, n, size);

	memcpy(&from, at, sizeof(from));
	if (err == EVX_OK && n > 0)
		memcpy(copy, from, n * size);
	memcpy(at, &copy, sizeof(copy));
	return err;
}

struct evx_rules_walk *evx_rules_walk_copy(const struct evx_rules_walk *walk)
{
	struct evx_rules_walk *copy = calloc(1, sizeof(*copy));
	const struct evx_rules *from = &walk->rules;
	struct evx_custody_state *s;
	struct evx_rules *r;
	bool failed;

	if (copy == NULL)
		return NULL;
	*copy = *walk;
	r = &copy->rules;
	s = &r->state;
	/* Each, also after a failure: nothing of the other's may be freed with the copy. */
	failed = own(&r->marks, r->seen, sizeof(*r->marks)) != EVX_OK;
	failed |= own(&r->by_hash, r->seen, sizeof(*r->by_hash)) != EVX_OK;
	failed |= own(&s->holds, s->nholds, sizeof(*s->holds)) != EVX_OK;
	failed |= own(&s->inquiries, s->ninquiries, sizeof(*s->inquiries)) != EVX_OK;
	failed |= own(&s->missing, s->nmissing, sizeof(*s->missing)) != EVX_OK;
	failed |= evx_keyset_copy(&from->holders, &r->holders) != EVX_OK;
	failed |= evx_keyset_copy(&from->parties, &r->parties) != EVX_OK;
	failed |= evx_keyset_copy(&from->receivers, &r->receivers) != EVX_OK;
	failed |= evx_keyset_copy(&from->state.held, &s->held) != EVX_OK;
	if (failed) {
		evx_rules_walk_free(copy);
		return NULL;
	}
	return copy;
}

void evx_rules_walk_signer(struct evx_rules_walk *walk, uint32_t number)
{
	evx_rules_signer(&walk->rules, number);
}

bool evx_rules_walk_knows(const struct evx_rules_walk *walk, const struct evx_event *next)
{
	const enum evx_rules_trust trust = evx_rules_actor_trust(&walk->rules, next);

	return trust == EVX_RULES_TRUSTED ||
		(trust != EVX_RULES_WITHDRAWN &&
			evx_rules_is_party(&walk->rules, next->signers[0]));
}

enum evx_err evx_rules_walk_on(struct evx_rules_walk *walk, uint32_t number)
{
	return evx_rules_event(&walk->rules, number);
}
