/* What receipts that continue nothing show of the chain: confirmed, forked, cut. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "custody/branches.h"
#include "custody/chain_compare.h"
#include "custody/chain_inner.h"
#include "custody/key_name.h"

/* Keeps what the receipt shows of another branch. */
static enum evx_err keep_branch(struct evx_chain *c, const struct evx_chain_given *g, bool rightful)
{
	struct evx_chain_given *first = evx_chain_given_as(c, g->hash);
	struct evx_chain_branch *b;

	if (first == NULL || first->kept)
		return EVX_OK;
	if (c->result.branches == NULL &&
		(c->result.branches = calloc(c->ngood, sizeof(*b))) == NULL)
		return EVX_E_MEMORY;
	first->kept = true;
	b = &c->result.branches[c->result.nbranches++];
	memset(b, 0, sizeof(*b));
	b->number = g->event.sequence;
	b->time = g->event.time;
	b->rightful = rightful;
	b->name = g->name;
	memcpy(b->type, g->event.type, sizeof(b->type));
	memcpy(b->signer, g->event.signers[0], sizeof(b->signer));
	memcpy(b->hash, g->hash, sizeof(b->hash));
	memcpy(b->previous, g->event.previous, sizeof(b->previous));
	return EVX_OK;
}

/* The receipt by which the branch of g leaves the chain, when it and those between are given; else
 * g. */
static const struct evx_chain_given *branch_of(const struct evx_chain *c, struct evx_chain_given *g)
{
	const struct evx_chain_given *leaves = NULL;
	struct evx_chain_given *at;

	for (at = g;
		at != NULL && !at->followed && evx_chain_given_compare(c, at) != EVX_RECEIPT_FORKED;
		at = evx_chain_given_before(c, at))
		;
	if (at != NULL)
		leaves = at->followed ? at->leaves : at;
	/* What was passed on the way leaves there, too; no one passes it again. */
	for (at = g; at != NULL && !at->followed;
		at = at == leaves ? NULL : evx_chain_given_before(c, at)) {
		at->followed = true;
		at->leaves = leaves;
	}
	return leaves != NULL ? leaves : g;
}

/* The others, while they are compared with the chain that was judged. */
struct others {
	struct evx_chain *c;
	struct evx_branches *branches;
	struct evx_branch_event *events;
	size_t *place; /* by given: which of the events it is */
	size_t n;
};

static const char its_word[] = " The signer of the receipt is unknown.",
		  its_own[] = " The signer of the receipt is known, but the entries here are by "
			      "unknown signers. evx-append(1) tells how to remove those.";

/* A finding about a receipt. Of somebody unknown it is a claim: it weighs a gap at most, and the
 * trust line says that not all signers are known. */
static enum evx_err note_about(struct evx_chain *c, const struct evx_chain_given *g, bool claim,
	const char *whose, const char *code, uint32_t event, const char *text)
{
	char who[EVX_KEY_NAME_CAP];
	enum evx_err err = evx_findings_add(c->findings, code,
		claim ? EVX_WEIGHT_GAP : EVX_WEIGHT_BROKEN, event, g->name, "%s%s", text,
		claim ? whose : "");

	if (err != EVX_OK || !claim)
		return err;
	return evx_findings_add(c->findings, "T-UNTRUSTED", EVX_WEIGHT_GAP, EVX_NO_EVENT, g->name,
		"The receipt by %s contradicts this custody record, and one side has unknown "
		"signers only. Get the cards of both sides and compare their fingerprints.",
		evx_key_name(g->event.signers[0], who));
}

/* The receipt is of a branch that leaves the chain with that of from. */
static enum evx_err judge_branch(struct others *o, const struct evx_chain_given *g,
	const struct evx_chain_given *from, struct evx_parting parting)
{
	struct evx_chain *c = o->c;
	const unsigned before = (unsigned)from->event.sequence - 1;
	const bool ours = evx_branches_known(o->branches, o->place[g - c->given]); /* whose side of
										      the fork is a
										      claim */
	char who[EVX_KEY_NAME_CAP], text[400];

	if (parting.may)
		return evx_findings_add(c->findings, "R-FORK", EVX_WEIGHT_INFO, before, g->name,
			"The receipt belongs to the record of another copy, made at entry %04u "
			"(%s).",
			before, c->result.at[before].event.type);
	(void)snprintf(text, sizeof(text),
		"Two different entries follow entry %04u, one here and one in the receipt by %s. "
		"No copy was recorded there. Each version of the record leaves out the other. Ask "
		"both holders for their receipts.",
		before, evx_key_name(g->event.signers[0], who));
	return note_about(c, g, parting.claim, ours ? its_own : its_word, "R-FORK", before, text);
}

/* What receipt g, which is no new event of the chain, shows about it. */
static enum evx_err judge_other(struct others *o, struct evx_chain_given *g)
{
	struct evx_chain *c = o->c;
	const struct evx_chain_given *from = branch_of(c, g);
	const enum evx_receipt_relation is = evx_chain_given_compare(c, from);
	const size_t at = o->place[from - c->given];
	const struct evx_parting parting = at != SIZE_MAX ? evx_branches_parting(o->branches, at) :
							    (struct evx_parting){ false, false };
	const size_t own = o->place[g - c->given];
	const bool claim = own != SIZE_MAX && !evx_branches_known(o->branches, own);
	const uint32_t number = from->event.sequence;
	char who[EVX_KEY_NAME_CAP], text[400];

	(void)evx_key_name(g->event.signers[0], who);
	if (is == EVX_RECEIPT_HERE)
		evx_chain_note_told(c, number);
	else if (is != EVX_RECEIPT_OTHER && is != EVX_RECEIPT_TWO_SEALS &&
		keep_branch(c, g, parting.may && from == g) != EVX_OK)
		return EVX_E_MEMORY;
	switch (is) {
	case EVX_RECEIPT_OTHER:
		return evx_findings_add(c->findings, "R-OTHER", EVX_WEIGHT_REMARK, EVX_NO_EVENT,
			g->name, "The receipt is about another exhibit.");
	case EVX_RECEIPT_TWO_SEALS:
		(void)snprintf(text, sizeof(text),
			"The receipt by %s is about another exhibit with the same number. One of "
			"the two is false. Ask both sides for the seal code.",
			who);
		return note_about(c, g, claim, its_word, "R-TWO-SEALS", EVX_NO_EVENT, text);
	case EVX_RECEIPT_HERE:
		return evx_findings_add(c->findings, "R-RECEIPT", EVX_WEIGHT_INFO, number, g->name,
			"The receipt confirms entry %04u (%s).", (unsigned)number, g->event.type);
	case EVX_RECEIPT_FORKED:
		return judge_branch(o, g, from, parting);
	case EVX_RECEIPT_PARTED:
		(void)snprintf(text, sizeof(text),
			"The receipt by %s is for an entry %04u of another version of this record. "
			"The two versions differ before that entry. Ask both holders for their "
			"receipts.",
			who, (unsigned)number);
		return note_about(c, g, claim, its_word, "R-FORK", number, text);
	case EVX_RECEIPT_NEXT: /* taken before */
	case EVX_RECEIPT_LATER:
		break;
	}
	(void)snprintf(text, sizeof(text),
		"The receipt by %s is for entry %04u (%s), but this bundle ends with entry %04u. "
		"Entries are missing here. Ask the sender for a complete copy.",
		who, (unsigned)number, g->event.type, (unsigned)c->result.n - 1);
	return note_about(c, g, claim, its_word, "R-TRUNCATED", (uint32_t)c->result.n - 1, text);
}

static enum evx_err judge_others(struct others *o)
{
	struct evx_chain *c = o->c;
	enum evx_err err;

	for (size_t i = 0; i < c->ngiven; i++) {
		const struct evx_chain_given *g = &c->given[i];

		o->place[i] = SIZE_MAX;
		if (!g->read || g->taken)
			continue;
		o->events[o->n] = (struct evx_branch_event){ .event = &g->event, .name = g->name };
		memcpy(o->events[o->n].hash, g->hash, sizeof(g->hash));
		o->place[i] = o->n++;
	}
	err = evx_branches_new(
		&c->result, o->events, o->n, c->roster, c->cancel, &o->branches, NULL);
	for (size_t i = 0; err == EVX_OK && i < c->ngiven; i++)
		if (o->place[i] != SIZE_MAX)
			err = evx_cancelled(c->cancel) ? EVX_E_INTERRUPTED :
							 judge_other(o, &c->given[i]);
	return err == EVX_OK ? evx_branches_judge(o->branches, c->findings, NULL) : err;
}

enum evx_err evx_chain_judge_receipts(struct evx_chain *c)
{
	struct others o = { .c = c };
	enum evx_err err = EVX_E_MEMORY;

	if (c->ngiven == 0 || c->result.n == 0)
		return EVX_OK;
	o.events = calloc(c->ngiven, sizeof(*o.events));
	o.place = calloc(c->ngiven, sizeof(*o.place));
	if (o.events != NULL && o.place != NULL)
		err = judge_others(&o);
	evx_branches_free(o.branches);
	free(o.events);
	free(o.place);
	return err;
}
