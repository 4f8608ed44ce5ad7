#include "ops/rewrap.h"

#include <stdlib.h>
#include <string.h>

#include "ops/recipients.h"

enum evx_err evx_rewrap_read(struct evx_rewrap *r, struct evx_home *h, const struct evx_event_options *opt, struct evx_diag *diag)
{
	const bool any = opt->nreaders_to > 0 || opt->ncustody_to > 0 || opt->self;
	enum evx_err err;

	if (strcmp(opt->type, "rewrap") != 0) {
		if (any || opt->beside || opt->new_custody_key)
			return evx_fail(diag, EVX_E_USAGE, "%s: only a rewrap names who can open", opt->type);
		return EVX_OK;
	}
	if (!any)
		return evx_fail(diag, EVX_E_USAGE, "rewrap: say who can open from now on with --to CARD, --custody-to CARD, --self");
	err = evx_inputs_read(opt->readers_to, opt->nreaders_to, EVX_DOCUMENT_MAX, &r->to, diag);
	if (err == EVX_OK)
		err = evx_inputs_read(opt->custody_to, opt->ncustody_to, EVX_DOCUMENT_MAX, &r->custody_to, diag);
	return err == EVX_OK ? evx_cards_load(h->fd, EVX_CARDS_ALWAYS, &r->always, diag) : err;
}

/* The custody file holds all custody identities, so whoever makes it must have them. */
static enum evx_err make_custody(struct evx_rewrap *r, const struct evx_keyring *ring, const struct evx_secret *fresh, struct evx_diag *diag)
{
	const struct evx_secret **all = calloc(ring->ncustody + 1, sizeof(*all));
	uint32_t readers;
	size_t n = 0;
	enum evx_err err = EVX_OK;

	if (all == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "rewrap: out of memory");
	for (; n < ring->ncustody && err == EVX_OK; n++) {
		all[n] = ring->custody[n].identity;
		if (all[n] == NULL)
			err = evx_fail(diag, EVX_E_KEY, "rewrap: this identity was not given the custody key of event %04u, and the new key file must hold it",
				(unsigned)ring->custody[n].since);
	}
	if (fresh != NULL)
		all[n++] = fresh;
	if (err == EVX_OK)
		err = evx_key_file_make(all, n, (const uint8_t (*)[32])r->readers.keys, r->readers.n, NULL, 0, &r->custody, &readers, diag);
	free(all);
	return err;
}

static enum evx_err make_content(struct evx_rewrap *r, const struct evx_keyring *ring, struct evx_diag *diag)
{
	const struct evx_secret *content = ring->content;
	uint32_t readers;

	if (r->readers.ncontent == 0)
		return EVX_OK;
	if (content == NULL)
		return evx_fail(diag, EVX_E_KEY, "rewrap: this identity may read the custody part only, and can add custody readers only");
	return evx_key_file_make(&content, 1, (const uint8_t (*)[32])r->readers.keys, r->readers.ncontent, NULL, 0, &r->content, &readers, diag);
}

/* Where no content key file is made, those who can open the content are readers of the custody file only. */
static enum evx_err gather(struct evx_rewrap *r, const struct evx_event_options *opt, const struct evx_identity *id, struct evx_exhibit *ex,
	struct evx_diag *diag)
{
	struct evx_recipients there = { NULL, NULL, 0 };
	struct evx_readers_from from = { .to = &r->to, .custody_to = &r->custody_to, .self = opt->self ? &id->card : NULL, .always = &r->always,
		.later = true };
	enum evx_err err = opt->beside ? evx_recipients_gather(ex, &there, diag) : EVX_OK;

	for (size_t i = 0; i < there.n && opt->nreaders_to == 0 && !opt->self; i++)
		there.at[i].info.content = false;
	from.also = there.at;
	from.nalso = there.n;
	if (err == EVX_OK)
		err = evx_readers_gather(&from, &r->readers, diag);
	evx_recipients_free(&there);
	return err;
}

enum evx_err evx_rewrap_make(struct evx_rewrap *r, const struct evx_event_options *opt, const struct evx_identity *id, struct evx_exhibit *ex,
	struct evx_diag *diag)
{
	struct evx_secret *fresh = NULL;
	uint8_t pub[32];
	enum evx_err err = evx_exhibit_open_keys(ex, id, false, diag);

	if (err == EVX_OK)
		err = gather(r, opt, id, ex, diag);
	if (err == EVX_OK && opt->new_custody_key)
		err = evx_age_identity_new(&fresh, diag);
	if (err == EVX_OK && fresh != NULL)
		err = evx_age_public(fresh, pub);
	if (err == EVX_OK && fresh != NULL)
		err = evx_age_recipient_encode(pub, r->custody_key);
	if (err == EVX_OK)
		err = make_custody(r, &ex->keys, fresh, diag);
	if (err == EVX_OK)
		err = make_content(r, &ex->keys, diag);
	if (err == EVX_OK && opt->confirm != NULL && !opt->confirm(opt->confirm_ctx, r->readers.at, r->readers.n))
		err = evx_fail(diag, EVX_E_INTERRUPTED, "rewrap: not confirmed, nothing was signed");
	evx_secret_free(fresh);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "rewrap: the key files cannot be made");
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
