/* Events of unknown signers, and the question before they are taken. */
#include "judge/claims.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/sshsig.h"
#include "format/time.h"

static enum evx_err fill(struct evx_claim_info *info, const struct evx_chain_event *e)
{
	struct evx_sshkey key;
	enum evx_err err = evx_sshkey_decode(
		e->event.signers[0], strlen(e->event.signers[0]), &key, NULL);

	if (err != EVX_OK)
		return err;
	evx_sshkey_fingerprint(&key, info->signer);
	info->number = (int)e->event.sequence;
	info->is_void = e->is_void;
	memcpy(info->type, e->event.type, sizeof(info->type));
	return evx_time_encode(e->event.time, info->time);
}

enum evx_err evx_claims_find(struct evx_claims *c, const struct evx_chain_result *chain,
	size_t from, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	free(c->at);
	c->n = 0;
	c->at = calloc(chain->n + 1, sizeof(*c->at));
	if (c->at == NULL)
		return evx_fail_memory(diag);
	for (size_t i = from; i < chain->n && err == EVX_OK; i++)
		if (chain->at[i].claim)
			err = fill(&c->at[c->n++], &chain->at[i]);
	return err == EVX_OK ?
		EVX_OK :
		evx_fail(diag, err, "claims: expected an event with a signer and a time");
}

bool evx_claims_open(const struct evx_claims *c)
{
	return c->n > 0 && !c->allowed;
}

enum evx_err evx_claims_ask(struct evx_claims *c, struct evx_diag *diag)
{
	if (!evx_claims_open(c))
		return EVX_OK;
	c->allowed = c->confirm != NULL && c->confirm(c->ctx, c->at, c->n);
	return c->allowed ?
		EVX_OK :
		evx_fail(diag, EVX_E_STRANGER,
			"%zu of the new entries %s from an unknown signer. Nothing was taken over. "
			"Get the signer's card and compare its fingerprint (evx trust add CARD).",
			c->n, c->n == 1 ? "is" : "are");
}

void evx_claims_free(struct evx_claims *c)
{
	free(c->at);
	c->at = NULL;
	c->n = 0;
}
