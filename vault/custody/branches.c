/* What may be in one branch of an exhibit only, and where copies part. */
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "custody/branches_inner.h"

static void follow(struct evx_branches *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct evx_branches_node *n = &b->at[i];

		n->open = n->parent == EVX_NO_NODE ? EVX_NO_NODE : b->at[n->parent].open;
		if (evx_branches_is(n, EVX_EVENT_RELEASE))
			n->open = i;
		else if (evx_branches_is_answer(n) || evx_branches_is(n, EVX_EVENT_TAKE_OVER))
			n->open = EVX_NO_NODE;
	}
	for (size_t i = b->n; i-- > 0;) {
		b->at[i].known_below = b->at[i].known_below || b->at[i].known;
		if (b->at[i].parent != EVX_NO_NODE && b->at[i].known_below) {
			b->at[b->at[i].parent].known_below = true;
			b->at[b->at[i].parent].known_children++;
		}
	}
}

static enum evx_err fail(enum evx_err err, struct evx_diag *diag)
{
	if (err == EVX_OK)
		return EVX_OK;
	return err == EVX_E_INTERRUPTED ? evx_fail(diag, err, "Interrupted. Nothing was changed.") :
					  evx_fail_memory(diag);
}

enum evx_err evx_branches_new(const struct evx_chain_result *chain,
	const struct evx_branch_event *others, size_t n, const struct evx_rules_roster *roster,
	const struct evx_cancel *cancel, struct evx_branches **out, struct evx_diag *diag)
{
	struct evx_branches *b = calloc(1, sizeof(*b));
	enum evx_err err;

	*out = NULL;
	if (b == NULL)
		return evx_fail_memory(diag);
	if ((err = evx_branches_tree(b, chain, others, n)) != EVX_OK ||
		(err = evx_branches_walk(b, roster, cancel)) != EVX_OK) {
		evx_branches_free(b);
		return fail(err, diag);
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
	const struct evx_branches_node *n = &b->at[node];
	const size_t before = n->parent == EVX_NO_NODE ? EVX_NO_NODE : b->at[n->parent].open;

	if (evx_branches_is(n, EVX_EVENT_COPY))
		return before == EVX_NO_NODE || b->at[before].event->fields.keeps == EVX_KEEPS_COPY;
	return evx_branches_is(n, EVX_EVENT_RELEASE) && n->event->fields.keeps == EVX_KEEPS_COPY;
}

struct evx_parting evx_branches_parting(const struct evx_branches *b, size_t number)
{
	const size_t node = b->place[number];
	struct evx_parting p = { false, false };

	if (node == EVX_NO_NODE || b->at[node].parent == EVX_NO_NODE)
		return p;
	p.may = may_part(b, b->at[node].parent);
	p.claim = !b->at[node].known_below || b->at[b->at[node].parent].known_children < 2;
	return p;
}

bool evx_branches_known(const struct evx_branches *b, size_t number)
{
	return b->place[number] == EVX_NO_NODE || b->at[b->place[number]].known;
}

/* The release that the event answers or closes, EVX_NO_NODE: none that is known. */
static size_t answered(const struct evx_branches *b, const struct evx_branches_node *n)
{
	if (evx_branches_is_answer(n))
		return evx_branches_find(b, n->event->fields.refers);
	return evx_branches_is(n, EVX_EVENT_TAKE_OVER) && n->parent != EVX_NO_NODE ?
		b->at[n->parent].open :
		EVX_NO_NODE;
}

/* By number, then by hash. */
static int in_order(const struct evx_branches_node *x, const struct evx_branches_node *y)
{
	if (x->event->sequence != y->event->sequence)
		return x->event->sequence < y->event->sequence ? -1 : 1;
	return evx_hash_order(x->hash, y->hash);
}

static int by_refers(const void *a, const void *b)
{
	const struct evx_branches_node *const *x = a, *const *y = b;
	const int order = evx_hash_order((*x)->event->fields.refers, (*y)->event->fields.refers);

	return order != 0 ? order : in_order(*x, *y);
}

/* Answers to a release that stands in none of the branches: which one it is, is told by its hash
 * alone. */
static enum evx_err judge_lost_releases(const struct evx_branches *b, struct evx_findings *findings)
{
	const struct evx_branches_node **lost = calloc(b->n + 1, sizeof(*lost));
	enum evx_err err = lost != NULL ? EVX_OK : EVX_E_MEMORY;
	size_t n = 0;

	for (size_t i = 0; i < b->n && err == EVX_OK; i++)
		if (evx_branches_is_answer(&b->at[i]) && answered(b, &b->at[i]) == EVX_NO_NODE)
			lost[n++] = &b->at[i];
	if (err == EVX_OK)
		qsort(lost, n, sizeof(*lost), by_refers);
	for (size_t i = 1; i < n && err == EVX_OK; i++)
		if (evx_hash_equal(
			    lost[i - 1]->event->fields.refers, lost[i]->event->fields.refers))
			err = evx_findings_add(findings, "R-TWO-ANSWERS", EVX_WEIGHT_BROKEN,
				lost[i]->event->sequence, lost[i]->name,
				"A release that is missing here has two answers: %s in entry %04u "
				"of one copy, and %s in entry %04u of another. Only one can be "
				"true. Ask the holders of both copies for their receipts.",
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
		const struct evx_branches_node *n = &b->at[i];
		const size_t release = answered(b, n);

		if (release == EVX_NO_NODE)
			continue;
		if (first[release] == 0)
			first[release] = i + 1;
		else
			err = evx_findings_add(findings, "R-TWO-ANSWERS", EVX_WEIGHT_BROKEN,
				b->at[release].event->sequence, n->name,
				"Release %04u has two answers: %s in entry %04u of one copy, and "
				"%s in entry %04u of another. Only one can be true. Ask the "
				"holders of both copies for their receipts.",
				(unsigned)b->at[release].event->sequence,
				b->at[first[release] - 1].event->type,
				(unsigned)b->at[first[release] - 1].event->sequence, n->event->type,
				(unsigned)n->event->sequence);
	}
	free(first);
	return err == EVX_OK ? judge_lost_releases(b, findings) : err;
}

/* The key that the event makes a holder, NULL: none. */
static const char *new_holder(const struct evx_branches *b, const struct evx_branches_node *n)
{
	size_t release;

	if (evx_branches_is(n, EVX_EVENT_TAKE_OVER))
		return n->event->signers[0];
	if (!evx_branches_is(n, EVX_EVENT_ACCEPT))
		return NULL;
	release = evx_branches_find(b, n->event->fields.refers);
	return release != EVX_NO_NODE ? b->at[release].event->fields.counterparty :
					n->event->signers[0];
}

/* The branches behind a copy in which somebody became holder. */
struct handed {
	size_t branches;
	bool copied;  /* in one of them to whom the copy was for: it is the copy's. The original may
			 go there, too. */
	size_t other; /* the event by which it went to somebody else, of the last such branch;
		       * EVX_NO_NODE
		       */
};

static void see_branch(const struct evx_branches *b, const struct evx_branches_node *copy,
	size_t heir, struct handed *h)
{
	const char *receiver = copy->event->fields.counterparty;

	if (heir == EVX_NO_NODE)
		return;
	h->branches++;
	if (receiver[0] != '\0' && strcmp(new_holder(b, &b->at[heir]), receiver) == 0)
		h->copied = true;
	if (h->other == EVX_NO_NODE || strcmp(new_holder(b, &b->at[h->other]), receiver) == 0)
		h->other = heir;
}

static enum evx_err note_holders(const struct evx_branches *b, size_t copy,
	const struct evx_branches_node *other, struct evx_findings *findings)
{
	return evx_findings_add(findings, "R-TWO-HOLDERS", EVX_WEIGHT_BROKEN,
		b->at[copy].event->sequence, other->name,
		"After the copy of entry %04u the exhibit went to two holders, in entry %04u of "
		"one version of the record and also in another. The record does not show who has "
		"the original. Ask both holders.",
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
		heir[i] = EVX_NO_NODE;
		handed[i].other = EVX_NO_NODE;
	}
	for (size_t i = b->n; i-- > 0 && err == EVX_OK;) {
		const size_t parent = b->at[i].parent;

		if (new_holder(b, &b->at[i]) != NULL)
			heir[i] = i;
		if (parent == EVX_NO_NODE)
			continue;
		if (evx_branches_is(&b->at[parent], EVX_EVENT_COPY))
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
	return fail(err, diag);
}

static enum evx_err note_fork(uint32_t common, const char *name, struct evx_parting parting,
	struct evx_findings *findings)
{
	return evx_findings_add(findings, "R-FORK",
		parting.claim ? EVX_WEIGHT_GAP : EVX_WEIGHT_BROKEN, common - 1, name,
		"Two different entries follow entry %04u, and no copy was recorded there. Each "
		"version of the record leaves out the other. Ask both holders for their "
		"receipts.%s",
		(unsigned)common - 1,
		parting.claim ? " The entries of one version are all by unknown signers." : "");
}

enum evx_err evx_branches_compare(const struct evx_chain_result *a,
	const struct evx_chain_result *b, uint32_t common, const char *name,
	const struct evx_rules_roster *roster, const struct evx_cancel *cancel,
	struct evx_findings *findings, struct evx_parting *parting, struct evx_diag *diag)
{
	struct evx_branch_event *others = calloc(b->n + 1, sizeof(*others));
	struct evx_branches *tree = NULL;
	enum evx_err err = EVX_OK;
	size_t n = 0;

	*parting = (struct evx_parting){ true, false };
	if (others == NULL)
		return evx_fail_memory(diag);
	for (size_t i = common; i < b->rightful; i++) {
		others[n] = (struct evx_branch_event){ .event = &b->at[i].event, .name = name };
		memcpy(others[n++].hash, b->at[i].hash, sizeof(others->hash));
	}
	if (a->n > common && b->n > common && (n == 0 || a->rightful <= common)) {
		/* One of them cannot be followed there. */
		*parting = (struct evx_parting){ false, false };
	} else if (n > 0 && a->n > common) {
		if ((err = evx_branches_new(a, others, n, roster, cancel, &tree, diag)) != EVX_OK)
			goto out;
		*parting = evx_branches_parting(tree, 0);
		if ((err = evx_branches_judge(tree, findings, diag)) != EVX_OK)
			goto out;
	}
	if (!parting->may && note_fork(common, name, *parting, findings) != EVX_OK)
		err = evx_fail_memory(diag);
out:
	evx_branches_free(tree);
	free(others);
	return err;
}
