/* Who signs: an identity with its key here, or a card whose key is in an agent. */
#include <stdlib.h>
#include <string.h>

#include "people/home.h"

/* The identity whose card has this fingerprint; "" when there is none. */
static enum evx_err identity_of(
	struct evx_home *h, const char *fingerprint, evx_identity_name name, struct evx_diag *diag)
{
	evx_identity_name *names = NULL;
	char print[EVX_FINGERPRINT_CAP];
	struct evx_card card;
	size_t n = 0, i;
	enum evx_err err = evx_identity_list(h->fd, &names, &n, diag);

	name[0] = '\0';
	for (i = 0; i < n && err == EVX_OK && name[0] == '\0'; i++) {
		err = evx_identity_card(h->fd, names[i], &card, NULL, diag);
		if (err == EVX_OK)
			err = evx_card_fingerprint(&card, print, diag);
		if (err == EVX_OK && strcmp(print, fingerprint) == 0)
			memcpy(name, names[i], sizeof(evx_identity_name));
	}
	free(names);
	return err;
}

/* Cards that may name the fingerprint: those of the home's identities, and of the trusted ones the
 * only one whose file is called after it. No other is parsed: the process is not confined yet. */
static enum evx_err candidates(
	struct evx_home *h, const char *fingerprint, struct evx_cards *out, struct evx_diag *diag)
{
	evx_identity_name *names = NULL;
	struct evx_diag why = { 0 };
	struct evx_card card;
	size_t n = 0;
	enum evx_err err = evx_cards_one(h->fd, EVX_CARDS_KNOWN, fingerprint, &card, &why);

	if (err == EVX_OK)
		err = evx_cards_push(out, &card);
	else if (err == EVX_E_NOT_FOUND)
		err = EVX_OK;
	else
		err = evx_diag_in(diag, why.path, evx_fail(diag, err, "%s", why.text));
	if (err == EVX_OK)
		err = evx_identity_list(h->fd, &names, &n, diag);
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		err = evx_identity_card(h->fd, names[i], &card, NULL, diag);
		if (err == EVX_OK)
			err = evx_cards_push(out, &card);
	}
	free(names);
	return evx_fail_buf(diag, err);
}

/* The card for a key in the agent: an event says whose key signs it, so there must be one. */
static enum evx_err card_of(
	struct evx_home *h, const char *fingerprint, struct evx_card *out, struct evx_diag *diag)
{
	struct evx_cards cards = { NULL, 0 };
	const struct evx_card *found = NULL;
	char print[EVX_FINGERPRINT_CAP];
	enum evx_err err = candidates(h, fingerprint, &cards, diag);
	size_t i;

	for (i = 0; i < cards.n && err == EVX_OK && found == NULL; i++) {
		err = evx_card_fingerprint(&cards.at[i], print, diag);
		if (err == EVX_OK && strcmp(print, fingerprint) == 0)
			found = evx_cards_find(&cards, cards.at[i].signing);
	}
	if (err == EVX_OK && found == NULL)
		err = evx_fail(diag, EVX_E_KEY,
			"No card on this machine names the key %s. Make an identity with it (evx "
			"id new --signer), or trust its card (evx trust add CARD).",
			fingerprint);
	if (err == EVX_OK)
		*out = *found;
	evx_cards_free(&cards);
	return err;
}

/* Finds who as is: an identity (name), a card, or both; *in_agent when the agent signs. */
static enum evx_err look_up(struct evx_home *h, const char *as, evx_identity_name name,
	struct evx_card *card, bool *in_agent, struct evx_diag *diag)
{
	const char *fingerprint;
	enum evx_err err;

	name[0] = '\0';
	*in_agent = as != NULL && evx_agent_named(as, &fingerprint);
	if (*in_agent) {
		err = card_of(h, fingerprint, card, diag);
		return err == EVX_OK ? identity_of(h, fingerprint, name, diag) : err;
	}
	err = evx_home_identity(h, as, name, diag);
	if (err == EVX_OK)
		err = evx_identity_card(h->fd, name, card, NULL, diag);
	return err == EVX_OK ? evx_identity_in_agent(h->fd, name, in_agent, diag) : err;
}

enum evx_err evx_home_signer_of(struct evx_home *h, const struct evx_identity *id,
	struct evx_agent **agent, struct evx_signer *out, struct evx_diag *diag)
{
	char fingerprint[EVX_FINGERPRINT_CAP];
	enum evx_err err;

	*agent = NULL;
	if (id->signing != NULL || id->card.is_retired)
		return evx_identity_signer(id, out, diag);
	memset(out, 0, sizeof(*out));
	evx_sshkey_fingerprint(&id->signing_pub, fingerprint);
	err = evx_agent_open(h->agent, fingerprint, h->cancel, agent, diag);
	if (err == EVX_OK)
		*out = evx_agent_signer(*agent);
	return err;
}

enum evx_err evx_home_hand(struct evx_home *h, const char *as, bool opens,
	const struct evx_passphrase *ask, struct evx_hand *out, struct evx_diag *diag)
{
	struct evx_hand hand = { .agent = NULL };
	evx_identity_name name;
	struct evx_card card;
	bool in_agent;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = look_up(h, as, name, &card, &in_agent, diag);
	if (err == EVX_OK && opens && name[0] == '\0')
		err = evx_fail(diag, EVX_E_KEY,
			"This command also needs the encryption key, and this machine has only a "
			"card. Use an identity with its keys: --as NAME");
	if (err == EVX_OK && (opens || !in_agent))
		err = evx_home_unlock(h, name, ask, &hand.id, NULL, diag);
	if (err == EVX_OK && in_agent) {
		evx_secret_free(hand.id.signing); /* said to be in the agent: the file is not used
						   */
		hand.id.signing = NULL;
		hand.id.card = card;
		err = evx_card_keys(&card, hand.id.encryption_pub, &hand.id.signing_pub, diag);
	}
	if (err == EVX_OK)
		err = evx_home_signer_of(h, &hand.id, &hand.agent, &hand.signer, diag);
	*out = hand;
	if (err != EVX_OK)
		evx_hand_free(out);
	return err;
}

void evx_hand_free(struct evx_hand *hand)
{
	if (hand == NULL)
		return;
	evx_identity_lock(&hand->id);
	evx_agent_free(hand->agent);
	memset(hand, 0, sizeof(*hand));
}
