/* Lists who can open an exhibit. */
#include <string.h>

#include "events/recipients.h"
#include "people/known.h"

/* How many stanzas the key files have. */
static void count(const struct evx_chain_result *c, struct evx_recipient_counts *out)
{
	out->custody = c->at[0].event.seal.custody_readers;
	out->content = c->at[0].event.seal.content_readers;
	out->custody_files = out->content_files = 1;
	for (size_t i = 1; i < c->rightful; i++) {
		const struct evx_event *e = &c->at[i].event;

		if (!c->at[i].rightful || e->kind != EVX_EVENT_REWRAP)
			continue;
		if (e->fields.custody_readers > 0) {
			out->custody += e->fields.custody_readers;
			out->custody_files++;
			out->custody_event = (int)i;
		}
		if (e->fields.content_readers > 0) {
			out->content += e->fields.content_readers;
			out->content_files++;
			out->content_event = (int)i;
		}
	}
}

/* A name with another encryption key than the card of that person that is trusted here. */
static void compare(const struct evx_cards *cards, struct evx_reader_info *r)
{
	const struct evx_card *card = r->card.signing[0] != '\0' ?
		evx_cards_find(cards, r->card.signing) :
		NULL;

	r->other_key = card != NULL && strcmp(card->encryption, r->card.encryption) != 0;
}

enum evx_err evx_recipient_list(struct evx_home *h, const char *bundle, const char *as,
	const struct evx_passphrase *ask, bool confine,
	enum evx_err (*each)(void *ctx, const struct evx_reader_info *reader, int since), void *ctx,
	struct evx_recipient_counts *counts, struct evx_diag *diag)
{
	struct evx_exhibit ex;
	struct evx_recipients all = { NULL, NULL, 0 };
	struct evx_known known = { .cards = { NULL, 0 } };
	const struct evx_rules_roster rules = evx_known_rules(&known);
	const struct evx_exhibit_load load = { .index_only = true, .jobs = 1, .roster = &rules };
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(counts, 0, sizeof(*counts));
	evx_exhibit_start(&s, &ex, h, bundle, as, EVX_KEY_IF_NAMED, ask);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	err = evx_start_confine(&s, 0, confine ? &ex.opened.confinement : NULL);
	if (err != EVX_OK)
		goto out;
	err = evx_known_load(&known, h, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_exhibit_load(&ex, &load, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_exhibit_usable(&ex, diag);
	if (err != EVX_OK)
		goto out;
	count(evx_chain_result(ex.loaded.chain), counts);
	counts->goes_on = evx_exhibit_goes_on(&ex);
	if (ex.opened.has_id)
		err = evx_exhibit_open_keys(&ex, &ex.opened.id, true, diag);
	if (err != EVX_OK)
		goto out;
	if (ex.opened.has_id)
		err = evx_recipients_gather(&ex, &all, diag);
	for (size_t i = 0; i < all.n; i++)
		compare(&known.cards, &all.at[i].info);
	for (size_t i = 0; i < all.n && err == EVX_OK; i++)
		err = each(ctx, &all.at[i].info, (int)all.since[i]);
out:
	counts->confinement = ex.opened.confinement;
	evx_recipients_free(&all);
	evx_known_free(&known);
	evx_exhibit_free(&ex);
	return err;
}
