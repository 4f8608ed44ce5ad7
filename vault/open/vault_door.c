/* The door of a vault: who is told what before its founder counts, and nothing is written before
 * that (format-spec/vault.md "Memory of a machine"). */
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "custody/card.h"
#include "format/mailed_text.h"
#include "open/vault_use.h"
#include "store/memory.h"
#include "store/place.h"

static void tell(const struct evx_home *h, const char *text)
{
	if (h != NULL && h->door.tell != NULL)
		h->door.tell(h->door.ctx, text);
}

/* The founder's card, which may have come by mail. */
static enum evx_err read_founder(
	const struct evx_home *h, struct evx_card *card, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_buf_add(&text, h->founder.data, h->founder.len);

	if (err == EVX_OK)
		err = evx_mailed_text_restore(&text);
	err = err != EVX_OK ? evx_fail_memory(diag) :
			      evx_card_text_read(text.data, text.len, card, diag);
	evx_buf_free(&text);
	return err;
}

/* A founder that was named must be the one there is. */
static enum evx_err compare(
	const struct evx_vault *v, const struct evx_home *h, struct evx_diag *diag)
{
	const char *found = evx_vault_member(v, 0)->fingerprint, *named = h->door.founder;
	struct evx_sshkey key;
	struct evx_card card;
	char fingerprint[EVX_FINGERPRINT_CAP];
	enum evx_err err;

	if (h->founder.len > 0) {
		err = read_founder(h, &card, diag);
		if (err == EVX_OK)
			err = evx_sshkey_decode(card.signing, strlen(card.signing), &key, diag);
		if (err != EVX_OK)
			return evx_diag_in(diag, named, err);
		evx_sshkey_fingerprint(&key, fingerprint);
		named = fingerprint;
	}
	if (strcmp(named, found) == 0)
		return EVX_OK;
	return evx_fail(diag, EVX_E_FORGED,
		"You named the founder %.60s, but the founder of this vault is %s. Do not use the "
		"vault. Ask the people who run it.",
		named, found);
}

/* A card that cannot be read shows no name, and keeps nobody from comparing the fingerprint. */
static bool agrees(const struct evx_vault *v, struct evx_home *h)
{
	const struct evx_vault_member *m = evx_vault_member(v, 0);
	struct evx_cards cards = { NULL, 0 };
	const struct evx_card *card = evx_home_cards(h, &cards, NULL) == EVX_OK ?
		evx_cards_find(&cards, m->signing) :
		NULL;
	const struct evx_vault_founder founder = { evx_vault_uuid(v), evx_vault_path(v),
		m->fingerprint, card != NULL ? card->person : "",
		card != NULL ? card->organisation : "", evx_vault_entries(v) };
	const bool yes = h->door.ask(h->door.ctx, &founder);

	evx_cards_free(&cards);
	return yes;
}

/* What this machine remembers of its place. */
static void tell_place(const struct evx_vault *v, const struct evx_home *h)
{
	char text[2 * EVX_MEMORY_PATH_CAP + 256];
	bool copy;
	const char *from = evx_vault_moved_from(v, &copy);

	if (from == NULL)
		return;
	if (copy)
		(void)snprintf(text, sizeof(text),
			"Vault %s is at two places, %s and %s. One of them is a copy. What is "
			"added to one is missing in the other. Use only one of them.",
			evx_vault_uuid(v), from, evx_vault_real_path(v));
	else
		(void)snprintf(text, sizeof(text),
			"Vault %s was moved from %s to %s. This machine remembers the new place.",
			evx_vault_uuid(v), from, evx_vault_real_path(v));
	tell(h, text);
}

static enum evx_err ask(struct evx_vault *v, struct evx_home *h, struct evx_diag *diag)
{
	const char *founder = evx_vault_member(v, 0)->fingerprint;

	if (h == NULL)
		return evx_fail(diag, EVX_E_KEY,
			"This machine does not know this vault, and has no identity directory to "
			"remember it in. Nothing was changed. First make an identity: evx id new");
	if (h->door.ask == NULL)
		return evx_fail(diag, EVX_E_KEY,
			"This machine does not know this vault. Nothing was changed. The vault's "
			"founder is %s. Compare this fingerprint with the people who run the "
			"vault. Then name it: --founder %s",
			founder, founder);
	if (!agrees(v, h))
		return evx_fail(diag, EVX_E_INTERRUPTED,
			"The founder was not accepted. Nothing was changed.");
	return evx_vault_accept(v, diag);
}

enum evx_err evx_vault_use_door_pass(struct evx_vault *v, enum evx_vault_access access,
	struct evx_home *h, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	const bool changed = evx_vault_standing(v, &why) == EVX_VAULT_CHANGED;
	enum evx_err err = EVX_OK;

	if (changed && access == EVX_VAULT_WRITES)
		return evx_diag_in(diag, why.path, evx_fail(diag, why.code, "%s", why.text));
	if (changed)
		tell(h, why.text);
	else
		tell_place(v, h);
	if (access == EVX_VAULT_WRITES && evx_place_is_shared(evx_vault_fd(v)))
		tell(h,
			"This vault is on a network file system, or one that works like it. Locks "
			"there may not hold between machines. Let only one machine at a time write "
			"to the vault.");
	if (h != NULL && h->door.founder != NULL) {
		err = compare(v, h, diag);
		if (err == EVX_OK && !changed)
			err = evx_vault_accept(v, diag);
	}
	return err == EVX_OK && access == EVX_VAULT_WRITES && !evx_vault_accepted(v) ?
		ask(v, h, diag) :
		err;
}

enum evx_err evx_vault_use_door_leave(const struct evx_vault *v, struct evx_diag *diag)
{
	enum evx_err err = evx_vault_sound(v, diag);

	if (err == EVX_OK && evx_vault_standing(v, NULL) == EVX_VAULT_CHANGED)
		err = evx_fail(diag, EVX_E_FORGED,
			"This is not the vault as this machine remembers it. Do not rely on what "
			"was listed.");
	return err;
}

/* ---- What this machine remembers, for the program */

struct listing {
	enum evx_err (*each)(void *ctx, const struct evx_vault_known *known);
	void *ctx;
};

static enum evx_err list_one(void *ctx, const struct evx_vault_memory *m)
{
	const struct listing *l = ctx;
	const struct evx_vault_known known = { m->uuid, m->path, m->founder, m->accepted,
		m->entries };

	return l->each(l->ctx, &known);
}

enum evx_err evx_vault_known_list(struct evx_home *h,
	enum evx_err (*each)(void *ctx, const struct evx_vault_known *known), void *ctx,
	struct evx_diag *diag)
{
	struct listing l = { each, ctx };
	int pins = evx_vault_use_pins_open(h, false);
	enum evx_err err = pins < 0 ? EVX_OK : evx_memory_each(pins, list_one, &l, diag);

	evx_close_quiet(&pins);
	return err;
}

enum evx_err evx_vault_known_forget(struct evx_home *h, const char *vault, struct evx_diag *diag)
{
	int pins = evx_vault_use_pins_open(h, false);
	enum evx_err err = pins < 0 ? evx_fail(diag, EVX_E_NOT_FOUND,
					      "This machine does not remember a vault %.40s. To "
					      "see the vaults, run: evx vault list",
					      vault) :
				      evx_memory_forget(pins, vault, h->cancel, diag);

	evx_close_quiet(&pins);
	return err;
}
