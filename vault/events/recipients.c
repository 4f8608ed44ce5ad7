/* Finds out from the custody details who can open an exhibit. */
#include "events/recipients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "format/member.h"
#include "open/exhibit_vault.h"

void evx_recipients_free(struct evx_recipients *r)
{
	free(r->at);
	free(r->since);
	memset(r, 0, sizeof(*r));
}

static enum evx_err push(struct evx_recipients *r, const struct evx_reader *reader, uint32_t event,
	struct evx_diag *diag)
{
	for (size_t i = 0; i < r->n; i++) {
		if (!evx_hash_equal(r->at[i].key, reader->key))
			continue;
		if (reader->info.content && !r->at[i].info.content) {
			r->at[i].info.content = true;
			r->since[i] = event;
		}
		return EVX_OK;
	}
	if (EVX_ARRAY_ROOM(r->at, r->n, 1) != EVX_OK || EVX_ARRAY_ROOM(r->since, r->n, 1) != EVX_OK)
		return evx_fail_memory(diag);
	r->at[r->n] = *reader;
	r->since[r->n++] = event;
	return EVX_OK;
}

static void text(char *to, size_t cap, const char *from)
{
	(void)snprintf(to, cap, "%.*s", (int)cap - 1, from != NULL ? from : "");
}

/* A reader as the details describe one. */
static enum evx_err of_person(
	const struct evx_details_person *p, struct evx_reader *out, struct evx_diag *diag)
{
	struct evx_card_info *card = &out->info.card;
	struct evx_sshkey key;

	memset(out, 0, sizeof(*out));
	out->info.content = p->content_tier;
	out->info.holders = 1;
	if (p->encryption == NULL)
		return evx_fail(diag, EVX_E_CORRUPT,
			"readers: expected an encryption key of each, found one without");
	text(card->person, sizeof(card->person), p->person);
	text(card->organisation, sizeof(card->organisation), p->organisation);
	text(card->country, sizeof(card->country), p->country);
	text(card->role, sizeof(card->role), p->role);
	text(card->encryption, sizeof(card->encryption), p->encryption);
	text(card->signing, sizeof(card->signing), p->signing);
	if (p->signing != NULL &&
		evx_sshkey_decode(p->signing, strlen(p->signing), &key, NULL) == EVX_OK)
		evx_sshkey_fingerprint(&key, card->fingerprint);
	return evx_age_recipient_decode(p->encryption, strlen(p->encryption), out->key, diag);
}

/* Opens the details of event number and takes the readers that they name. */
static enum evx_err take_event(struct evx_exhibit *ex, const struct evx_event *event,
	struct evx_recipients *out, struct evx_diag *diag)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_DETAILS, .event = event->sequence };
	const bool private = !evx_event_is_seal(event) && event->fields.private_stanzas > 0;
	const struct evx_secret *key = private ?
		(ex->opened.reader != NULL ? ex->opened.reader->encryption : NULL) :
		evx_keyring_custody_of(&ex->unlocked.keys, event->sequence);
	struct evx_details details = { 0 };
	struct evx_buf part = EVX_BUF_INIT;
	struct evx_reader reader;
	struct evx_diag why = { 0 };
	char name[EVX_MEMBER_NAME_CAP];
	enum evx_err err;

	memcpy(id.type, event->type, sizeof(id.type));
	err = evx_member_name(&id, name);
	if (err != EVX_OK)
		goto out;
	if (key == NULL)
		err = evx_fail(&why, EVX_E_KEY, "Your key does not open these details.");
	if (err != EVX_OK)
		goto out;
	err = evx_exhibit_part(ex, event, name, &part, &why);
	if (err != EVX_OK)
		goto out;
	err = evx_seal_open_details(
		event, name, (struct evx_bytes){ part.data, part.len }, key, &details, &why);
	for (size_t i = 0; err == EVX_OK && i < details.readers.n; i++) {
		err = of_person(&details.readers.at[i], &reader, &why);
		if (err == EVX_OK)
			err = push(out, &reader, event->sequence, &why);
	}
out:
	evx_details_free(&details);
	evx_buf_free(&part);
	return err == EVX_OK ? EVX_OK :
			       evx_fail(diag, err,
				       "Entry %04u names readers in its custody details, and the "
				       "details cannot be read: %s",
				       (unsigned)event->sequence, why.text);
}

/* An identity of the vault is told by its key, which the log signs, not by what the details call
 * it. */
static void name_vault(const struct evx_vault *v, struct evx_reader *r)
{
	struct evx_card_info *card = &r->info.card;

	for (uint32_t i = 1; i <= evx_vault_epochs(v); i++) {
		const struct evx_vault_epoch *e = evx_vault_epoch(v, i);
		const bool content = evx_hash_equal(r->key, e->content_pub);

		if (!content && !evx_hash_equal(r->key, e->custody_pub))
			continue;
		memset(card, 0, sizeof(*card));
		r->info.vault = true;
		text(card->encryption, sizeof(card->encryption), content ? e->content : e->custody);
		(void)snprintf(card->person, sizeof(card->person), "%s of vault %s",
			content ? "content members" : "members", evx_vault_uuid(v));
	}
}

enum evx_err evx_recipients_gather(
	struct evx_exhibit *ex, struct evx_recipients *out, struct evx_diag *diag)
{
	const struct evx_chain_result *c = evx_chain_result(ex->loaded.chain);
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < c->rightful && err == EVX_OK; i++)
		if (i == 0 || (c->at[i].rightful && c->at[i].event.kind == EVX_EVENT_REWRAP))
			err = take_event(ex, &c->at[i].event, out, diag);
	for (size_t i = 0;
		i < out->n && err == EVX_OK && ex->opened.vault != NULL && ex->opened.vault->opened;
		i++)
		name_vault(ex->opened.vault->vault, &out->at[i]);
	return err;
}
