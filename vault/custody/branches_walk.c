/* The rules over each branch, as the chain that it would be. */
#include <stdlib.h>
#include <string.h>

#include "custody/branches_inner.h"
#include "custody/rules.h"

/* The keys that are parties of the chain, whatever its branches say. */
static enum evx_err find_parties(const struct evx_chain_result *c, struct evx_keyset *parties)
{
	const struct evx_policy *policy;
	enum evx_err err = EVX_OK;

	if (c->rightful == 0)
		return EVX_OK;
	for (size_t i = 0; i < c->rightful && err == EVX_OK; i++) {
		const struct evx_chain_event *e = &c->at[i];

		if (e->party)
			err = evx_keyset_add(parties, e->event.signers[0], (uint32_t)i);
		if (err == EVX_OK && e->rightful && e->event.kind == EVX_EVENT_RELEASE)
			err = evx_keyset_add(parties, e->event.fields.counterparty, (uint32_t)i);
	}
	for (size_t k = 1; k < c->at[0].event.nsigners && err == EVX_OK; k++)
		err = evx_keyset_add(parties, c->at[0].event.signers[k], 0);
	policy = &c->at[0].event.seal.policy;
	for (size_t i = 0; i < policy->n; i++)
		for (size_t k = 0; k < policy->at[i].nof && err == EVX_OK; k++)
			err = evx_keyset_add(parties, policy->at[i].of[k], 0);
	return err;
}

/* Of an event whose way back is not known: by who signed it. */
static bool is_known(const struct evx_keyset *parties, const struct evx_rules_roster *r,
	const struct evx_event *e)
{
	const enum evx_rules_trust trust = r == NULL || r->trusts == NULL ?
		EVX_RULES_STRANGER :
		r->trusts(r->ctx, e->signers[0], e->time);

	return trust == EVX_RULES_TRUSTED ||
		(trust != EVX_RULES_WITHDRAWN && evx_keyset_find(parties, e->signers[0]) != NULL);
}

/* What the rules know behind an event, shared by the events that follow it. */
struct view {
	struct evx_rules_walk *walk;
	size_t uses;
};

/* An event to judge, and what stands before it. */
struct visit {
	size_t node;
	struct view *before;
};

struct judging {
	struct evx_branches *b;
	struct evx_chain_result trial; /* the branch at hand, as the chain it would be */
	size_t *first, *next; /* of each node: its first event that follows, and the next one that
				 follows the same, the longest branch last */
	struct visit *stack;
	size_t depth;
};

static void drop(struct view *v)
{
	if (v == NULL || --v->uses > 0)
		return;
	evx_rules_walk_free(v->walk);
	free(v);
}

/* *out: what `before` knows, for one event to go on with; the last one that asks gets it itself.
 * Takes over a use. */
static enum evx_err go_on(struct view *before, struct view **out)
{
	*out = before;
	if (before->uses == 1)
		return EVX_OK;
	*out = calloc(1, sizeof(**out));
	if (*out == NULL) {
		drop(before);
		return EVX_E_MEMORY;
	}
	(*out)->uses = 1;
	(*out)->walk = evx_rules_walk_copy(before->walk);
	drop(before);
	return (*out)->walk != NULL ? EVX_OK : EVX_E_MEMORY;
}

/* Judges one event behind what stands before it, and asks for those that follow. */
static enum evx_err visit(struct judging *j, struct visit v)
{
	struct evx_branches_node *n = &j->b->at[v.node];
	const uint32_t number = n->event->sequence;
	struct evx_chain_event *e = &j->trial.at[number];
	struct view *view;
	enum evx_err err = go_on(v.before, &view);

	if (v.node < j->b->nchain) {
		*e = j->b->chain->at[v.node]; /* borrowed */
	} else {
		*e = (struct evx_chain_event){ .event = *n->event,
			.decoded = true,
			.is_signed = true,
			.linked = true,
			.has_hash = true };
		memcpy(e->hash, n->hash, sizeof(e->hash));
	}
	if (err == EVX_OK)
		err = evx_rules_walk_on(view->walk, number);
	if (err == EVX_OK && v.node >= j->b->nchain) {
		n->known = !e->claim;
		n->counts = e->rightful;
	}
	if (err == EVX_OK) /* the longest one is pushed first, and taken last */
		for (size_t i = j->first[v.node]; i != EVX_NO_NODE; i = j->next[i]) {
			view->uses++;
			j->stack[j->depth++] = (struct visit){ i, view };
		}
	drop(view);
	return err;
}

/* Lists what follows each event, the longest branch first. */
static void list_children(struct judging *j, size_t *below)
{
	const struct evx_branches *b = j->b;

	for (size_t i = 0; i < b->n; i++) {
		j->first[i] = j->next[i] = EVX_NO_NODE;
		below[i] = 1;
	}
	for (size_t i = b->n; i-- > 1;) {
		const size_t parent = b->at[i].parent;
		size_t *head;

		if (parent == EVX_NO_NODE)
			continue;
		below[parent] += below[i];
		head = &j->first[parent];
		if (*head != EVX_NO_NODE && below[*head] > below[i]) { /* the head stays */
			j->next[i] = j->next[*head];
			j->next[*head] = i;
		} else {
			j->next[i] = *head;
			*head = i;
		}
	}
}

/* Judges each branch by the rules, as the chain it would be, and marks its events. Each event is
 * judged once, and the rules' state is copied where branches part; what is in hand at one time is
 * no more than the logarithm of the events, for the longest branch goes on with the state itself,
 * last. */
static enum evx_err judge_tree(struct evx_branches *b, const struct evx_rules_roster *roster,
	const struct evx_cancel *cancel)
{
	struct judging j = { .b = b };
	size_t *below = calloc(b->n + 1, sizeof(*below)), length = 1;
	struct view *start = calloc(1, sizeof(*start));
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < b->n; i++)
		length = b->at[i].event->sequence >= length ? (size_t)b->at[i].event->sequence + 1 :
							      length;
	j.trial.at = calloc(length, sizeof(*j.trial.at));
	j.first = calloc(b->n + 1, sizeof(*j.first));
	j.next = calloc(b->n + 1, sizeof(*j.next));
	j.stack = calloc(b->n + 1, sizeof(*j.stack));
	if (start != NULL)
		*start = (struct view){ evx_rules_walk_new(&j.trial, roster), 1 };
	if (below == NULL || start == NULL || start->walk == NULL || j.trial.at == NULL ||
		j.first == NULL || j.next == NULL || j.stack == NULL) {
		err = EVX_E_MEMORY;
		drop(start);
	} else {
		list_children(&j, below);
		j.stack[j.depth++] = (struct visit){ 0, start };
	}
	while (j.depth > 0) {
		const struct visit v = j.stack[--j.depth];

		if (err == EVX_OK && evx_cancelled(cancel))
			err = EVX_E_INTERRUPTED;
		if (err == EVX_OK)
			err = visit(&j, v);
		else
			drop(v.before);
	}
	free(below);
	free(j.trial.at);
	free(j.first);
	free(j.next);
	free(j.stack);
	return err;
}

enum evx_err evx_branches_walk(struct evx_branches *b, const struct evx_rules_roster *roster,
	const struct evx_cancel *cancel)
{
	bool *rooted = calloc(b->n + 1, sizeof(*rooted));
	struct evx_keyset parties = { 0 };
	enum evx_err err = EVX_E_MEMORY;

	if (rooted == NULL || (err = find_parties(b->chain, &parties)) != EVX_OK)
		goto out;
	/* Events whose parents do not lead to the chain are judged by who signed them; parents
	 * stand before their children. */
	for (size_t i = 0; i < b->n; i++) {
		struct evx_branches_node *n = &b->at[i];

		rooted[i] = i < b->nchain || (n->parent != EVX_NO_NODE && rooted[n->parent]);
		if (!rooted[i])
			n->known = n->counts = is_known(&parties, roster, n->event);
	}
	if (b->nchain > 0 && b->n > b->nchain)
		err = judge_tree(b, roster, cancel);
out:
	evx_keyset_free(&parties);
	free(rooted);
	return err;
}
