/* Who will be able to open an exhibit: the cards named, the signer, those always added. */
#include "people/readers.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "people/card_info.h"

static bool has_key(const struct evx_readers *r, const uint8_t key[32])
{
	for (size_t i = 0; i < r->n; i++)
		if (evx_hash_equal(r->keys[i], key))
			return true; /* content readers come first, so the higher tier stays */
	return false;
}

static void push(struct evx_readers *r, const struct evx_reader_info *info, const uint8_t key[32])
{
	r->at[r->n] = *info;
	memcpy(r->keys[r->n++], key, 32);
	r->ncontent += info->content;
}

static enum evx_err add(struct evx_readers *r, const struct evx_card *card, bool content,
	bool always, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_sshkey signing;
	struct evx_reader_info info = { .content = content, .always = always, .holders = 1 };
	uint8_t key[32];

	if (card->is_retired)
		return evx_fail(diag, EVX_E_CUSTODY,
			"%s retired this card. Nothing was changed. Ask for the new card.",
			card->person);
	err = evx_card_keys(card, key, &signing, diag);
	if (err != EVX_OK)
		return err;
	if (has_key(r, key))
		return EVX_OK;
	err = evx_card_info_of(card, &info.card, diag);
	if (err == EVX_OK)
		push(r, &info, key);
	return err;
}

static void add_also(struct evx_readers *r, const struct evx_readers_from *from, bool content)
{
	for (size_t i = 0; i < from->nalso; i++)
		if (from->also[i].info.content == content && !has_key(r, from->also[i].key))
			push(r, &from->also[i].info, from->also[i].key);
}

static enum evx_err add_inputs(
	struct evx_readers *r, const struct evx_inputs *in, bool content, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < in->n && err == EVX_OK; i++) {
		struct evx_card card;

		err = evx_card_text_read(in->at[i].bytes.data, in->at[i].bytes.len, &card, diag);
		if (err == EVX_OK)
			err = add(r, &card, content, false, diag);
		if (err != EVX_OK)
			(void)evx_diag_in(diag, in->at[i].path, err);
	}
	return err;
}

static enum evx_err add_always(
	struct evx_readers *r, const struct evx_cards *always, bool content, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < always->n && err == EVX_OK; i++)
		err = add(r, &always->at[i], content, true, diag);
	return err;
}

enum evx_err evx_readers_gather(
	const struct evx_readers_from *from, struct evx_readers *out, struct evx_diag *diag)
{
	enum evx_err err;
	const size_t most = from->to->n + from->custody_to->n + from->always->n + from->nalso + 1;
	const bool content = !from->later || from->to->n > 0 || from->self != NULL;

	memset(out, 0, sizeof(*out));
	out->at = calloc(most, sizeof(*out->at));
	out->keys = calloc(most, sizeof(*out->keys));
	if (out->at == NULL || out->keys == NULL) {
		evx_readers_free(out);
		return evx_fail_memory(diag);
	}
	if ((err = add_inputs(out, from->to, true, diag)) != EVX_OK ||
		(from->self != NULL && (err = add(out, from->self, true, false, diag)) != EVX_OK))
		goto out;
	add_also(out, from, true);
	/* A card that is always added must not be the only one: the person sealing has to name
	 * someone. */
	if (out->ncontent == 0 && from->custody_to->n == 0) {
		err = evx_fail(diag, EVX_E_USAGE, "%s",
			from->later ? "Nobody was named. Say who may open the exhibit: --to CARD, "
				      "--custody-to CARD or --self." :
				      "Nobody was named who can open the contents. Nothing was "
				      "sealed. Say who may open them: --to CARD or --self.");
		goto out;
	}
	if (content && (err = add_always(out, from->always, true, diag)) != EVX_OK)
		goto out;
	if (out->ncontent == 0 && content) {
		err = evx_fail(diag, EVX_E_USAGE,
			"With --custody-to alone, nobody could ever open the contents. Say who may "
			"open them: --to CARD or --self.");
		goto out;
	}
	if ((err = add_inputs(out, from->custody_to, false, diag)) != EVX_OK)
		goto out;
	add_also(out, from, false);
	if (!content)
		err = add_always(out, from->always, false, diag);
out:
	if (err != EVX_OK)
		evx_readers_free(out);
	return err;
}

void evx_readers_free(struct evx_readers *r)
{
	free(r->at);
	free(r->keys);
	memset(r, 0, sizeof(*r));
}

enum evx_err evx_readers_key_files(const struct evx_readers *r, const struct evx_exhibit_keys *keys,
	struct evx_key_files *out, struct evx_diag *diag)
{
	return evx_key_files_make(keys, (const uint8_t(*)[32])r->keys, r->ncontent,
		(const uint8_t(*)[32])(r->keys + r->ncontent), r->n - r->ncontent, out, diag);
}

enum evx_err evx_readers_person(const struct evx_card_info *card, struct evx_details_person *out)
{
	enum evx_err err = evx_details_set(&out->person, card->person);

	if (err != EVX_OK ||
		(err = evx_details_set(&out->organisation, card->organisation)) != EVX_OK ||
		(err = evx_details_set(&out->country, card->country)) != EVX_OK)
		return err;
	return evx_details_set(&out->role, card->role);
}

enum evx_err evx_readers_describe(const struct evx_readers *r, struct evx_details_people *out)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < r->n && err == EVX_OK; i++) {
		struct evx_details_person *p;

		err = evx_details_add_person(out, &p);
		if (err == EVX_OK)
			err = evx_readers_person(&r->at[i].card, p);
		if (err == EVX_OK)
			err = evx_details_set(&p->encryption, r->at[i].card.encryption);
		if (err == EVX_OK)
			err = evx_details_set(&p->signing, r->at[i].card.signing);
		if (err == EVX_OK)
			p->content_tier = r->at[i].content;
	}
	return err;
}
