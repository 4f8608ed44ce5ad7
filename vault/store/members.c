/* The vault's identities wrapped for its members. */
#include "store/members.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "custody/card.h"
#include "format/text.h"
#include "store/vault_inner.h"

#define KEY_FILE_MAX 65536u /* an age file with one stanza and one line */
#define NAME_CAP 32

enum evx_err evx_members_hash(const char *signing, uint8_t hash[32],
	char fingerprint[EVX_FINGERPRINT_CAP], struct evx_diag *diag)
{
	struct evx_sshkey key;
	enum evx_err err = evx_sshkey_decode(signing, strlen(signing), &key, diag);

	if (err != EVX_OK)
		return err;
	evx_sshkey_fingerprint(&key, fingerprint);
	return evx_card_fingerprint_hash(fingerprint, hash, diag);
}

static void file_name(uint32_t epoch, bool content, char out[NAME_CAP])
{
	(void)snprintf(
		out, NAME_CAP, "%04u-%s.age", (unsigned)epoch, content ? "content" : "custody");
}

static enum evx_err write_one(int dir, uint32_t epoch, bool content, const uint8_t reader[32],
	const struct evx_secret *identity, struct evx_diag *diag)
{
	struct evx_buf file = EVX_BUF_INIT;
	uint8_t to[1][32];
	char name[NAME_CAP];
	uint32_t readers;
	enum evx_err err;

	memcpy(to[0], reader, 32);
	file_name(epoch, content, name);
	err = evx_exhibit_keys_make_file(
		&identity, 1, (const uint8_t(*)[32])to, 1, NULL, 0, &file, &readers, diag);
	if (err == EVX_OK)
		err = evx_replace_file(dir, name, 0666, file.data, file.len, diag);
	evx_buf_free(&file);
	return err;
}

enum evx_err evx_members_write_files(int members, const uint8_t hash[32], uint32_t epoch,
	const uint8_t reader[32], const struct evx_secret *custody,
	const struct evx_secret *content, struct evx_diag *diag)
{
	char hex[65];
	int dir = -1;
	enum evx_err err;

	evx_hex_encode(hash, 32, hex);
	if ((err = evx_place_make(members, hex, &dir, diag)) != EVX_OK ||
		(err = write_one(dir, epoch, false, reader, custody, diag)) != EVX_OK)
		goto out;
	if (content != NULL)
		err = write_one(dir, epoch, true, reader, content, diag);
out:
	evx_close_quiet(&dir);
	return err;
}

/* Opens one of a member's files. EVX_OK with *out NULL when it is not there. */
static enum evx_err open_one(int dir, uint32_t epoch, bool content, const uint8_t pub[32],
	const struct evx_secret *reader, struct evx_secret **out, struct evx_diag *diag)
{
	struct evx_buf file = EVX_BUF_INIT;
	uint8_t pubs[1][32];
	char name[NAME_CAP];
	struct evx_diag why = { 0 };
	enum evx_err err;

	*out = NULL;
	memcpy(pubs[0], pub, 32);
	file_name(epoch, content, name);
	err = evx_place_read(dir, name, KEY_FILE_MAX, &file, &why);
	if (err == EVX_OK)
		err = evx_exhibit_keys_open_file(reader, file.data, file.len,
			(const uint8_t(*)[32])pubs, 1, name, out, &why);
	evx_buf_free(&file);
	if (err == EVX_OK || err == EVX_E_NOT_FOUND)
		return EVX_OK;
	/* The file stands there for this member: another's, or one of another vault, was put in its
	 * place. */
	if (err == EVX_E_KEY)
		return evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_FORGED,
				"This key file is not encrypted to you. Somebody may have replaced "
				"it. Ask a member who can open contents to add you again."));
	return evx_diag_in(diag, name, evx_fail(diag, err, "vault: %s", why.text));
}

static enum evx_err open_files(struct evx_vault *v, int dir, const struct evx_vault_member *m,
	const struct evx_secret *reader, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	uint32_t i;

	for (i = 0; err == EVX_OK && i < v->nepochs; i++) {
		struct evx_vault_keys keys = { NULL, NULL };

		if ((err = evx_vault_go_on(v, diag)) != EVX_OK ||
			(err = evx_fail_buf(diag, EVX_ARRAY_ROOM(v->keys, v->keyed, 1))) != EVX_OK)
			return err;
		err = open_one(
			dir, i + 1, false, v->epochs[i].custody_pub, reader, &keys.custody, diag);
		if (err == EVX_OK && m->content)
			err = open_one(dir, i + 1, true, v->epochs[i].content_pub, reader,
				&keys.content, diag);
		v->keys[v->keyed++] = keys;
		if (keys.custody != NULL && v->tier == EVX_TIER_NONE)
			v->tier = EVX_TIER_CUSTODY;
		if (keys.content != NULL)
			v->tier = EVX_TIER_CONTENT;
	}
	return err;
}

static void lock_keys(struct evx_vault *v)
{
	for (; v->keyed > 0; v->keyed--) {
		evx_secret_free(v->keys[v->keyed - 1].custody);
		evx_secret_free(v->keys[v->keyed - 1].content);
	}
	v->tier = EVX_TIER_NONE;
}

enum evx_err evx_vault_unlock(
	struct evx_vault *v, const struct evx_identity *id, struct evx_diag *diag)
{
	const struct evx_vault_member *m = evx_vault_find_member(v, id->card.signing);
	int members = -1, dir = -1;
	char hex[65];
	enum evx_err err;

	lock_keys(v);
	if (m == NULL)
		return evx_fail(diag, EVX_E_KEY,
			"You are not a member of this vault. Ask a member who can open contents to "
			"add you: evx member add");
	evx_hex_encode(m->hash, 32, hex);
	if ((err = evx_place_open(v->fd, "members", &members, diag)) != EVX_OK ||
		(err = evx_place_open(members, hex, &dir, diag)) != EVX_OK ||
		(err = open_files(v, dir, m, id->encryption, diag)) != EVX_OK)
		goto out;
	if (v->tier == EVX_TIER_NONE)
		err = evx_fail(diag, EVX_E_KEY,
			"Your key files are missing in this vault. Ask a member who can open "
			"contents to add you again.");
out:
	evx_close_quiet(&members);
	evx_close_quiet(&dir);
	if (err != EVX_OK)
		lock_keys(v);
	return err;
}

/* ---- Changes */

static enum evx_err need_content(const struct evx_vault *v, struct evx_diag *diag)
{
	uint32_t i;

	for (i = 1; i <= v->nepochs; i++)
		if (evx_vault_custody(v, i) == NULL || evx_vault_content(v, i) == NULL)
			return evx_fail(diag, EVX_E_KEY,
				"You cannot open key %u of this vault. Let a member do this who "
				"can open all of them.",
				(unsigned)i);
	return EVX_OK;
}

/* Whoever may not change members is told so before anything else. */
static enum evx_err check_signer(
	const struct evx_vault *v, const struct evx_signer *signer, struct evx_diag *diag)
{
	char key[EVX_SSHKEY_CAP];
	const struct evx_vault_member *m;
	enum evx_err err = evx_sshkey_encode(&signer->pub, key);

	if (err != EVX_OK)
		return evx_fail(diag, err, "member: the signer's key cannot be written");
	m = evx_vault_find_member(v, key);
	if (m == NULL || !m->content)
		return evx_fail(diag, EVX_E_CUSTODY,
			"Only members who can open contents can add and remove members. Nothing "
			"was "
			"changed.");
	return EVX_OK;
}

static enum evx_err write_all(struct evx_vault *v, const struct evx_vault_entry *e,
	bool custody_only, struct evx_diag *diag)
{
	char fingerprint[EVX_FINGERPRINT_CAP];
	uint8_t hash[32], reader[32];
	int members = -1;
	uint32_t i;
	enum evx_err err = evx_members_hash(e->member_signing, hash, fingerprint, diag);

	if (err != EVX_OK ||
		(err = evx_age_recipient_decode(e->member_encryption, strlen(e->member_encryption),
			 reader, diag)) != EVX_OK ||
		(err = evx_place_open(v->fd, "members", &members, diag)) != EVX_OK)
		goto out;
	for (i = 1; i <= v->nepochs; i++)
		if ((err = evx_vault_go_on(v, diag)) != EVX_OK ||
			(err = evx_members_write_files(members, hash, i, reader,
				 evx_vault_custody(v, i),
				 custody_only ? NULL : evx_vault_content(v, i), diag)) != EVX_OK)
			goto out;
out:
	evx_close_quiet(&members);
	return err;
}

enum evx_err evx_members_add(struct evx_vault *v, const struct evx_card *card,
	const char *card_text, bool custody_only, const struct evx_signer *signer, int64_t now,
	struct evx_diag *diag)
{
	char text[EVX_DOCUMENT_MAX / 16];
	struct evx_vault_entry e = { .type = EVX_VAULT_MEMBER_ADD, .content = !custody_only };
	struct evx_vault_private private = { .card = text };
	const size_t len = strlen(card_text);
	enum evx_err err;

	if (card->is_retired)
		return evx_fail(diag, EVX_E_CUSTODY,
			"The card of %s is retired. Nothing was changed. Ask for the new card.",
			card->person);
	if (len >= sizeof(text))
		return evx_fail(diag, EVX_E_LIMIT,
			"The card has %zu bytes. A card has at most %zu. Ask for the card again.",
			len, sizeof(text) - 1);
	memcpy(text, card_text, len + 1);
	memcpy(e.member_signing, card->signing, sizeof(e.member_signing));
	memcpy(e.member_encryption, card->encryption, sizeof(e.member_encryption));
	err = evx_vault_lock(v, diag);
	if (err != EVX_OK)
		return err;
	if ((err = check_signer(v, signer, diag)) != EVX_OK)
		goto out;
	if (evx_vault_find_member(v, card->signing) != NULL) {
		err = evx_fail(diag, EVX_E_EXISTS,
			"The key of %s belongs to a member already. Nothing was changed. To change "
			"what they can open, remove them first: evx member remove",
			card->person);
		goto out;
	}
	if ((err = need_content(v, diag)) != EVX_OK ||
		(err = write_all(v, &e, custody_only, diag)) != EVX_OK)
		goto out;
	err = evx_vault_append(v, &e, &private, signer, now, diag);
out:
	evx_vault_unlock_log(v);
	return err;
}

enum evx_err evx_members_vouched(const struct evx_vault *v, const struct evx_vault_member *m,
	bool *opened, bool *vouched, struct evx_diag *diag)
{
	struct evx_vault_entry entry;
	struct evx_vault_private private;
	struct evx_card card;
	enum evx_err err = evx_vault_read_entry(v, m->added, &entry, &private, opened, diag);

	*vouched = err == EVX_OK && *opened && private.card != NULL &&
		evx_card_text_read(private.card, strlen(private.card), &card, NULL) == EVX_OK &&
		strcmp(card.signing, m->signing) == 0 &&
		strcmp(card.encryption, m->encryption) == 0;
	evx_vault_entry_free(&entry);
	evx_vault_private_free(&private);
	return err;
}

/* The new epoch's identities for everybody who stays. Whoever paired somebody's name with another
 * key gets nothing by it that lasts longer than their own access. */
static enum evx_err write_epoch(struct evx_vault *v, const uint8_t leaving[32],
	const struct evx_exhibit_keys *keys, struct evx_diag *diag)
{
	int members = -1;
	size_t i;
	enum evx_err err = evx_place_open(v->fd, "members", &members, diag);

	if (err != EVX_OK)
		goto out;
	for (i = 0; i < v->nmembers; i++) {
		const struct evx_vault_member *m = &v->members[i];
		bool opened, vouched;

		if (m->removed || evx_hash_equal(m->hash, leaving))
			continue;
		if ((err = evx_vault_go_on(v, diag)) != EVX_OK ||
			(err = evx_members_vouched(v, m, &opened, &vouched, diag)) != EVX_OK)
			goto out;
		if (!opened) {
			err = evx_fail(diag, EVX_E_KEY,
				"The card of %s in the vault log does not open with your keys. "
				"Nobody was removed. Let another member do this who can open "
				"contents.",
				m->fingerprint);
			goto out;
		}
		if (vouched &&
			(err = evx_members_write_files(members, m->hash, v->nepochs + 1,
				 m->encryption_pub, keys->custody,
				 m->content ? keys->content : NULL, diag)) != EVX_OK)
			goto out;
	}
out:
	evx_close_quiet(&members);
	return err;
}

/* Their copies elsewhere are out of reach; these files need not lie about. */
static void take_files(const struct evx_vault *v, const uint8_t hash[32])
{
	char hex[65];
	int members = -1;

	evx_hex_encode(hash, 32, hex);
	if (evx_place_open(v->fd, "members", &members, NULL) == EVX_OK &&
		evx_place_remove(members, hex, 1, NULL) == EVX_OK)
		(void)fsync(members);
	evx_close_quiet(&members);
}

enum evx_err evx_members_remove(struct evx_vault *v, const char *fingerprint,
	const struct evx_signer *signer, int64_t now, struct evx_diag *diag)
{
	struct evx_vault_entry e = { .type = EVX_VAULT_MEMBER_REMOVE }, probe;
	struct evx_exhibit_keys keys = { 0 };
	enum evx_err err = evx_card_fingerprint_hash(fingerprint, e.fingerprint, diag);

	if (err != EVX_OK || (err = evx_vault_lock(v, diag)) != EVX_OK)
		return err;
	if (evx_member_index_hash(&v->index, v->members, e.fingerprint) == EVX_NO_MEMBER) {
		err = evx_fail(diag, EVX_E_NOT_FOUND,
			"No member has the key %s. Nothing was changed. To see the members, run: "
			"evx member list",
			fingerprint);
		goto out;
	}
	if ((err = evx_exhibit_keys_new(&keys, diag)) != EVX_OK ||
		(err = evx_age_recipient_encode(keys.custody_pub, e.epoch.custody)) != EVX_OK ||
		(err = evx_age_recipient_encode(keys.content_pub, e.epoch.content)) != EVX_OK)
		goto out;
	/* The rules before any file is made; the place in the log is the one that append will give
	 * it. */
	probe = e;
	memcpy(probe.vault, v->uuid, sizeof(probe.vault));
	probe.sequence = v->n;
	evx_vault_head(v, probe.previous);
	if ((err = evx_sshkey_encode(&signer->pub, probe.signer)) != EVX_OK ||
		(err = evx_vault_judge(v, &probe, diag)) != EVX_OK ||
		(err = write_epoch(v, e.fingerprint, &keys, diag)) != EVX_OK ||
		(err = evx_vault_append(v, &e, NULL, signer, now, diag)) != EVX_OK)
		goto out;
	take_files(v, e.fingerprint);
out:
	evx_exhibit_keys_free(&keys);
	evx_vault_unlock_log(v);
	return err;
}
