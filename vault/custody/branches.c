/* All branches of an exhibit as one tree of events: where it may part, and what may be in one branch of it only. */
#include "custody/branches.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "custody/rules_inner.h"

#define NONE SIZE_MAX

/* An event of the tree. Those of the chain come first, by number; a parent stands before its children. */
struct node {
	const struct evx_event *event;
	const uint8_t *hash;
	size_t parent;       /* NONE: the seal, or its way back to the chain is not known */
	size_t open;         /* the release that stands open behind it, NONE: none is known */
	size_t children;
	bool known, counts;
	bool known_below;    /* somebody known signed it, or an event behind it */
	size_t other;        /* its place among the others, NONE: it is of the chain */
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

static bool is(const struct node *n, const char *type)
{
	return n->counts && strcmp(n->event->type, type) == 0;
}

static bool is_answer(const struct node *n)
{
	return is(n, "accept") || is(n, "refuse") || is(n, "withdraw");
}

/* True when the key is that of a party of the chain, whatever its branches say. */
static bool is_party(const struct evx_chain_result *c, const char *key)
{
	const struct evx_policy *policy = &c->at[0].event.seal.policy;

	for (size_t i = 0; i < c->rightful; i++) {
		const struct evx_chain_event *e = &c->at[i];

		if (e->party && strcmp(e->event.signers[0], key) == 0)
			return true;
		if (e->rightful && strcmp(e->event.type, "release") == 0 && strcmp(e->event.fields.counterparty, key) == 0)
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
	const enum evx_rules_trust trust = r == NULL || r->trusts == NULL ? EVX_RULES_STRANGER : r->trusts(r->ctx, e->signers[0], e->time);

	return trust == EVX_RULES_TRUSTED || (trust != EVX_RULES_WITHDRAWN && is_party(b->chain, e->signers[0]));
}

/* Judges the branch that ends with leaf by the rules, as the chain it would be, and marks its events. */
static enum evx_err judge_path(struct evx_branches *b, size_t leaf)
{
	struct evx_chain_result trial = { 0 };
	struct evx_findings findings = { 0 };
	enum evx_err err = EVX_OK;
	size_t i = leaf;

	trial.n = trial.rightful = (size_t)b->at[leaf].event->sequence + 1;
	trial.at = calloc(trial.n, sizeof *trial.at);
	if (trial.at == NULL)
		return EVX_E_MEMORY;
	for (; i != NONE && i >= b->nchain; i = b->at[i].parent) {
		struct evx_chain_event *e = &trial.at[b->at[i].event->sequence];

		e->event = *b->at[i].event; /* borrowed */
		e->decoded = e->is_signed = e->linked = e->has_hash = true;
		memcpy(e->hash, b->at[i].hash, sizeof e->hash);
	}
	memcpy(trial.at, b->chain->at, (i + 1) * sizeof *trial.at);
	err = evx_rules_judge(&trial, b->roster, b->at[leaf].event->time, &findings, NULL);
	for (i = leaf; i >= b->nchain && err == EVX_OK; i = b->at[i].parent) {
		const struct evx_chain_event *e = &trial.at[b->at[i].event->sequence];

		b->at[i].known = !e->claim;
		b->at[i].counts = e->rightful;
	}
	evx_custody_state_free(&trial.state);
	evx_findings_free(&findings);
	free(trial.at);
	return err;
}

/* True when the parents of node lead to the chain. */
static bool is_rooted(const struct evx_branches *b, size_t node)
{
	while (node != NONE && node >= b->nchain)
		node = b->at[node].parent;
	return node != NONE;
}

static enum evx_err judge_others(struct evx_branches *b)
{
	enum evx_err err = EVX_OK;

	for (size_t i = b->nchain; i < b->n && err == EVX_OK; i++) {
		struct node *n = &b->at[i];

		if (!is_rooted(b, i))
			n->known = n->counts = is_known(b, n->event);
		else if (n->children == 0)
			err = judge_path(b, i);
	}
	return err;
}

static void follow(struct evx_branches *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct node *n = &b->at[i];

		n->open = n->parent == NONE ? NONE : b->at[n->parent].open;
		if (is(n, "release"))
			n->open = i;
		else if (is_answer(n) || is(n, "take-over"))
			n->open = NONE;
	}
	for (size_t i = b->n; i-- > 0;) {
		b->at[i].known_below = b->at[i].known_below || b->at[i].known;
		if (b->at[i].parent != NONE && b->at[i].known_below)
			b->at[b->at[i].parent].known_below = true;
	}
}

/* Puts the chain and, in order of their numbers, the events beside it into b->at. */
static void gather(struct evx_branches *b, const struct evx_branch_event *others, size_t n)
{
	size_t kept;

	for (size_t i = 0; i < b->nchain; i++) {
		const struct evx_chain_event *e = &b->chain->at[i];

		b->at[i] = (struct node){ .event = &e->event, .hash = e->hash, .parent = i == 0 ? NONE : i - 1, .known = !e->claim, .counts = e->rightful,
			.other = NONE };
	}
	b->n = b->nchain;
	for (size_t i = 0; i < n; i++) {
		const uint32_t number = others[i].event->sequence;

		if (number >= b->nchain || !evx_hash_equal(b->chain->at[number].hash, others[i].hash))
			b->at[b->n++] = (struct node){ .event = others[i].event, .hash = others[i].hash, .parent = NONE, .other = i, .name = others[i].name };
	}
	qsort(b->at + b->nchain, b->n - b->nchain, sizeof *b->at, by_sequence);
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
	qsort(b->sorted, b->n, sizeof *b->sorted, by_hash);
	for (size_t i = b->nchain; i < b->n; i++) {
		const size_t parent = find(b, b->at[i].event->previous);

		if (parent != NONE && b->at[parent].event->sequence + 1 == b->at[i].event->sequence)
			b->at[i].parent = parent;
	}
	for (size_t i = 1; i < b->n; i++)
		if (b->at[i].parent != NONE)
			b->at[b->at[i].parent].children++;
}

enum evx_err evx_branches_new(const struct evx_chain_result *chain, const struct evx_branch_event *others, size_t n,
	const struct evx_rules_roster *roster, struct evx_branches **out, struct evx_diag *diag)
{
	struct evx_branches *b = calloc(1, sizeof *b);
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (b == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "branches: out of memory");
	b->chain = chain;
	b->roster = roster;
	b->nchain = chain->rightful;
	b->at = calloc(b->nchain + n + 1, sizeof *b->at);
	b->place = calloc(n + 1, sizeof *b->place);
	b->sorted = calloc(b->nchain + n + 1, sizeof *b->sorted);
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

/* True when branches may part behind the event: at a copy that its holder declared, unless it is on its way with nothing left behind; or at a
 * release that leaves a copy. */
static bool may_part(const struct evx_branches *b, size_t node)
{
	const struct node *n = &b->at[node];
	const size_t before = n->parent == NONE ? NONE : b->at[n->parent].open;

	if (is(n, "copy"))
		return before == NONE || b->at[before].event->fields.keeps == EVX_KEEPS_COPY;
	return is(n, "release") && n->event->fields.keeps == EVX_KEEPS_COPY;
}

struct evx_parting evx_branches_parting(const struct evx_branches *b, size_t number)
{
	const size_t node = b->place[number];
	struct evx_parting p = { false, false };
	size_t sides = 0;

	if (node == NONE || b->at[node].parent == NONE)
		return p;
	p.may = may_part(b, b->at[node].parent);
	for (size_t i = 0; i < b->n; i++)
		if (b->at[i].parent == b->at[node].parent && i != node)
			sides += b->at[i].known_below;
	p.claim = !b->at[node].known_below || sides == 0;
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
	return is(n, "take-over") && n->parent != NONE ? b->at[n->parent].open : NONE;
}

static enum evx_err judge_answers(const struct evx_branches *b, struct evx_findings *findings)
{
	size_t *first = calloc(b->n + 1, sizeof *first); /* by release: 1 + the event that answers it */
	enum evx_err err = first != NULL ? EVX_OK : EVX_E_MEMORY;

	for (size_t i = 0; i < b->n && err == EVX_OK; i++) {
		const struct node *n = &b->at[i];
		const size_t release = answered(b, n);

		if (release == NONE)
			continue;
		if (first[release] == 0)
			first[release] = i + 1;
		else
			err = evx_findings_add(findings, "R-TWO-ANSWERS", EVX_WEIGHT_BROKEN, b->at[release].event->sequence, n->name,
				"Release %04u has two answers: %s in event %04u of one copy, %s in event %04u of another. One of them hides the other.",
				(unsigned)b->at[release].event->sequence, b->at[first[release] - 1].event->type, (unsigned)b->at[first[release] - 1].event->sequence,
				n->event->type, (unsigned)n->event->sequence);
	}
	free(first);
	return err;
}

/* The key that the event makes a holder, NULL: none. */
static const char *new_holder(const struct evx_branches *b, const struct node *n)
{
	size_t release;

	if (is(n, "take-over"))
		return n->event->signers[0];
	if (!is(n, "accept"))
		return NULL;
	release = find(b, n->event->fields.refers);
	return release != NONE ? b->at[release].event->fields.counterparty : n->event->signers[0];
}

/* The child of top that node stands behind, or is; NONE when it stands elsewhere, or a holder between them was new already. */
static size_t first_below(const struct evx_branches *b, size_t top, size_t node)
{
	size_t at = node;

	while (b->at[at].parent != NONE && b->at[at].parent != top) {
		at = b->at[at].parent;
		if (new_holder(b, &b->at[at]) != NULL)
			return NONE;
	}
	return b->at[at].parent == top ? at : NONE;
}

/* Behind a copy one branch may be handed on, and another one to whom the copy was made for. */
static enum evx_err judge_copy(const struct evx_branches *b, size_t copy, struct evx_findings *findings)
{
	const char *receiver = b->at[copy].event->fields.counterparty;
	size_t first = NONE, copied = NONE;

	for (size_t i = copy + 1; i < b->n; i++) {
		const char *holder = new_holder(b, &b->at[i]);
		const size_t branch = holder == NULL ? NONE : first_below(b, copy, i);

		if (branch == NONE || branch == first || branch == copied)
			continue;
		/* One branch is the copy's, when it went to whom the copy was for; the original may go there, too. */
		if (copied == NONE && receiver[0] != '\0' && strcmp(holder, receiver) == 0)
			copied = branch;
		else if (first == NONE)
			first = branch;
		else
			return evx_findings_add(findings, "R-TWO-HOLDERS", EVX_WEIGHT_BROKEN, b->at[copy].event->sequence, b->at[i].name,
				"Behind the copy of event %04u the exhibit went to two holders, in event %04u of this branch and in another: who has the original is not known.",
				(unsigned)b->at[copy].event->sequence, (unsigned)b->at[i].event->sequence);
	}
	return EVX_OK;
}

enum evx_err evx_branches_judge(const struct evx_branches *b, struct evx_findings *findings, struct evx_diag *diag)
{
	enum evx_err err = judge_answers(b, findings);

	for (size_t i = 0; i < b->n && err == EVX_OK; i++)
		if (is(&b->at[i], "copy") && b->at[i].children > 1)
			err = judge_copy(b, i, findings);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "branches: out of memory");
}

static enum evx_err note_fork(uint32_t common, const char *name, struct evx_parting parting, struct evx_findings *findings)
{
	return evx_findings_add(findings, "R-FORK", parting.claim ? EVX_WEIGHT_GAP : EVX_WEIGHT_BROKEN, common - 1, name,
		"Two different events follow event %04u, and no copy was made there: one chain hides the other.%s", (unsigned)common - 1,
		parting.claim ? " What one of them goes on with is the word of somebody unknown here." : "");
}

enum evx_err evx_branches_compare(const struct evx_chain_result *a, const struct evx_chain_result *b, uint32_t common, const char *name,
	const struct evx_rules_roster *roster, struct evx_findings *findings, struct evx_parting *parting, struct evx_diag *diag)
{
	struct evx_branch_event *others = calloc(b->n + 1, sizeof *others);
	struct evx_branches *tree = NULL;
	enum evx_err err = others != NULL ? EVX_OK : evx_fail(diag, EVX_E_MEMORY, "branches: out of memory");
	size_t n = 0;

	*parting = (struct evx_parting){ true, false };
	for (size_t i = common; err == EVX_OK && i < b->rightful; i++) {
		others[n] = (struct evx_branch_event){ .event = &b->at[i].event, .name = name };
		memcpy(others[n++].hash, b->at[i].hash, sizeof others->hash);
	}
	if (err == EVX_OK && a->n > common && b->n > common && (n == 0 || a->rightful <= common))
		*parting = (struct evx_parting){ false, false }; /* one of them cannot be followed there */
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
