/* Shows a person what they are about to sign. */
#include "events/entry_ask.h"

#include <stdio.h>
#include <string.h>

#include "base/hash_equal.h"
#include "events/recipients.h"
#include "format/text.h"
#include "open/exhibit_subject.h"
#include "open/exhibit_vault.h"
#include "people/card_info.h"

/* The other party of an entry by its key: the card known here, or the key alone. */
static void name_party(
	const struct evx_entry_question *q, const char *signing, struct evx_entry_info *info)
{
	const struct evx_card *card = evx_cards_find(q->known, signing);
	struct evx_sshkey key;

	info->has_party = true;
	info->party_known = card != NULL;
	if (card == NULL && q->counterparty != NULL &&
		strcmp(q->counterparty->signing, signing) == 0)
		card = q->counterparty;
	if (card != NULL && evx_card_info_of(card, &info->party, NULL) == EVX_OK)
		return;
	memset(&info->party, 0, sizeof(info->party));
	(void)snprintf(info->party.signing, sizeof(info->party.signing), "%s", signing);
	if (evx_sshkey_decode(signing, strlen(signing), &key, NULL) == EVX_OK)
		evx_sshkey_fingerprint(&key, info->party.fingerprint);
}

static void find_party(const struct evx_entry_question *q, struct evx_entry_info *info)
{
	const struct evx_custody_state *state = &evx_chain_result(q->ex->loaded.chain)->state;
	const struct evx_event_fields *f = &q->event->fields;

	if (f->counterparty[0] != '\0')
		name_party(q, f->counterparty, info);
	else if (f->former[0] != '\0')
		name_party(q, f->former, info);
	else if (q->event->kind == EVX_EVENT_ACCEPT || q->event->kind == EVX_EVENT_REFUSE)
		name_party(q, state->holder, info);
}

/* Whether the receiver is among those who can open the contents, as far as the record names them.
 * Whoever is a key of the record without a person may be an office that the receiver belongs to. */
static enum evx_receiver_opens receiver_opens(
	const struct evx_entry_question *q, const struct evx_recipients *all)
{
	const struct evx_exhibit_vault *in = q->ex->opened.vault;
	const struct evx_vault_member *member = in != NULL && in->opened ?
		evx_vault_find_member(in->vault, q->counterparty->signing) :
		NULL;
	enum evx_receiver_opens answer = EVX_RECEIVER_CANNOT;
	bool office = false; /* a key that is no person's reads, too */
	struct evx_sshkey signing;
	uint8_t key[32];

	if (evx_card_keys(q->counterparty, key, &signing, NULL) != EVX_OK)
		return EVX_RECEIVER_UNKNOWN;
	for (size_t i = 0; i < all->n && answer != EVX_RECEIVER_CAN; i++) {
		const struct evx_reader_info *r = &all->at[i].info;

		if (evx_hash_equal(all->at[i].key, key))
			answer = r->content ? EVX_RECEIVER_CAN : EVX_RECEIVER_CUSTODY_ONLY;
		else if (!r->content || r->card.signing[0] != '\0')
			continue; /* somebody else's */
		else if (!r->vault)
			office = true;
		else if (member != NULL && member->content)
			answer = EVX_RECEIVER_CAN;
	}
	if (answer != EVX_RECEIVER_CAN && office)
		answer = EVX_RECEIVER_UNKNOWN;
	return answer;
}

/* What the signer's keys open: the names of the exhibit, and of a release whether its receiver can
 * open the contents. */
static enum evx_err open_details(const struct evx_entry_question *q, struct evx_entry_info *info,
	struct evx_exhibit_subject *subject, struct evx_diag *diag)
{
	struct evx_recipients all = { NULL, NULL, 0 };
	enum evx_err err = evx_exhibit_open_keys(q->ex, q->id, true, NULL);

	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	info->opened = q->ex->unlocked.keys.ncustody > 0 &&
		evx_keyring_custody_of(&q->ex->unlocked.keys, 0) != NULL;
	err = evx_exhibit_subject_read(q->ex, subject, diag);
	if (err != EVX_OK || !info->opened || q->event->kind != EVX_EVENT_RELEASE ||
		q->counterparty == NULL)
		return err;
	err = evx_recipients_gather(q->ex, &all, NULL);
	if (err == EVX_E_MEMORY)
		err = evx_fail_memory(diag);
	else if (err == EVX_OK)
		info->receiver_opens = receiver_opens(q, &all);
	else
		err = EVX_OK; /* some of them are not known: nothing is said */
	evx_recipients_free(&all);
	return err;
}

enum evx_err evx_entry_ask(const struct evx_entry_question *q, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(q->ex->loaded.chain);
	struct evx_entry_info info = { .number = (int)chain->n, .kind = q->event->kind };
	struct evx_exhibit_subject subject = { NULL, NULL, NULL };
	enum evx_err err;

	if (q->opt->ask_entry == NULL)
		return EVX_OK;
	memcpy(info.type, q->event->type, sizeof(info.type));
	evx_seal_code(chain->exhibit, info.seal_code);
	find_party(q, &info);
	err = open_details(q, &info, &subject, diag);
	if (err != EVX_OK)
		goto out;
	info.case_label = subject.case_label;
	info.exhibit_number = subject.exhibit_number;
	info.description = subject.description;
	if (!q->opt->ask_entry(q->opt->ask_entry_ctx, &info))
		err = evx_fail(diag, EVX_E_INTERRUPTED, "You did not confirm. Nothing was signed.");
out:
	evx_exhibit_subject_free(&subject);
	return err;
}
