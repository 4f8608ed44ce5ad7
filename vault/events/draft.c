/* Shows a draft to the person who is asked to sign it. */
#include "events/draft.h"

#include <stdio.h>
#include <string.h>

#include "crypto/sshsig.h"
#include "custody/event_build.h"
#include "format/text.h"

/* Whose key it is, as far as the home knows; its fingerprint in any case. */
static void name_key(const struct evx_home *h, const char *signing, struct evx_card_info *out)
{
	struct evx_sshkey key;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; h != NULL && i < h->names.n; i++)
		if (strcmp(h->names.at[i].signing, signing) == 0) {
			*out = h->names.at[i];
			return;
		}
	(void)snprintf(out->signing, sizeof(out->signing), "%s", signing);
	if (evx_sshkey_decode(signing, strlen(signing), &key, NULL) == EVX_OK)
		evx_sshkey_fingerprint(&key, out->fingerprint);
}

static bool is_missing(const struct evx_event_missing *missing, const char *signing)
{
	for (size_t i = 0; i < missing->n; i++)
		if (strcmp(missing->at[i], signing) == 0)
			return true;
	return false;
}

static void say(struct evx_draft_info *d, const struct evx_event *e)
{
	const struct evx_event_type *type = evx_event_type_of(e->kind);
	const struct evx_event_fields *f = &e->fields;
	const unsigned keys = type == NULL ? 0 : type->has;
	const char *result = (keys & EVX_KEY_RESULT) != 0 ? evx_event_results[f->result] : "";
	const char *keeps = (keys & EVX_KEY_KEEPS) != 0 ? evx_event_keepings[f->keeps] : "";
	const char *reason = (keys & EVX_KEY_REASON) != 0 ? evx_event_reasons[f->reason] : "";
	const char *state = (keys & EVX_KEY_STATE) != 0 ? evx_event_states[f->state] : "";

	d->kind = e->kind;
	d->number = (int)e->sequence;
	memcpy(d->type, e->type, sizeof(d->type));
	evx_hex_encode(e->exhibit, 32, d->seal_hash);
	evx_seal_code(e->exhibit, d->seal_code);
	(void)snprintf(d->result, sizeof(d->result), "%s", result);
	(void)snprintf(d->keeps, sizeof(d->keeps), "%s", keeps);
	(void)snprintf(d->reason, sizeof(d->reason), "%s", reason);
	(void)snprintf(d->state, sizeof(d->state), "%s", state);
	if (f->has_refers)
		evx_hex_encode(f->refers, 32, d->refers);
	d->sealed_details = e->nfiles > 0;
	d->opens_for = f->custody_readers + f->content_readers;
}

enum evx_err evx_draft_ask(const struct evx_home *h, const struct evx_receipt *r,
	const char *signing, const struct evx_draft_ask *ask, struct evx_diag *diag)
{
	struct evx_event e = { 0 };
	struct evx_event_missing missing = { .n = 0 };
	struct evx_draft_info d = { .number = 0 };
	enum evx_err err = evx_event_read(r, &e, &missing, diag);

	if (err != EVX_OK)
		return err;
	say(&d, &e);
	err = evx_time_encode(e.time, d.time);
	d.has_counterparty = e.fields.counterparty[0] != '\0';
	if (d.has_counterparty)
		name_key(h, e.fields.counterparty, &d.counterparty);
	d.has_former = e.fields.former[0] != '\0';
	if (d.has_former)
		name_key(h, e.fields.former, &d.former);
	for (size_t i = 0; i < e.nsigners; i++) {
		name_key(h, e.signers[i], &d.signers[i].card);
		d.signers[i].has_signed = !is_missing(&missing, e.signers[i]);
		d.signers[i].self = strcmp(e.signers[i], signing) == 0;
	}
	d.nsigners = e.nsigners;
	evx_event_free(&e);
	if (err == EVX_OK && !ask->confirm(ask->ctx, &d))
		err = evx_fail(diag, EVX_E_INTERRUPTED, "You did not confirm. Nothing was signed.");
	return err;
}
