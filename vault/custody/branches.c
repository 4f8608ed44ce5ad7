/* All branches of an exhibit as one tree of events: where it may part, and what may be in one
 * branch of it only. */
#include "custody/branches.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "custody/rules_inner.h"

#define NONE SIZE_MAX

/* An event of the tree. Those of the chain come first, by number; a parent stands before its
 * children. */
struct node {
	const struct evx_event *event;
	const uint8_t *hash;
	size_t parent; /* NONE: the seal, or its way back to the chain is not known */
	size_t open;   /* the release that stands open behind it, NONE: none is known */
	size_t children, known_children; /* that follow it; with somebody known below */
	bool known, counts;
	bool known_below; /* somebody known signed it, or an event behind it */
	size_t other;     /* its place among the others, NONE: it is of the chain */
	const char *name;
};

/* A node under its hash. */
struct place {
	const uint8_t *hash;
	size_t node;
};

struct evx_branches {
	const struct evx_chain_result *chain;
	const struct evx_rules_roster *roster;
	struct node *at;
	size_t n, nchain;
	size_t *place;        /* of each of the others, NONE where the chain has it */
	struct place *sorted; /* all nodes, by hash */
};

static int by_sequence(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	if (x->event->sequence != y->event->sequence)
		return x->event->sequence < y->event->sequence ? -1 : 1;
	return evx_hash_order(x->hash, y->hash);
}

static int by_hash(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return evx_hash_order(x->hash, y->hash);
}

static size_t find(const struct evx_branches *b, const uint8_t hash[32])
{
	size_t low = 0, high = b->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = evx_hash_order(b->sorted[middle].hash, hash);

		if (order == 0)
			return b->sorted[middle].node;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NONE;
}

static bool is(const struct node *n, enum evx_event_kind kind)
{
	return n->counts && n->event->kind == kind;
}

static bool is_answer(const struct node *n)
{
	return is(n, EVX_EVENT_ACCEPT) || is(n, EVX_EVENT_REFUSE) || is(n, EVX_EVENT_WITHDRAW);
}

/* True when the key is that of a party of the chain, whatever its branches say. */
static bool is_party(const struct evx_chain_result *c, const char *key)
{
	const struct evx_policy *policy = &c->at[0].event.seal.policy;

	for (size_t i = 0; i < c->rightful; i++) {
		const struct evx_chain_event *e = &c->at[i];

		if (e->party && strcmp(e->event.signers[0], key) == 0)
			return true;
		if (e->rightful && e->event.kind == EVX_EVENT_RELEASE &&
			strcmp(e->event.fields.counterparty, key) == 0)
			return true;
	}
	for (size_t k = 1; c->rightful > 0 && k < c->at[0].event.nsigners; k++)
		if (strcmp(c->at[0].event.signers[k], key) == 0)
			return true;
	for (size_t i = 0; c->rightful > 0 && i < policy->n; i++)
		if (evx_policy_rule_lists(&policy->at[i], key))
			return true;
	return false;
}

/* Of an event whose way back is not known: by who signed it. */
static bool is_known(const struct evx_branches *b, const struct evx_event *e)
{
	const struct evx_rules_roster *r = b->roster;
	const enum evx_rules_trust trust = r == NULL || r->trusts == NULL ?
		EVX_RULES_STRANGER :
		r->trusts(r->ctx, e->signers[0], e->time);

	return trust == EVX_RULES_TRUSTED ||
		(trust != EVX_RULES_WITHDRAWN && is_party(b->chain, e->signers[0]));
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
	struct node *n = &j->b->at[v.node];
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
		for (size_t i = j->first[v.node]; i != NONE; i = j->next[i]) {
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
		j->first[i] = j->next[i] = NONE;
		below[i] = 1;
	}
	for (size_t i = b->n; i-- > 1;) {
		const size_t parent = b->at[i].parent;
		size_t *head;

		if (parent == NONE)
			continue;
		below[parent] += below[i];
		head = &j->first[parent];
		if (*head != NONE && below[*head] > below[i]) { /* the head stays */
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
static enum evx_err judge_tree(struct evx_branches *b)
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
		*start = (struct view){ evx_rules_walk_new(&j.trial, b->roster), 1 };
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

/* Events whose parents do not lead to the chain are judged by who signed them; parents stand before
 * their children. */
static enum evx_err judge_others(struct evx_branches *b)
{
	bool *rooted = calloc(b->n + 1, sizeof(*rooted));

	if (rooted == NULL)
		return EVX_E_MEMORY;
	for (size_t i = 0; i < b->n; i++) {
		struct node *n = &b->at[i];

		rooted[i] = i < b->nchain || (n->parent != NONE && rooted[n->parent]);
		if (!rooted[i])
			n->known = n->counts = is_known(b, n->event);
	}
	free(rooted);
	return b->nchain > 0 && b->n > b->nchain ? judge_tree(b) : EVX_OK;
}

static void follow(struct evx_branches *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct node *n = &b->at[i];

		n->open = n->parent == NONE ? NONE : b->at[n->parent].open;
		if (is(n, EVX_EVENT_RELEASE))
			n->open = i;
		else if (is_answer(n) || is(n, EVX_EVENT_TAKE_OVER))
			n->open = NONE;
	}
	for (size_t i = b->n; i-- > 0;) {
		b->at[i].known_below = b->at[i].known_below || b->at[i].known;
		if (b->at[i].parent != NONE && b->at[i].known_below) {
			b->at[b->at[i].parent].known_below = true;
			b->at[b->at[i].parent].known_children++;
		}
	}
}

/* Puts the chain and, in order of their numbers, the events beside it into b->at. */
static void gather(struct evx_branches *b, const struct evx_branch_event *others, size_t n)
{
	size_t kept;

	for (size_t i = 0; i < b->nchain; i++) {
		const struct evx_chain_event *e = &b->chain->at[i];

		b->at[i] = (struct node){ .event = &e->event,
			.hash = e->hash,
			.parent = i == 0 ? NONE : i - 1,
			.known = !e->claim,
			.counts = e->rightful,
			.other = NONE };
	}
	b->n = b->nchain;
	for (size_t i = 0; i < n; i++) {
		const uint32_t number = others[i].event->sequence;

		if (number >= b->nchain ||
			!evx_hash_equal(b->chain->at[number].hash, others[i].hash))
			b->at[b->n++] = (struct node){ .event = others[i].event,
				.hash = others[i].hash,
				.parent = NONE,
				.other = i,
				.name = others[i].name };
	}
	qsort(b->at + b->nchain, b->n - b->nchain, sizeof(*b->at), by_sequence);
	/* The same event in two receipts is one. */
	for (size_t i = kept = b->nchain; i < b->n; i++) {
		if (i > b->nchain && evx_hash_equal(b->at[kept - 1].hash, b->at[i].hash)) {
			b->place[b->at[i].other] = kept - 1;
			continue;
		}
		b->at[kept] = b->at[i];
		b->place[b->at[kept].other] = kept;
		kept++;
	}
	b->n = kept;
}

static void link_up(struct evx_branches *b)
{
	for (size_t i = 0; i < b->n; i++)
		b->sorted[i] = (struct place){ b->at[i].hash, i };
	qsort(b->sorted, b->n, sizeof(*b->sorted), by_hash);
	for (size_t i = b->nchain; i < b->n; i++) {
		const size_t parent = find(b, b->at[i].event->previous);

		if (parent != NONE && b->at[parent].event->sequence + 1 == b->at[i].event->sequence)
			b->at[i].parent = parent;
	}
	for (size_t i = 1; i < b->n; i++)
		if (b->at[i].parent != NONE)
			b->at[b->at[i].parent].children++;
}

enum evx_err evx_branches_new(const struct evx_chain_result *chain,
	const struct evx_branch_event *others, size_t n, const struct evx_rules_roster *roster,
	struct evx_branches **out, struct evx_diag *diag)
{
	struct evx_branches *b = calloc(1, sizeof(*b));
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (b == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "branches: out of memory");
	b->chain = chain;
	b->roster = roster;
	b->nchain = chain->rightful;
	b->at = calloc(b->nchain + n + 1, sizeof(*b->at));
	b->place = calloc(n + 1, sizeof(*b->place));
	b->sorted = calloc(b->nchain + n + 1, sizeof(*b->sorted));
	if (b->at == NULL || b->place == NULL || b->sorted == NULL)
		err = EVX_E_MEMORY;
	for (size_t i = 0; i < n && err == EVX_OK; i++)
		b->place[i] = NONE;
	if (err == EVX_OK) {
		gather(b, others, n);
		link_up(b);
		err = judge_others(b);
	}
	if (err != EVX_OK) {
		evx_branches_free(b);
		return evx_fail(diag, err, "branches: out of memory");
	}
	follow(b);
	*out = b;
	return EVX_OK;
}

void evx_branches_free(struct evx_branches *b)
{
	if (b == NULL)
		return;
	free(b->at);
	free(b->place);
	free(b->sorted);
	free(b);
}

/* True when branches may part behind the event: at a copy that its holder declared, unless it is on
 * its way with nothing left behind; or at a release that leaves a copy. */
static bool may_part(const struct evx_branches *b, size_t node)
{
	const struct node *n = &b->at[node];
	const size_t before = n->parent == NONE ? NONE : b->at[n->parent].open;

	if (is(n, EVX_EVENT_COPY))
		return before == NONE || b->at[before].event->fields.keeps == EVX_KEEPS_COPY;
	return is(n, EVX_EVENT_RELEASE) && n->event->fields.keeps == EVX_KEEPS_COPY;
}

struct evx_parting evx_branches_parting(const struct evx_branches *b, size_t number)
{
	const size_t node = b->place[number];
	struct evx_parting p = { false, false };

	if (node == NONE || b->at[node].parent == NONE)
		return p;
	p.may = may_part(b, b->at[node].parent);
	p.claim = !b->at[node].known_below || b->at[b->at[node].parent].known_children < 2;
	return p;
}

bool evx_branches_known(const struct evx_branches *b, size_t number)
{
	return b->place[number] == NONE || b->at[b->place[number]].known;
}

/* The release that the event answers or closes, NONE: none that is known. */
static size_t answered(const struct evx_branches *b, const struct node *n)
{
	if (is_answer(n))
		return find(b, n->event->fields.refers);
	return is(n, EVX_EVENT_TAKE_OVER) && n->parent != NONE ? b->at[n->parent].open : NONE;
}

static int by_refers(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;
	const int order = evx_hash_order((*x)->event->fields.refers, (*y)->event->fields.refers);

	return order != 0 ? order : by_sequence(*x, *y);
}

/* Answers to a release that stands in none of the branches: which one it is, is told by its hash
 * alone. */
static enum evx_err judge_lost_releases(const struct evx_branches *b, struct evx_findings *findings)
{
	const struct node **lost = calloc(b->n + 1, sizeof(*lost));
	enum evx_err err = lost != NULL ? EVX_OK : EVX_E_MEMORY;
	size_t n = 0;

	for (size_t i = 0; i < b->n && err == EVX_OK; i++)
		if (is_answer(&b->at[i]) && answered(b, &b->at[i]) == NONE)
			lost[n++] = &b->at[i];
	if (err == EVX_OK)
		qsort(lost, n, sizeof(*lost), by_refers);
	for (size_t i = 1; i < n && err == EVX_OK; i++)
		if (evx_hash_equal(
			    lost[i - 1]->event->fields.refers, lost[i]->event->fields.refers))
			err = evx_findings_add(findings, "R-TWO-ANSWERS", EVX_WEIGHT_BROKEN,
				lost[i]->event->sequence, lost[i]->name,
				"A release that is not here has two answers: %s in event %04u of "
				"one copy, %s in event %04u of another. One of them hides the "
				"other.",
				lost[i - 1]->event->type, (unsigned)lost[i - 1]->event->sequence,
				lost[i]->event->type, (unsigned)lost[i]->event->sequence);
	free(lost);
	return err;
}

static enum evx_err judge_answers(const struct evx_branches *b, struct evx_findings *findings)
{
	size_t *first = calloc(b->n + 1, sizeof(*first)); /* by release: 1 + the event that answers
							    it */
	enum evx_err err = first != NULL ? EVX_OK : EVX_E_MEMORY;

	for (size_t i = 0; i < b->n && err == EVX_OK; i++) {
		const struct node *n = &b->at[i];
		const size_t release = answered(b, n);

		if (release == NONE)
			continue;
		if (first[release] == 0)
			first[release] = i + 1;
		else
			err = evx_findings_add(findings, "R-TWO-ANSWERS", EVX_WEIGHT_BROKEN,
				b->at[release].event->sequence, n->name,
				"Release %04u has two answers: %s in event %04u of one copy, %s in "
				"event %04u of another. One of them hides the other.",
				(unsigned)b->at[release].event->sequence,
				b->at[first[release] - 1].event->type,
				(unsigned)b->at[first[release] - 1].event->sequence, n->event->type,
				(unsigned)n->event->sequence);
	}
	free(first);
	return err == EVX_OK ? judge_lost_releases(b, findings) : err;
}

/* The key that the event makes a holder, NULL: none. */
static const char *new_holder(const struct evx_branches *b, const struct node *n)
{
	size_t release;

	if (is(n, EVX_EVENT_TAKE_OVER))
		return n->event->signers[0];
	if (!is(n, EVX_EVENT_ACCEPT))
		return NULL;
	release = find(b, n->event->fields.refers);
	return release != NONE ? b->at[release].event->fields.counterparty : n->event->signers[0];
}

/* The branches behind a copy in which somebody became holder. */
struct handed {
	size_t branches;
	bool copied;  /* in one of them to whom the copy was for: it is the copy's. The original may
			 go there, too. */
	size_t other; /* the event by which it went to somebody else, of the last such branch; NONE
		       */
};

static void see_branch(
	const struct evx_branches *b, const struct node *copy, size_t heir, struct handed *h)
{
	const char *receiver = copy->event->fields.counterparty;

	if (heir == NONE)
		return;
	h->branches++;
	if (receiver[0] != '\0' && strcmp(new_holder(b, &b->at[heir]), receiver) == 0)
		h->copied = true;
	if (h->other == NONE || strcmp(new_holder(b, &b->at[h->other]), receiver) == 0)
		h->other = heir;
}

static enum evx_err note_holders(const struct evx_branches *b, size_t copy,
	const struct node *other, struct evx_findings *findings)
{
	return evx_findings_add(findings, "R-TWO-HOLDERS", EVX_WEIGHT_BROKEN,
		b->at[copy].event->sequence, other->name,
		"Behind the copy of event %04u the exhibit went to two holders, in event %04u of "
		"this branch and in another: who has the original is not known.",
		(unsigned)b->at[copy].event->sequence, (unsigned)other->event->sequence);
}

/* Behind a copy one branch may be handed on, and another one to whom the copy was made for.
 * Children are seen before their parents. */
static enum evx_err judge_copies(const struct evx_branches *b, struct evx_findings *findings)
{
	size_t *heir = calloc(b->n + 1, sizeof(*heir)); /* of each event: it, or the first one
							  behind it, that makes a holder */
	struct handed *handed = calloc(b->n + 1, sizeof(*handed));
	enum evx_err err = heir != NULL && handed != NULL ? EVX_OK : EVX_E_MEMORY;

	for (size_t i = 0; i < b->n && err == EVX_OK; i++) {
		heir[i] = NONE;
		handed[i].other = NONE;
	}
	for (size_t i = b->n; i-- > 0 && err == EVX_OK;) {
		const size_t parent = b->at[i].parent;

		if (new_holder(b, &b->at[i]) != NULL)
			heir[i] = i;
		if (parent == NONE)
			continue;
		if (is(&b->at[parent], EVX_EVENT_COPY))
			see_branch(b, &b->at[parent], heir[i], &handed[parent]);
		if (heir[i] < heir[parent])
			heir[parent] = heir[i];
	}
	for (size_t i = 0; i < b->n && err == EVX_OK; i++)
		if (handed[i].branches > (handed[i].copied ? 2u : 1u))
			err = note_holders(b, i, &b->at[handed[i].other], findings);
	free(heir);
	free(handed);
	return err;
}

enum evx_err evx_branches_judge(
	const struct evx_branches *b, struct evx_findings *findings, struct evx_diag *diag)
{
	enum evx_err err = judge_answers(b, findings);

	if (err == EVX_OK)
		err = judge_copies(b, findings);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "branches: out of memory");
}

static enum evx_err note_fork(uint32_t common, const char *name, struct evx_parting parting,
	struct evx_findings *findings)
{
	return evx_findings_add(findings, "R-FORK",
		parting.claim ? EVX_WEIGHT_GAP : EVX_WEIGHT_BROKEN, common - 1, name,
		"Two different events follow event %04u, and no copy was made there: one chain "
		"hides the other.%s",
		(unsigned)common - 1,
		parting.claim ?
			" What one of them goes on with is the word of somebody unknown here." :
			"");
}

enum evx_err evx_branches_compare(const struct evx_chain_result *a,
	const struct evx_chain_result *b, uint32_t common, const char *name,
	const struct evx_rules_roster *roster, struct evx_findings *findings,
	struct evx_parting *parting, struct evx_diag *diag)
{
	struct evx_branch_event *others = calloc(b->n + 1, sizeof(*others));
	struct evx_branches *tree = NULL;
	enum evx_err err = others != NULL ? EVX_OK :
					    evx_fail(diag, EVX_E_MEMORY, "branches: out of memory");
	size_t n = 0;

	*parting = (struct evx_parting){ true, false };
	for (size_t i = common; err == EVX_OK && i < b->rightful; i++) {
		others[n] = (struct evx_branch_event){ .event = &b->at[i].event, .name = name };
		memcpy(others[n++].hash, b->at[i].hash, sizeof(others->hash));
	}
	if (err == EVX_OK && a->n > common && b->n > common && (n == 0 || a->rightful <= common))
		*parting = (struct evx_parting){ false, false }; /* one of them cannot be followed
								    there */
	else if (err == EVX_OK && n > 0 && a->n > common) {
		err = evx_branches_new(a, others, n, roster, &tree, diag);
		if (err == EVX_OK)
			*parting = evx_branches_parting(tree, 0);
		if (err == EVX_OK)
			err = evx_branches_judge(tree, findings, diag);
	}
	if (err == EVX_OK && !parting->may && note_fork(common, name, *parting, findings) != EVX_OK)
		err = evx_fail(diag, EVX_E_MEMORY, "branches: out of memory");
	evx_branches_free(tree);
	free(others);
	return err;
}
