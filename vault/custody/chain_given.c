/* Receipts given beside a bundle: read, found by their hashes, and taken where they go on. */
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "custody/chain_compare.h"
#include "custody/chain_inner.h"
#include "custody/document.h"
#include "custody/event_sign.h"
#include "custody/key_name.h"

static enum evx_err read_receipt(struct evx_chain *c, struct evx_chain_given *g)
{
	g->bad = evx_event_read(g->receipt, &g->event, NULL, &g->why);
	if (g->bad == EVX_E_MEMORY)
		return g->bad;
	if (g->receipt->record.len == 0 && (g->bad == EVX_OK || g->bad == EVX_E_UNSUPPORTED)) {
		if (g->bad == EVX_OK)
			evx_event_free(&g->event);
		g->bad = EVX_OK;
		return evx_findings_add(c->findings, "R-RECEIPT", EVX_WEIGHT_REMARK, EVX_NO_EVENT,
			g->name,
			"This file is a draft. It proves nothing until all have signed it.");
	}
	if (g->bad != EVX_OK)
		return EVX_OK; /* who signed it says what that weighs, once the chain is as long as
				  it gets */
	g->read = true;
	evx_event_read_hash(g->receipt, g->hash);
	return EVX_OK;
}

/* With thousands of receipts nothing looks through all of them for each. */
static int by_hash(const void *a, const void *b)
{
	const struct evx_chain_given *x = *(struct evx_chain_given *const *)a,
				     *y = *(struct evx_chain_given *const *)b;
	const int order = evx_hash_order(x->hash, y->hash);

	return order != 0 ? order : x < y ? -1 : x > y;
}

static int by_previous(const void *a, const void *b)
{
	const struct evx_chain_given *x = *(struct evx_chain_given *const *)a,
				     *y = *(struct evx_chain_given *const *)b;
	const int order = evx_hash_order(x->event.previous, y->event.previous);

	return order != 0 ? order : x < y ? -1 : x > y;
}

static enum evx_err sort_given(struct evx_chain *c)
{
	c->by_hash = calloc(c->ngiven + 1, sizeof(*c->by_hash));
	c->by_previous = calloc(c->ngiven + 1, sizeof(*c->by_previous));
	if (c->by_hash == NULL || c->by_previous == NULL)
		return EVX_E_MEMORY;
	for (size_t i = 0; i < c->ngiven; i++)
		if (c->given[i].read)
			c->by_hash[c->ngood++] = &c->given[i];
	memcpy(c->by_previous, c->by_hash, c->ngood * sizeof(*c->by_previous));
	qsort(c->by_hash, c->ngood, sizeof(*c->by_hash), by_hash);
	qsort(c->by_previous, c->ngood, sizeof(*c->by_previous), by_previous);
	return EVX_OK;
}

/* The first place in one of the two orders that does not stand before hash. */
static size_t first_of(const struct evx_chain *c, bool previous, const uint8_t hash[32])
{
	struct evx_chain_given *const *at = previous ? c->by_previous : c->by_hash;
	size_t low = 0, high = c->ngood;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (evx_hash_order(previous ? at[middle]->event.previous : at[middle]->hash, hash) <
			0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first that was given of this event, or NULL. */
struct evx_chain_given *evx_chain_given_as(const struct evx_chain *c, const uint8_t hash[32])
{
	const size_t i = first_of(c, false, hash);

	return i < c->ngood && evx_hash_equal(c->by_hash[i]->hash, hash) ? c->by_hash[i] : NULL;
}

enum evx_receipt_relation evx_chain_given_compare(
	const struct evx_chain *c, const struct evx_chain_given *g)
{
	return evx_chain_compare_receipt(&c->result, c->uuid, &g->event, g->hash);
}

void evx_chain_note_told(struct evx_chain *c, uint32_t number)
{
	if (c->result.told <= number)
		c->result.told = number + (size_t)1;
}

/* Makes the receipt the next event of the chain. */
static enum evx_err take(struct evx_chain *c, struct evx_chain_given *g, struct evx_diag *diag)
{
	struct evx_event_files files = { 0 };
	enum evx_err err = evx_event_files_of(g->receipt, &files, diag);
	size_t i;

	if (err != EVX_OK || (err = evx_chain_add_files(c, &files, diag)) != EVX_OK ||
		(err = evx_chain_close_event(c, diag)) != EVX_OK)
		goto out;
	for (i = 0; i < g->receipt->nstamps; i++) {
		const struct evx_receipt_stamp *s = &g->receipt->stamps[i];
		uint8_t hash[32];

		evx_sha256(s->bytes.data, s->bytes.len, hash);
		if ((err = evx_chain_add_stamp(c, s->event, 0, hash)) != EVX_OK)
			goto out;
	}
	g->taken = true;
	c->result.at[c->result.n - 1].detached = true;
	evx_chain_note_told(c, g->event.sequence);
	err = evx_findings_add(c->findings, "R-DETACHED", EVX_WEIGHT_REMARK, g->event.sequence,
		g->name,
		"Entry %04u (%s) is only in a receipt, not in the bundle. It was made outside the "
		"bundle, or the bundle has since lost its last entries. Run evx append to add it.",
		(unsigned)g->event.sequence, g->event.type);
out:
	evx_event_files_free(&files);
	return err;
}

static bool is_known(const struct evx_chain *c, const struct evx_chain_given *g)
{
	return c->walk != NULL && evx_rules_walk_knows(c->walk, &g->event);
}

/* A receipt that is not good. What somebody unknown signed costs a gap, whatever is wrong with it;
 * and that it is newer than this program only who signed it can say. */
static enum evx_err judge_bad(struct evx_chain *c, const struct evx_chain_given *g)
{
	const struct evx_bytes json = { g->receipt->json.data, g->receipt->json.len };
	struct evx_chain_given shown = { .receipt = g->receipt, .name = g->name };
	enum evx_weight weight = g->bad == EVX_E_UNSUPPORTED ? EVX_WEIGHT_NEWER :
							       EVX_WEIGHT_UNCHECKED;
	struct evx_bytes sigs[EVX_SIGNERS_MAX];
	char who[EVX_KEY_NAME_CAP] = "";
	enum evx_err err = evx_event_decode_skeleton(json.p, json.n, &shown.event, NULL);

	if (err == EVX_E_MEMORY)
		return err;
	if (err == EVX_OK) {
		for (size_t i = 0; i < g->receipt->nsigs; i++)
			sigs[i] = (struct evx_bytes){ g->receipt->sigs[i].data,
				g->receipt->sigs[i].len };
		err = evx_document_verify(EVX_NS_EVENT, json, sigs, g->receipt->nsigs, NULL, NULL);
		if (err == EVX_OK && !is_known(c, &shown)) {
			weight = EVX_WEIGHT_GAP;
			(void)evx_key_name(shown.event.signers[0], who);
		} else if (err != EVX_OK) {
			weight = EVX_WEIGHT_UNCHECKED;
		}
		evx_event_free(&shown.event);
		if (err == EVX_E_MEMORY)
			return err;
	}
	err = evx_findings_add(c->findings, "R-RECEIPT", weight, EVX_NO_EVENT, g->name,
		"The receipt is damaged and was not used: %s%s", g->why.text,
		who[0] != '\0' ? ". Its signer is unknown." : "");
	if (err != EVX_OK || who[0] == '\0')
		return err;
	return evx_findings_add(c->findings, "T-UNTRUSTED", EVX_WEIGHT_GAP, EVX_NO_EVENT, g->name,
		"Unknown signer of the receipt: %s. Get this person's card and compare its "
		"fingerprint.",
		who);
}

/* The receipt that g stands behind, NULL: it is not among those given. */
struct evx_chain_given *evx_chain_given_before(
	const struct evx_chain *c, const struct evx_chain_given *g)
{
	struct evx_chain_given *b = evx_chain_given_as(c, g->event.previous);

	return b != NULL && b->event.sequence + 1 == g->event.sequence ? b : NULL;
}

/* Marks what leads to the word of somebody known. */
static void look_ahead(struct evx_chain *c)
{
	for (size_t i = 0; i < c->ngiven; i++) {
		struct evx_chain_given *g = &c->given[i];

		if (!g->read || !is_known(c, g))
			continue;
		for (; g != NULL && !g->known_below; g = evx_chain_given_before(c, g))
			g->known_below = true;
	}
}

/* The receipt that the chain goes on with: what somebody unknown signed beside it does not stand in
 * its way, whichever was given first. */
static struct evx_chain_given *next_of(struct evx_chain *c)
{
	const struct evx_chain_event *last = &c->result.at[c->result.n - 1];
	struct evx_chain_given *claim = NULL;

	for (size_t i = first_of(c, true, last->hash); last->has_hash && i < c->ngood; i++) {
		struct evx_chain_given *g = c->by_previous[i];

		if (!evx_hash_equal(g->event.previous, last->hash))
			break;
		if (g->taken || evx_chain_given_compare(c, g) != EVX_RECEIPT_NEXT)
			continue;
		if (g->known_below || is_known(c, g))
			return g;
		claim = claim != NULL ? claim : g;
	}
	return claim;
}

/* Takes receipts as long as one continues the chain. */
static enum evx_err take_all(struct evx_chain *c, struct evx_diag *diag)
{
	struct evx_chain_given *g;
	enum evx_err err = EVX_OK;

	look_ahead(c);
	while (err == EVX_OK && (g = next_of(c)) != NULL)
		err = evx_cancelled(c->cancel) ? EVX_E_INTERRUPTED : take(c, g, diag);
	return err;
}

void evx_chain_forget_receipts(struct evx_chain *c)
{
	for (size_t i = 0; i < c->ngiven; i++)
		if (c->given[i].read)
			evx_event_free(&c->given[i].event);
	free(c->given);
	free(c->by_hash);
	free(c->by_previous);
	c->given = NULL;
	c->by_hash = c->by_previous = NULL;
	c->ngiven = c->ngood = 0;
}

enum evx_err evx_chain_add_receipts(struct evx_chain *c, const struct evx_receipt *receipts,
	const char *const *names, size_t n, struct evx_diag *diag)
{
	enum evx_err err = evx_chain_close_event(c, diag);

	c->given = calloc(n + 1, sizeof(*c->given));
	c->ngiven = c->given != NULL ? n : 0;
	c->result.in_bundle = c->result.n;
	if (err == EVX_OK && c->given == NULL)
		err = EVX_E_MEMORY;
	for (size_t i = 0; err == EVX_OK && i < n; i++) {
		c->given[i].receipt = &receipts[i];
		c->given[i].name = names != NULL ? names[i] : NULL;
		err = evx_cancelled(c->cancel) ? EVX_E_INTERRUPTED : read_receipt(c, &c->given[i]);
	}
	if (err != EVX_OK || (err = sort_given(c)) != EVX_OK ||
		(c->result.n > 0 && (err = take_all(c, diag)) != EVX_OK))
		goto out;
	for (size_t i = 0; err == EVX_OK && i < c->ngiven; i++)
		if (c->given[i].bad != EVX_OK)
			err = judge_bad(c, &c->given[i]);
out:
	return evx_chain_fail(err, diag);
}
