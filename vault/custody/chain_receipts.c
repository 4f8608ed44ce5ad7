#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "custody/chain_inner.h"
#include "custody/compare.h"
#include "custody/event_build.h"
#include "custody/rules_inner.h"

/* A receipt while it is judged. */
struct given {
	const struct evx_receipt *receipt;
	const char *name; /* what findings call it */
	struct evx_event event;
	uint8_t hash[32]; /* of its document */
	bool read;        /* it is complete and good; event is to be freed */
	bool taken;       /* it is an event of the chain now */
};

static enum evx_err read_receipt(struct evx_chain *c, struct given *g)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_event_read(g->receipt, &g->event, NULL, &why);

	if (err == EVX_E_MEMORY)
		return err;
	if (err != EVX_OK)
		return evx_findings_add(c->findings, "R-RECEIPT", err == EVX_E_UNSUPPORTED ? EVX_WEIGHT_NEWER : EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT,
			g->name, "A receipt says nothing, because it is not good: %s", why.text);
	if (g->receipt->record.len == 0) {
		evx_event_free(&g->event);
		return evx_findings_add(c->findings, "R-RECEIPT", EVX_WEIGHT_REMARK, EVX_NO_EVENT, g->name,
			"A draft says nothing: it has no record.");
	}
	g->read = true;
	evx_event_hash(g->receipt, g->hash);
	return EVX_OK;
}

static struct evx_receipt_comparison compare(const struct evx_chain *c, const struct given *g)
{
	return evx_chain_compare_receipt(&c->result, c->uuid, &g->event, g->hash);
}

static void note_told(struct evx_chain *c, uint32_t number)
{
	if (c->result.told <= number)
		c->result.told = number + (size_t)1;
}

/* Makes the receipt the next event of the chain. */
static enum evx_err take(struct evx_chain *c, struct given *g, struct evx_diag *diag)
{
	struct evx_seal_files files = { 0 };
	enum evx_err err = evx_event_files(g->receipt, &files, diag);
	size_t i;

	for (i = 0; err == EVX_OK && i < files.n; i++) {
		struct evx_chain_member m = { files.at[i].name, files.at[i].bytes.len, { 0 }, files.at[i].bytes.data };

		evx_sha256(files.at[i].bytes.data, files.at[i].bytes.len, m.sha256);
		err = evx_chain_add(c, &m, diag);
	}
	if (err == EVX_OK)
		err = evx_chain_close_event(c, diag);
	evx_seal_files_free(&files);
	if (err != EVX_OK)
		return err;
	g->taken = true;
	c->result.at[c->result.n - 1].detached = true;
	note_told(c, g->event.sequence);
	return evx_findings_add(c->findings, "R-DETACHED", EVX_WEIGHT_REMARK, g->event.sequence, g->name,
		"Event %04u (%s) is in a receipt and not in this bundle: it was made beside it, or the bundle lost its end since.",
		(unsigned)g->event.sequence, g->event.type);
}

/* Takes receipts as long as one continues the chain. */
static enum evx_err take_all(struct evx_chain *c, struct given *given, size_t n, struct evx_diag *diag)
{
	bool more = true;
	enum evx_err err = EVX_OK;
	size_t i;

	while (more && err == EVX_OK) {
		more = false;
		for (i = 0; i < n && err == EVX_OK; i++) {
			struct given *g = &given[i];

			if (!g->read || g->taken || compare(c, g).relation != EVX_RECEIPT_NEXT)
				continue;
			err = take(c, g, diag);
			more = true;
		}
	}
	return err;
}

/* Keeps what the receipt shows of another branch. */
static enum evx_err keep_branch(struct evx_chain *c, const struct given *g, bool rightful)
{
	struct evx_chain_branch *more, *b;
	size_t i;

	for (i = 0; i < c->result.nbranches; i++)
		if (memcmp(c->result.branches[i].hash, g->hash, sizeof g->hash) == 0)
			return EVX_OK;
	more = realloc(c->result.branches, (c->result.nbranches + 1) * sizeof *more);
	if (more == NULL)
		return EVX_E_MEMORY;
	c->result.branches = more;
	b = &more[c->result.nbranches++];
	memset(b, 0, sizeof *b);
	b->number = g->event.sequence;
	b->time = g->event.time;
	b->rightful = rightful;
	b->name = g->name;
	memcpy(b->type, g->event.type, sizeof b->type);
	memcpy(b->signer, g->event.signers[0], sizeof b->signer);
	memcpy(b->hash, g->hash, sizeof b->hash);
	memcpy(b->previous, g->event.previous, sizeof b->previous);
	return EVX_OK;
}

/* The receipt by which the branch of g leaves the chain, when it and those between are given; else g. */
static const struct given *branch_of(const struct evx_chain *c, const struct given *given, size_t n, const struct given *g)
{
	const struct given *at = g;
	size_t i = 0;

	while (i < n && compare(c, at).relation != EVX_RECEIPT_FORKED) {
		for (i = 0; i < n; i++)
			if (given[i].read && given[i].event.sequence + 1 == at->event.sequence && memcmp(given[i].hash, at->event.previous, sizeof at->hash) == 0)
				break;
		if (i < n)
			at = &given[i];
	}
	return i < n ? at : g;
}

/* What receipt g, which is no new event of the chain, shows about it. */
static enum evx_err judge_other(struct evx_chain *c, const struct given *given, size_t n, const struct given *g)
{
	const struct given *from = branch_of(c, given, n, g);
	const struct evx_receipt_comparison is = compare(c, from);
	const uint32_t number = from->event.sequence;
	char who[EVX_RULES_NAME_CAP];

	(void)evx_rules_name(g->event.signers[0], who);
	if (is.relation == EVX_RECEIPT_HERE)
		note_told(c, number);
	else if (is.relation != EVX_RECEIPT_OTHER && is.relation != EVX_RECEIPT_TWO_SEALS && keep_branch(c, g, is.rightful && from == g) != EVX_OK)
		return EVX_E_MEMORY;
	switch (is.relation) {
	case EVX_RECEIPT_OTHER:
		return evx_findings_add(c->findings, "R-OTHER", EVX_WEIGHT_REMARK, EVX_NO_EVENT, g->name, "The receipt is about another exhibit.");
	case EVX_RECEIPT_TWO_SEALS:
		return evx_findings_add(c->findings, "R-TWO-SEALS", EVX_WEIGHT_BROKEN, EVX_NO_EVENT, g->name,
			"The receipt, signed by %s, names the same UUID and another seal: two exhibits go under one number.", who);
	case EVX_RECEIPT_HERE:
		return evx_findings_add(c->findings, "R-RECEIPT", EVX_WEIGHT_INFO, number, g->name, "The receipt is that of event %04u (%s).",
			(unsigned)number, g->event.type);
	case EVX_RECEIPT_FORKED:
		if (is.rightful)
			return evx_findings_add(c->findings, "R-FORK", EVX_WEIGHT_INFO, number - 1, g->name,
				"After event %04u (%s) the receipt belongs to the chain of another copy.", (unsigned)number - 1,
				c->result.at[number - 1].event.type);
		return evx_findings_add(c->findings, "R-FORK", EVX_WEIGHT_BROKEN, number - 1, g->name,
			"Two different events follow event %04u, one here and one in the receipt, by %s, and no copy was made there: one chain hides the other.",
			(unsigned)number - 1, who);
	case EVX_RECEIPT_PARTED:
		return evx_findings_add(c->findings, "R-FORK", EVX_WEIGHT_BROKEN, number, g->name,
			"The receipt, signed by %s, is of an event %04u that follows another event than the one here: the chains parted before it.", who,
			(unsigned)number);
	case EVX_RECEIPT_NEXT: /* taken before */
	case EVX_RECEIPT_LATER:
		break;
	}
	return evx_findings_add(c->findings, "R-TRUNCATED", EVX_WEIGHT_BROKEN, (uint32_t)c->result.n - 1, g->name,
		"The receipt, signed by %s, is of event %04u (%s), and this bundle ends with event %04u: events between are missing here.", who,
		(unsigned)number, g->event.type, (unsigned)c->result.n - 1);
}

enum evx_err evx_chain_add_receipts(struct evx_chain *c, const struct evx_receipt *receipts, const char *const *names, size_t n,
	struct evx_diag *diag)
{
	struct given *given = calloc(n + 1, sizeof *given);
	enum evx_err err = given != NULL ? evx_chain_close_event(c, diag) : EVX_E_MEMORY;
	size_t i;

	c->result.in_bundle = c->result.n;
	for (i = 0; err == EVX_OK && i < n; i++) {
		given[i].receipt = &receipts[i];
		given[i].name = names != NULL ? names[i] : NULL;
		err = read_receipt(c, &given[i]);
	}
	if (err == EVX_OK && c->result.n > 0)
		err = take_all(c, given, n, diag);
	for (i = 0; err == EVX_OK && i < n && c->result.n > 0; i++)
		if (given[i].read && !given[i].taken)
			err = judge_other(c, given, n, &given[i]);
	for (i = 0; given != NULL && i < n; i++)
		if (given[i].read)
			evx_event_free(&given[i].event);
	free(given);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "chain: out of memory");
}
