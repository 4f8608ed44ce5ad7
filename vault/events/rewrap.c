/* New key files for those who can open from now on. */
#include "events/rewrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "open/exhibit_vault.h"
#include "people/named_cards.h"

/* Whether those who may name readers did, and no others. */
static enum evx_err check_named(const struct evx_event_options *opt, struct evx_diag *diag)
{
	const bool any = opt->nreaders_to > 0 || opt->ncustody_to > 0 || opt->self;

	if (opt->type != EVX_EVENT_REWRAP) {
		if (any || opt->new_custody_key)
			return evx_fail(diag, EVX_E_USAGE,
				"Readers can be named only with evx rewrap and evx recipient add. "
				"Nothing was signed.");
		return EVX_OK;
	}
	if (!any)
		return evx_fail(diag, EVX_E_USAGE,
			"Nobody was named. Say who may open the exhibit: --to CARD, --custody-to "
			"CARD or --self.");
	return EVX_OK;
}

void evx_rewrap_start(struct evx_start *s, struct evx_home *h, struct evx_rewrap *r,
	const struct evx_event_options *opt)
{
	if (evx_start_good(s))
		s->err = check_named(opt, s->diag);
	evx_named_cards_start(s, h, opt->readers_to, opt->nreaders_to, &r->to);
	evx_named_cards_start(s, h, opt->custody_to, opt->ncustody_to, &r->custody_to);
}

/* The custody file holds the custody identities that its maker has, in their order, and the newest
 * in any case. */
static enum evx_err make_custody(struct evx_rewrap *r, const struct evx_keyring *ring,
	const struct evx_secret *fresh, struct evx_diag *diag)
{
	const struct evx_secret **all = calloc(ring->ncustody + 1, sizeof(*all));
	uint32_t readers;
	size_t n = 0;
	enum evx_err err = EVX_OK;

	if (all == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < ring->ncustody; i++)
		if (ring->custody[i].identity != NULL)
			all[n++] = ring->custody[i].identity;
	if (fresh == NULL && ring->custody[ring->ncustody - 1].identity == NULL)
		err = evx_fail(diag, EVX_E_KEY,
			"You do not have the custody key of entry %04u, so you cannot pass it on. "
			"Make a new one with --new-custody-key, and name all readers again.",
			(unsigned)ring->custody[ring->ncustody - 1].since);
	if (fresh != NULL)
		all[n++] = fresh;
	if (err == EVX_OK)
		err = evx_exhibit_keys_make_file(all, n, (const uint8_t(*)[32])r->readers.keys,
			r->readers.n, NULL, 0, &r->custody, &readers, diag);
	free(all);
	return err;
}

static enum evx_err make_content(
	struct evx_rewrap *r, const struct evx_keyring *ring, struct evx_diag *diag)
{
	const struct evx_secret *content = ring->content;
	uint32_t readers;

	if (r->readers.ncontent == 0)
		return EVX_OK;
	if (content == NULL)
		return evx_fail(diag, EVX_E_KEY,
			"You can read the custody details only, so you can let others read only "
			"those. Use --custody-to CARD.");
	return evx_exhibit_keys_make_file(&content, 1, (const uint8_t(*)[32])r->readers.keys,
		r->readers.ncontent, NULL, 0, &r->content, &readers, diag);
}

/* Details under a new custody key would be closed to a vault that opens all others, and nobody has
 * a card of it. So its newest custody identity, by its log, is among the readers where identities
 * of it open this exhibit's key files: that was tried, not read. */
static enum evx_err find_vault(const struct evx_event_options *opt, struct evx_exhibit *ex,
	struct evx_reader *out, size_t *n, struct evx_diag *diag)
{
	const struct evx_vault *v = ex->opened.vault != NULL && ex->opened.vault->opened ?
		ex->opened.vault->vault :
		NULL;
	const struct evx_vault_epoch *e;
	struct evx_diag why = { 0 };
	enum evx_err err;

	*n = 0;
	if (!opt->new_custody_key || v == NULL)
		return EVX_OK;
	err = evx_exhibit_vault_keys(ex, NULL, v, false, &why);
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	if (evx_keyring_custody_of(
		    &ex->unlocked.keys, (uint32_t)evx_chain_result(ex->loaded.chain)->n) == NULL)
		return EVX_OK;
	e = evx_vault_epoch(v, evx_vault_epochs(v));
	*out = (struct evx_reader){ .info = { .vault = true } };
	for (size_t i = 0; i < evx_vault_members(v); i++)
		out->info.holders += !evx_vault_member(v, i)->removed;
	memcpy(out->key, e->custody_pub, 32);
	(void)snprintf(
		out->info.card.encryption, sizeof(out->info.card.encryption), "%.63s", e->custody);
	(void)snprintf(out->info.card.person, sizeof(out->info.card.person), "members of vault %s",
		evx_vault_uuid(v));
	*n = 1;
	return EVX_OK;
}

/* Those named in this command, those that this machine always adds, and nobody whom only somebody's
 * words make a reader. */
static enum evx_err gather(struct evx_rewrap *r, const struct evx_event_options *opt,
	const struct evx_identity *id, struct evx_exhibit *ex, struct evx_diag *diag)
{
	struct evx_reader vault;
	struct evx_readers_from from = { .to = &r->to,
		.custody_to = &r->custody_to,
		.self = opt->self ? &id->card : NULL,
		.always = &r->always,
		.also = &vault,
		.later = true };
	enum evx_err err = find_vault(opt, ex, &vault, &from.nalso, diag);

	return err == EVX_OK ? evx_readers_gather(&from, &r->readers, diag) : err;
}

enum evx_err evx_rewrap_make(struct evx_rewrap *r, const struct evx_event_options *opt,
	const struct evx_identity *id, struct evx_exhibit *ex, struct evx_diag *diag)
{
	struct evx_secret *fresh = NULL;
	uint8_t pub[32];
	enum evx_err err = gather(r, opt, id, ex, diag);

	if (err != EVX_OK)
		goto out;
	err = evx_exhibit_open_keys(ex, id, false, diag);
	if (err != EVX_OK)
		goto out;
	if (opt->new_custody_key)
		err = evx_age_identity_new(&fresh, diag);
	if (err != EVX_OK)
		goto out;
	if (fresh != NULL)
		err = evx_age_public(fresh, pub);
	if (err != EVX_OK)
		goto out;
	if (fresh != NULL)
		err = evx_age_recipient_encode(pub, r->custody_key);
	if (err != EVX_OK)
		goto out;
	err = make_custody(r, &ex->unlocked.keys, fresh, diag);
	if (err != EVX_OK)
		goto out;
	err = make_content(r, &ex->unlocked.keys, diag);
	if (err != EVX_OK)
		goto out;
	if (opt->confirm != NULL && !opt->confirm(opt->confirm_ctx, r->readers.at, r->readers.n))
		err = evx_fail(diag, EVX_E_INTERRUPTED, "You did not confirm. Nothing was signed.");
out:
	evx_secret_free(fresh);
	return err == EVX_OK ?
		EVX_OK :
		evx_fail(diag, err, "The key files could not be made. Nothing was signed.");
}

void evx_rewrap_free(struct evx_rewrap *r)
{
	evx_inputs_free(&r->to);
	evx_inputs_free(&r->custody_to);
	evx_cards_free(&r->always);
	evx_readers_free(&r->readers);
	evx_buf_free(&r->custody);
	evx_buf_free(&r->content);
}
