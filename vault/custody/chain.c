/* The chain of one bundle, from its first member to its verdict. */
#include <stdlib.h>
#include <string.h>

#include "custody/chain_inner.h"

struct evx_chain *evx_chain_new(
	const char uuid[EVX_UUID_CAP], int64_t now, struct evx_findings *findings)
{
	struct evx_chain *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	memcpy(c->uuid, uuid, sizeof(c->uuid));
	c->now = c->result.now = now;
	c->findings = findings;
	c->all_rightful = true;
	return c;
}

void evx_chain_free(struct evx_chain *c)
{
	size_t i;

	if (c == NULL)
		return;
	evx_chain_forget_files(c);
	for (i = 0; i < c->result.n; i++)
		evx_event_free(&c->result.at[i].event);
	free(c->result.at);
	free(c->result.stamps);
	free(c->result.branches);
	evx_custody_state_free(&c->result.state);
	evx_findings_free(&c->own);
	evx_rules_walk_free(c->walk);
	evx_chain_forget_receipts(c);
	free(c->absent);
	free(c);
}

void evx_chain_set_tagmanifest(struct evx_chain *c, const uint8_t sha256[32])
{
	c->has_tagmanifest = true;
	memcpy(c->tagmanifest, sha256, sizeof(c->tagmanifest));
}

void evx_chain_set_cut(struct evx_chain *c)
{
	c->cut = true;
}

void evx_chain_set_origin(struct evx_chain *c)
{
	c->origin = true;
}

void evx_chain_set_roster(struct evx_chain *c, const struct evx_rules_roster *roster)
{
	c->roster = roster;
}

void evx_chain_set_cancel(struct evx_chain *c, const struct evx_cancel *cancel)
{
	c->cancel = cancel;
}

const struct evx_chain_result *evx_chain_result(const struct evx_chain *c)
{
	return &c->result;
}

/* Whether the chain, were the absent key files there, would tell rightfully that the exhibit was
 * disposed of. */
static enum evx_err would_be_disposed(
	const struct evx_chain *c, bool *disposed, struct evx_diag *diag)
{
	struct evx_chain_result trial = { .n = c->result.n, .rightful = c->result.rightful };
	struct evx_findings findings = { 0 };
	enum evx_err err;

	*disposed = false;
	trial.at = calloc(trial.n + 1, sizeof(*trial.at));
	if (trial.at == NULL)
		return EVX_E_MEMORY;
	memcpy(trial.at, c->result.at, trial.n * sizeof(*trial.at)); /* borrowed */
	err = evx_rules_judge(&trial, c->roster, c->now, c->cancel, &findings, diag);
	*disposed = err == EVX_OK && trial.state.disposed;
	evx_custody_state_free(&trial.state);
	evx_findings_free(&findings);
	free(trial.at);
	return err;
}

/* Ends the rightful part before event number. */
static void cut_rightful(struct evx_chain_result *r, uint32_t number)
{
	if (r->rightful <= number)
		return;
	for (size_t i = number; i < r->n; i++)
		r->at[i].rightful = false;
	r->rightful = number;
	memset(r->head, 0, sizeof(r->head));
	if (number > 0)
		memcpy(r->head, r->at[number - 1].hash, sizeof(r->head));
}

/* Key files that are not there: destroyed, as a rightful disposal says; else a fault of the events
 * that name them. */
static enum evx_err judge_absent(struct evx_chain *c, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	bool disposed = false;

	if (c->nabsent > 0)
		err = would_be_disposed(c, &disposed, diag);
	if (disposed)
		c->result.keys_gone = c->nabsent;
	for (size_t i = 0; i < c->nabsent && !disposed && err == EVX_OK; i++) {
		c->number = c->absent[i].event;
		err = evx_findings_add(c->findings, "C-KEYFILE",
			c->result.at[c->number].claim ? EVX_WEIGHT_GAP : EVX_WEIGHT_BROKEN,
			c->number, c->absent[i].name, "%s is missing.", c->absent[i].name);
		c->result.at[c->number].spoiled = true;
		if (c->result.at[c->number].party)
			cut_rightful(&c->result, c->number);
	}
	return err;
}

enum evx_err evx_chain_finish(struct evx_chain *c, struct evx_diag *diag)
{
	enum evx_err err = evx_chain_close_event(c, diag);

	if (err != EVX_OK)
		goto out;
	if (c->result.n == 0) {
		c->number = 0;
		err = c->cut ? evx_chain_note(c, "C-JSON", EVX_WEIGHT_UNCHECKED, NULL,
				       "The file ends before the seal (entry 0000).") :
			       evx_chain_note(c, "C-JSON", EVX_WEIGHT_BROKEN, NULL,
				       "The bundle has no seal (entry 0000). It cannot be checked. "
				       "Ask the sender for a complete copy.");
		if (err != EVX_OK)
			goto out;
	}
	if (c->result.in_bundle == 0)
		c->result.in_bundle = c->result.n;
	if ((err = evx_chain_judge_stamps(c)) != EVX_OK ||
		(err = judge_absent(c, diag)) != EVX_OK ||
		(err = evx_rules_judge(
			 &c->result, c->roster, c->now, c->cancel, c->findings, diag)) != EVX_OK)
		goto out;
	err = evx_chain_judge_receipts(c);
out:
	return evx_chain_fail(err, diag);
}
