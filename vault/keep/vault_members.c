/* Makes a vault; adds, removes and lists its members. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "custody/card.h"
#include "open/extract_target.h"
#include "open/vault_use.h"
#include "people/card_info.h"
#include "people/named_cards.h"
#include "store/members.h"

/* The cards of in, and their texts, which stay the arrays' (free() each). */
static enum evx_err read_cards(
	const struct evx_inputs *in, struct evx_card *cards, char **texts, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < in->n && err == EVX_OK; i++) {
		err = evx_card_text_read(
			in->at[i].bytes.data, in->at[i].bytes.len, &cards[i], diag);
		if (err == EVX_OK) {
			texts[i] = strndup((const char *)in->at[i].bytes.data, in->at[i].bytes.len);
			if (texts[i] == NULL)
				err = evx_fail_memory(diag);
		}
		err = evx_diag_in(diag, in->at[i].path, err);
	}
	return err;
}

/* Whoever founded a vault knows the founder. */
static enum evx_err accept_own(
	const char *path, int pins, const struct evx_home *h, struct evx_diag *diag)
{
	struct evx_vault *v = NULL;
	enum evx_err err = evx_vault_open(path, &v, diag);

	if (err != EVX_OK)
		goto out;
	err = evx_vault_recall(v, pins, h->cancel, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_load(v, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_accept_new(v, diag);
out:
	evx_vault_free(v);
	return err;
}

enum evx_err evx_vault_init(struct evx_home *h, const char *path, const char *as,
	const char *const *escrow, size_t nescrow, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, char uuid[37], struct evx_diag *diag)
{
	struct evx_inputs in = { NULL, 0 };
	struct evx_identity id = { 0 };
	struct evx_agent *agent = NULL;
	struct evx_card *cards = calloc(nescrow + 1, sizeof(*cards));
	char **texts = calloc(nescrow + 1, sizeof(*texts)), *own = NULL;
	evx_identity_name name;
	struct evx_signer signer;
	struct evx_extract_target target = EVX_EXTRACT_TARGET_INIT;
	int pins = -1;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	uuid[0] = '\0';
	if (cards == NULL || texts == NULL)
		s.err = evx_fail_memory(diag);
	evx_named_cards_start(&s, h, escrow, nescrow, &in);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	evx_home_unlock_start(&s, h, as, ask, &id, name);
	evx_home_signer_start(&s, h, name, &id, &agent, &signer);
	if (evx_start_good(&s))
		pins = evx_vault_use_pins_open(h, true);
	evx_start_beneath(&s, pins, EVX_CONFINE_WRITE);
	if (evx_start_good(&s))
		s.err = evx_extract_target_open(path, &target, diag);
	if (evx_start_good(&s))
		s.err = evx_vault_create_settle(target.fd, path, diag);
	evx_start_beneath(&s, target.fd, EVX_CONFINE_WRITE);
	err = evx_start_confine(&s, 0, confined);
	if (err == EVX_OK)
		err = evx_home_own_card(h, name, &own, diag);
	if (err == EVX_OK && in.n > 0)
		err = evx_names_load(h, diag);
	if (err == EVX_OK)
		err = evx_names_check_files(&h->names, &in, diag);
	if (err == EVX_OK)
		err = read_cards(&in, cards, texts, diag);
	if (err == EVX_OK) {
		const struct evx_vault_founding f = { .founder = &id,
			.signer = &signer,
			.card = own,
			.escrow = cards,
			.escrow_texts = (const char *const *)texts,
			.nescrow = nescrow,
			.now = (int64_t)time(NULL) };

		err = evx_vault_create_in(target.fd, path, &f, uuid, diag);
	}
	if (err == EVX_OK)
		err = accept_own(path, pins, h, diag);
	evx_extract_target_close(&target, uuid[0] != '\0');
	evx_close_quiet(&pins);
	for (size_t i = 0; texts != NULL && i < nescrow; i++)
		free(texts[i]);
	free(texts);
	free(cards);
	free(own);
	evx_agent_free(agent);
	evx_identity_lock(&id);
	evx_inputs_free(&in);
	return err;
}

enum evx_err evx_vault_add_member(struct evx_home *h, const char *vault, const char *as,
	const char *card_file, bool custody_only, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, struct evx_card_info *added, struct evx_diag *diag)
{
	struct evx_inputs in = { NULL, 0 };
	struct evx_vault_use u = { .pins = -1 };
	struct evx_signer signer;
	struct evx_card card;
	char *text = NULL;
	enum evx_err err = evx_inputs_read(&card_file, 1, EVX_DOCUMENT_MAX, &in, diag);

	memset(added, 0, sizeof(*added));
	if (err != EVX_OK)
		goto out;
	err = evx_vault_use_member(&u, h, vault, as, ask, confined, &signer, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_inputs_restore(&in, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_names_load(h, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_names_check_files(&h->names, &in, diag);
	if (err != EVX_OK)
		goto out;
	err = read_cards(&in, &card, &text, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_members_add(
		u.vault, &card, text, custody_only, &signer, (int64_t)time(NULL), diag);
	if (err != EVX_OK)
		goto out;
	err = evx_card_info_of(&card, added, diag);
out:
	free(text);
	evx_vault_use_free(&u);
	evx_inputs_free(&in);
	return err;
}

/* Those who stay and get no keys of the new epoch. */
static enum evx_err tell_passed_over(const struct evx_vault *v, const struct evx_home *h,
	const char *leaving, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; err == EVX_OK && i < evx_vault_members(v); i++) {
		const struct evx_vault_member *m = evx_vault_member(v, i);
		bool opened, vouched;
		char text[512];

		if (m->removed || strcmp(m->fingerprint, leaving) == 0)
			continue;
		err = evx_members_vouched(v, m, &opened, &vouched, diag);
		if (err != EVX_OK || !opened || vouched || h->door.tell == NULL)
			continue;
		(void)snprintf(text, sizeof(text),
			"Member %s gets no new keys. The log gives this member an encryption key "
			"that is not on their own card: it may be "
			"somebody else's. Remove this member, get their card, compare its "
			"fingerprint, and add them again.",
			m->fingerprint);
		h->door.tell(h->door.ctx, text);
	}
	return err;
}

/* What the log says of a member, and the card that came with them where it can be opened. */
static enum evx_err describe(const struct evx_vault *v, size_t i, struct evx_vault_member_info *out,
	struct evx_diag *diag)
{
	const struct evx_vault_member *m = evx_vault_member(v, i);
	struct evx_vault_entry entry;
	struct evx_vault_private private;
	struct evx_card card;
	bool opened = false;
	enum evx_err err = evx_vault_read_entry(v, m->added, &entry, &private, &opened, diag);

	memset(out, 0, sizeof(*out));
	if (err == EVX_OK && opened && private.card != NULL &&
		evx_card_text_read(private.card, strlen(private.card), &card, NULL) == EVX_OK &&
		strcmp(card.signing, m->signing) == 0 &&
		strcmp(card.encryption, m->encryption) == 0)
		err = evx_card_info_of(&card, &out->card, diag);
	(void)snprintf(out->card.fingerprint, sizeof(out->card.fingerprint), "%s", m->fingerprint);
	(void)snprintf(out->card.signing, sizeof(out->card.signing), "%s", m->signing);
	(void)snprintf(out->card.encryption, sizeof(out->card.encryption), "%.63s", m->encryption);
	out->content = m->content;
	out->removed = m->removed;
	out->founder = i == 0;
	evx_vault_entry_free(&entry);
	evx_vault_private_free(&private);
	return err;
}

/* The member whom who means, by fingerprint or name. */
static enum evx_err find_member(const struct evx_vault *v, const char *who,
	struct evx_card_info *out, struct evx_diag *diag)
{
	const bool by_print = strncmp(who, "SHA256:", 7) == 0;
	struct evx_vault_member_info info;
	char list[512] = "", shown[256];
	size_t found = 0, at = 0;
	enum evx_err err;

	for (size_t i = 0; i < evx_vault_members(v); i++) {
		if ((err = describe(v, i, &info, diag)) != EVX_OK)
			return err;
		if (info.removed ||
			strcmp(by_print ? info.card.fingerprint : info.card.person, who) != 0)
			continue;
		if (found++ == 0)
			*out = info.card;
		if (at < sizeof(list))
			at += (size_t)snprintf(
				list + at, sizeof(list) - at, " %s", info.card.fingerprint);
	}
	if (found == 1)
		return EVX_OK;
	evx_text_escape(who, strlen(who), shown, sizeof(shown));
	if (found > 1)
		return evx_fail(diag, EVX_E_USAGE,
			"%zu members have the name '%s'. Nobody was removed. Give one of these "
			"fingerprints:%s",
			found, shown, list);
	return evx_fail(diag, EVX_E_NOT_FOUND,
		"This vault has no member '%s'. Nobody was removed. Give the whole name as on the "
		"card, or the fingerprint. To see the members, run: evx member list --as NAME",
		shown);
}

enum evx_err evx_vault_remove_member(struct evx_home *h, const char *vault, const char *as,
	const char *who, const struct evx_passphrase *ask, struct evx_confine_state *confined,
	uint32_t *epoch, struct evx_card_info *removed, struct evx_diag *diag)
{
	struct evx_vault_use u;
	struct evx_signer signer;
	enum evx_err err = evx_vault_use_member(&u, h, vault, as, ask, confined, &signer, diag);

	*epoch = 0;
	memset(removed, 0, sizeof(*removed));
	if (err != EVX_OK)
		goto out;
	err = find_member(u.vault, who, removed, diag);
	if (err != EVX_OK)
		goto out;
	err = tell_passed_over(u.vault, h, removed->fingerprint, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_members_remove(u.vault, removed->fingerprint, &signer, (int64_t)time(NULL), diag);
	if (err != EVX_OK)
		goto out;
	*epoch = evx_vault_epochs(u.vault);
out:
	evx_vault_use_free(&u);
	return err;
}

enum evx_err evx_vault_list_members(struct evx_home *h, const char *vault, const char *as,
	const struct evx_passphrase *ask, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_vault_member_info *member), void *ctx,
	struct evx_diag *diag)
{
	struct evx_vault_use u;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	evx_vault_use_start(&s, &u, h, vault, as, EVX_VAULT_IF_NAMED, EVX_CONFINE_READ, ask);
	err = evx_start_confine(&s, 0, confined);
	if (err == EVX_OK)
		err = evx_vault_use_load(&u, EVX_VAULT_READS, diag);
	for (size_t i = 0; err == EVX_OK && i < evx_vault_members(u.vault); i++) {
		struct evx_vault_member_info info;

		err = describe(u.vault, i, &info, diag);
		if (err == EVX_OK)
			err = each(ctx, &info);
	}
	/* What was listed stands before the entry that is not good. */
	if (err == EVX_OK)
		err = evx_vault_use_door_leave(u.vault, diag);
	evx_vault_use_free(&u);
	return err;
}
