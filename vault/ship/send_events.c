/* What is signed before exhibits are sent. */
#include "ship/send_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash_equal.h"
#include "custody/rules.h"
#include "events/event_actor.h"
#include "events/recipients.h"
#include "people/card_info.h"

enum evx_err evx_send_parties_read(struct evx_send_parties *p, struct evx_home *h,
	const struct evx_identity *sender, struct evx_diag *diag)
{
	enum evx_err err;

	if (p->files.n == 0)
		return evx_fail(diag, EVX_E_USAGE, "Name the receiver: --to CARD.");
	if (p->files.n > EVX_SHIPMENT_RECEIVERS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"A shipment has at most %u receivers. Send it in several.",
			EVX_SHIPMENT_RECEIVERS_MAX);
	err = evx_names_check_files(&h->names, &p->files, diag);
	if (err != EVX_OK)
		return err;
	p->cards = calloc(p->files.n, sizeof(*p->cards));
	p->shown = calloc(p->files.n, sizeof(*p->shown));
	if (p->cards == NULL || p->shown == NULL)
		return evx_fail_memory(diag);
	for (; p->n < p->files.n && err == EVX_OK; p->n++) {
		const struct evx_input *in = &p->files.at[p->n];
		struct evx_card *card = &p->cards[p->n];

		err = evx_card_text_read(in->bytes.data, in->bytes.len, card, diag);
		if (err == EVX_OK)
			err = evx_card_info_of(card, &p->shown[p->n], diag);
		if (err == EVX_OK && card->is_retired)
			err = evx_fail(diag, EVX_E_CUSTODY,
				"%s retired this card. Nothing was sent. Ask for the new card.",
				card->person);
		if (err == EVX_OK && strcmp(card->signing, sender->card.signing) == 0)
			err = evx_fail(diag, EVX_E_USAGE,
				"This card is your own. Name the card of the receiver.");
		for (size_t i = 0; i < p->n && err == EVX_OK; i++)
			if (strcmp(p->cards[i].signing, card->signing) == 0)
				err = evx_fail(diag, EVX_E_USAGE,
					"%s was named twice. Name each receiver once.",
					card->person);
		if (err != EVX_OK)
			return evx_diag_in(diag, in->path, err);
	}
	return err;
}

void evx_send_parties_free(struct evx_send_parties *p)
{
	evx_inputs_free(&p->files);
	free(p->cards);
	free(p->shown);
	memset(p, 0, sizeof(*p));
}

static const char *keeps_of(const struct evx_send_options *opt)
{
	return opt->keeps != NULL ? opt->keeps : evx_event_keepings[EVX_KEEPS_COPY];
}

/* The person of a key, where it is one of the receivers'. */
static const char *name_of(const struct evx_send_parties *p, const char *signing)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->cards[i].signing, signing) == 0)
			return p->cards[i].person;
	return "somebody else";
}

static enum evx_err look_at_release(const struct evx_send_parties *p,
	const struct evx_send_options *opt, const struct evx_identity *sender,
	const struct evx_rules_roster *rules, const struct evx_chain_result *chain,
	struct evx_outgoing *o, struct evx_diag *diag)
{
	struct evx_event next = { .known = true, .time = (int64_t)time(NULL), .nsigners = 1 };
	unsigned keeps = 0;

	if (chain->state.release_open) {
		o->info.released = strcmp(chain->state.receiver, p->cards[0].signing) == 0;
		return o->info.released ?
			EVX_OK :
			evx_fail(diag, EVX_E_CUSTODY,
				"Entry %04u releases this exhibit to %s, who has not answered yet. "
				"Nothing was sent. Wait for the answer, or take the release back: "
				"evx withdraw",
				(unsigned)chain->state.release, name_of(p, chain->state.receiver));
	}
	if (!evx_event_type_word(evx_event_keepings, keeps_of(opt), &keeps))
		return evx_fail(diag, EVX_E_USAGE, "--keeps: expected nothing or copy, found %s",
			keeps_of(opt));
	evx_event_set_kind(&next, EVX_EVENT_RELEASE);
	next.fields.keeps = (enum evx_event_keeps)keeps;
	(void)snprintf(next.fields.counterparty, sizeof(next.fields.counterparty), "%s",
		p->cards[0].signing);
	(void)snprintf(next.signers[0], sizeof(next.signers[0]), "%s", sender->card.signing);
	return evx_rules_check(chain, &next, rules, diag);
}

/* Which of those who get a copy have an entry that says so. */
static enum evx_err look_at_copies(const struct evx_send_parties *p,
	const struct evx_send_options *opt, const struct evx_chain_result *chain,
	struct evx_outgoing *o, struct evx_diag *diag)
{
	if (p->n > 1 && strcmp(keeps_of(opt), evx_event_keepings[EVX_KEEPS_COPY]) != 0)
		return evx_fail(diag, EVX_E_USAGE,
			"Several receivers get copies, so the sender keeps one as well. Leave out "
			"--keeps nothing, or name one receiver.");
	for (size_t i = 1; i < p->n; i++)
		for (size_t k = 0; k < chain->n; k++)
			if (chain->at[k].rightful && chain->at[k].event.kind == EVX_EVENT_COPY &&
				strcmp(chain->at[k].event.fields.counterparty,
					p->cards[i].signing) == 0)
				o->copied |= UINT64_C(1) << i;
	return EVX_OK;
}

static bool reads(const struct evx_recipients *all, const uint8_t key[32], bool custody_only)
{
	for (size_t i = 0; i < all->n; i++)
		if (evx_hash_equal(all->at[i].key, key))
			return all->at[i].info.content || custody_only;
	return false;
}

/* Which of the receivers cannot open it, as the details of its seal and rewraps tell. */
static enum evx_err look_at_readers(const struct evx_send_parties *p,
	const struct evx_send_options *opt, const struct evx_identity *sender,
	struct evx_outgoing *o, struct evx_exhibit *ex, struct evx_diag *diag)
{
	struct evx_recipients all = { NULL, NULL, 0 };
	struct evx_diag why = { 0 };
	enum evx_err err = evx_exhibit_open_keys(ex, sender, true, &why);

	if (err == EVX_OK)
		err = evx_recipients_gather(ex, &all, &why);
	if (err != EVX_OK && err != EVX_E_KEY)
		err = evx_fail(diag, err, "%s", why.text);
	else
		err = EVX_OK;
	for (size_t i = 0; i < p->n && err == EVX_OK; i++) {
		struct evx_sshkey signing;
		uint8_t key[32];

		err = evx_card_keys(&p->cards[i], key, &signing, diag);
		if (err != EVX_OK || reads(&all, key, opt->custody_only))
			continue;
		o->wrap |= UINT64_C(1) << i;
		o->info.nwrap++;
		if (evx_keyring_custody_of(&ex->unlocked.keys,
			    (uint32_t)evx_chain_result(ex->loaded.chain)->n) == NULL ||
			(!opt->custody_only && ex->unlocked.keys.content == NULL))
			err = evx_fail(diag, EVX_E_KEY,
				"%s cannot open this exhibit, and you cannot change that: %s. "
				"Nothing was sent. Ask somebody who can open it: evx recipient add",
				p->cards[i].person,
				ex->unlocked.keys.content == NULL &&
						ex->unlocked.keys.ncustody > 0 &&
						!opt->custody_only ?
					"your key does not open its contents" :
					"your key does not open it");
	}
	evx_recipients_free(&all);
	return err;
}

enum evx_err evx_send_events_look(const struct evx_send_parties *p,
	const struct evx_send_options *opt, const struct evx_rules_roster *rules,
	struct evx_outgoing *o, struct evx_outgoing_open *open, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(open->ex.loaded.chain);
	const struct evx_identity *sender = open->ex.opened.reader;
	enum evx_err err;

	o->wrap = o->copied = 0;
	o->info.nwrap = 0;
	err = look_at_release(p, opt, sender, rules, chain, o, diag);
	if (err == EVX_OK)
		err = look_at_copies(p, opt, chain, o, diag);
	if (err == EVX_OK)
		err = look_at_readers(p, opt, sender, o, &open->ex, diag);
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, o->path, err);
}

/* One entry, by the sender. */
static enum evx_err sign(const struct evx_send_options *opt, const struct evx_send_events_by *by,
	struct evx_outgoing *o, enum evx_event_kind kind, const struct evx_event_actor *actor,
	struct evx_diag *diag)
{
	const struct evx_event_options event = { .bundle = o->real,
		.type = kind,
		.keeps = keeps_of(opt),
		.purpose = opt->purpose,
		.authority = opt->authority,
		.place = opt->place,
		.notes = opt->notes,
		.invocation = opt->invocation,
		.jobs = 1 };
	struct evx_event_outcome outcome = { 0 };
	enum evx_err err = evx_event_actor_record(actor, &event, by->cancel, &outcome, diag);

	o->info.removed += outcome.removed;
	evx_event_outcome_free(&outcome);
	return err;
}

static enum evx_err sign_rewrap(const struct evx_send_parties *p,
	const struct evx_send_options *opt, const struct evx_send_events_by *by,
	struct evx_outgoing *o, struct evx_event_actor actor, struct evx_diag *diag)
{
	struct evx_inputs some = { .at = calloc(p->n, sizeof(*some.at)), .n = 0 };
	struct evx_cards always = { NULL, 0 };
	enum evx_err err = some.at != NULL ? evx_home_always(by->home, &always, diag) :
					     evx_fail_memory(diag);

	for (size_t i = 0; i < p->n && err == EVX_OK; i++)
		if ((o->wrap >> i & 1) != 0)
			some.at[some.n++] = p->files.at[i];
	actor.always = &always;
	if (opt->custody_only)
		actor.custody_to = &some;
	else
		actor.readers_to = &some;
	if (err == EVX_OK)
		err = sign(opt, by, o, EVX_EVENT_REWRAP, &actor, diag);
	evx_cards_free(&always);
	free(some.at);
	return err;
}

enum evx_err evx_send_events_sign(const struct evx_send_parties *p,
	const struct evx_send_options *opt, const struct evx_send_events_by *by,
	struct evx_outgoing *o, struct evx_diag *diag)
{
	struct evx_event_actor actor = { .id = &by->hand->id,
		.signer = &by->hand->signer,
		.known = by->known,
		.names = &by->home->names };
	enum evx_err err = o->wrap != 0 ? sign_rewrap(p, opt, by, o, actor, diag) : EVX_OK;

	/* The release comes last. */
	for (size_t i = 1; i < p->n && err == EVX_OK; i++) {
		const struct evx_inputs one = { &p->files.at[i], 1 };

		if ((o->copied >> i & 1) != 0)
			continue;
		actor.to = &one;
		err = sign(opt, by, o, EVX_EVENT_COPY, &actor, diag);
	}
	if (err == EVX_OK && !o->info.released) {
		const struct evx_inputs one = { &p->files.at[0], 1 };

		actor.to = &one;
		err = sign(opt, by, o, EVX_EVENT_RELEASE, &actor, diag);
	}
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, o->path, err);
}
