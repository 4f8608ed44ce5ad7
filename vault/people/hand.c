/* Who signs: an identity with its key here, or a card whose key is in an agent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "custody/identity_secrets.h"
#include "people/home.h"

/* What is known before the process is confined, and what is parsed after. */
struct handing {
	struct evx_home *h;
	char fingerprint[EVX_FINGERPRINT_CAP]; /* of the key in an agent; "": it is a file */
	bool by_card; /* the agent's key was named, and not an identity: a card must name it */
	struct evx_identity_files files; /* of an identity whose secrets stay closed */
	evx_identity_name name;
	struct evx_identity *id;
	struct evx_agent **agent;
	enum evx_err agent_err; /* why it cannot be used; told behind what is wrong with the card */
	struct evx_diag agent_why;
	struct evx_signer *signer;
};

static void drop(void *ctx)
{
	struct handing *t = ctx;

	evx_identity_files_free(&t->files);
	free(t);
}

/* The fingerprint that the file of an identity names where its signing key is in an agent; "" where
 * it is a file. That the card names the same key is looked at when that is parsed. */
static enum evx_err named_in_agent(const struct evx_identity_files *files, const char *name,
	char out[EVX_FINGERPRINT_CAP], struct evx_diag *diag)
{
	char line[sizeof(EVX_AGENT_PREFIX) + EVX_FINGERPRINT_CAP + 1] = "";
	const char *fingerprint;

	out[0] = '\0';
	if (!files->in_agent)
		return EVX_OK;
	if (files->signing.len > 0 && files->signing.len < sizeof(line) &&
		files->signing.data[files->signing.len - 1] == '\n')
		memcpy(line, files->signing.data, files->signing.len - 1);
	if (!evx_agent_named(line, &fingerprint))
		return evx_fail(diag, EVX_E_FORGED,
			"The file signing.agent of identity %s names no key in an agent. Import a "
			"backup of the identity: evx id import FILE",
			name);
	(void)snprintf(out, EVX_FINGERPRINT_CAP, "%s", fingerprint);
	return EVX_OK;
}

/* Whether the identity has the key with this fingerprint. Its card is parsed only where its signing
 * key is a file, too: nothing else says which one that is. */
static enum evx_err has_key(struct evx_home *h, const char *name, const char *fingerprint,
	bool *has, struct evx_diag *diag)
{
	struct evx_identity_files files;
	struct evx_card card;
	char found[EVX_FINGERPRINT_CAP];
	enum evx_err err = evx_identity_files_read(h->fd, name, &files, diag);

	*has = false;
	if (err != EVX_OK)
		return err;
	err = named_in_agent(&files, name, found, diag);
	if (err == EVX_OK && !files.in_agent) {
		err = evx_card_text_read(files.card.data, files.card.len, &card, diag);
		if (err == EVX_OK)
			err = evx_card_fingerprint(&card, found, diag);
	}
	*has = err == EVX_OK && strcmp(found, fingerprint) == 0;
	evx_identity_files_free(&files);
	return err;
}

/* The identity with this key; "" when there is none. */
static enum evx_err identity_of(
	struct evx_home *h, const char *fingerprint, evx_identity_name name, struct evx_diag *diag)
{
	evx_identity_name *names = NULL;
	size_t n = 0;
	bool has = false;
	enum evx_err err = evx_identity_list(h->fd, &names, &n, diag);

	name[0] = '\0';
	for (size_t i = 0; i < n && err == EVX_OK && !has; i++) {
		err = has_key(h, names[i], fingerprint, &has, diag);
		if (has)
			memcpy(name, names[i], sizeof(evx_identity_name));
	}
	free(names);
	return err;
}

/* The card for a key in the agent: an event says whose key signs it, so there must be one. */
static enum evx_err card_of(
	struct evx_home *h, const char *fingerprint, struct evx_card *out, struct evx_diag *diag)
{
	struct evx_cards cards = { NULL, 0 };
	const struct evx_card *found = NULL;
	char print[EVX_FINGERPRINT_CAP];
	enum evx_err err = evx_home_cards_that_name(h, fingerprint, &cards, diag);

	if (err != EVX_OK)
		goto out;
	for (size_t i = 0; i < cards.n && err == EVX_OK && found == NULL; i++) {
		err = evx_card_fingerprint(&cards.at[i], print, diag);
		if (err == EVX_OK && strcmp(print, fingerprint) == 0)
			found = evx_cards_find(&cards, cards.at[i].signing);
	}
	if (err != EVX_OK)
		goto out;
	if (found == NULL) {
		err = evx_fail(diag, EVX_E_KEY,
			"No card on this machine names the key %s. Make an identity with it (evx "
			"id new --signer), or trust its card (evx trust add CARD).",
			fingerprint);
		goto out;
	}
	*out = *found;
out:
	evx_cards_free(&cards);
	return err;
}

/* The card and the public keys of who signs with an agent. */
static enum evx_err parse_card(const struct handing *t, struct evx_diag *diag)
{
	struct evx_identity *id = t->id;
	enum evx_err err;

	if (t->by_card) {
		/* Said to be in the agent: a key in a file is not used. */
		evx_secret_free(id->signing);
		id->signing = NULL;
		err = card_of(t->h, t->fingerprint, &id->card, diag);
	} else {
		err = evx_identity_secrets_named(&t->files, t->name, diag);
		if (err == EVX_OK)
			err = evx_card_text_read(
				t->files.card.data, t->files.card.len, &id->card, diag);
	}
	return err == EVX_OK ?
		evx_card_keys(&id->card, id->encryption_pub, &id->signing_pub, diag) :
		err;
}

static enum evx_err make_signer(void *ctx, struct evx_diag *diag)
{
	const struct handing *t = ctx;
	enum evx_err err = t->by_card || t->files.in_agent ? parse_card(t, diag) : EVX_OK;

	if (err != EVX_OK)
		return err;
	if (t->fingerprint[0] == '\0' || t->id->card.is_retired)
		return evx_identity_signer(t->id, t->signer, diag);
	if (t->agent_err != EVX_OK) {
		if (diag != NULL && diag->code == EVX_OK)
			*diag = t->agent_why;
		return t->agent_err;
	}
	*t->signer = evx_agent_signer(*t->agent);
	return EVX_OK;
}

static struct handing *handing_new(struct evx_start *s, struct evx_home *h, struct evx_identity *id,
	struct evx_agent **agent, struct evx_signer *signer)
{
	struct handing *t;

	*agent = NULL;
	memset(signer, 0, sizeof(*signer));
	if (!evx_start_good(s))
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL) {
		s->err = evx_fail_memory(s->diag);
		return NULL;
	}
	t->h = h;
	t->id = id;
	t->agent = agent;
	t->signer = signer;
	return t;
}

/* Connects to the agent where the key is in one, and puts off the rest. */
static void handing_end(struct evx_start *s, struct handing *t)
{
	if (evx_start_good(s) && t->fingerprint[0] != '\0')
		t->agent_err = evx_agent_open(
			t->h->agent, t->fingerprint, t->h->cancel, t->agent, &t->agent_why);
	evx_start_later(s, make_signer, drop, t);
}

/* Reads which agent's key the identity t->name signs with. */
static void read_identity(struct evx_start *s, struct handing *t)
{
	s->err = evx_identity_files_read(t->h->fd, t->name, &t->files, s->diag);
	if (evx_start_good(s))
		s->err = named_in_agent(&t->files, t->name, t->fingerprint, s->diag);
}

void evx_home_signer_start(struct evx_start *s, struct evx_home *h, const char *name,
	struct evx_identity *id, struct evx_agent **agent, struct evx_signer *signer)
{
	struct handing *t = handing_new(s, h, id, agent, signer);

	if (t == NULL)
		return;
	(void)snprintf(t->name, sizeof(t->name), "%s", name);
	read_identity(s, t);
	handing_end(s, t);
}

void evx_home_hand_start(struct evx_start *s, struct evx_home *h, const char *as, bool opens,
	const struct evx_passphrase *ask, struct evx_hand *out)
{
	struct handing *t;
	const char *fingerprint;

	memset(out, 0, sizeof(*out));
	t = handing_new(s, h, &out->id, &out->agent, &out->signer);
	if (t == NULL)
		return;
	t->by_card = as != NULL && evx_agent_named(as, &fingerprint);
	if (t->by_card) {
		(void)snprintf(t->fingerprint, sizeof(t->fingerprint), "%s", fingerprint);
		evx_home_read(h);
		if (opens)
			s->err = identity_of(h, t->fingerprint, t->name, s->diag);
		if (evx_start_good(s) && opens && t->name[0] == '\0')
			s->err = evx_fail(s->diag, EVX_E_KEY,
				"This command also needs the encryption key, and this machine has "
				"no identity with this key. Use an identity with its keys: --as "
				"NAME");
	} else {
		s->err = evx_home_identity(h, as, t->name, s->diag);
		if (evx_start_good(s))
			read_identity(s, t);
	}
	if (opens || t->fingerprint[0] == '\0')
		evx_home_unlock_start(s, h, t->name, ask, &out->id, NULL);
	handing_end(s, t);
}

void evx_hand_free(struct evx_hand *hand)
{
	if (hand == NULL)
		return;
	evx_identity_lock(&hand->id);
	evx_agent_free(hand->agent);
	memset(hand, 0, sizeof(*hand));
}
