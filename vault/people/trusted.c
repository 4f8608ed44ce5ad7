/* The cards trusted here, and names that could be taken for another. */
#include <stdlib.h>
#include <string.h>

#include "custody/cards.h"
#include "format/limits.h"
#include "people/card_info.h"
#include "people/home.h"
#include "people/inputs.h"

enum evx_err evx_trust_add(struct evx_home *h, const char *const *files, size_t n,
	struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx,
	struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };
	struct evx_inputs in;
	enum evx_err err;
	size_t i;

	evx_inputs_texts_start(&s, files, n, EVX_DOCUMENT_MAX, &in);
	evx_home_start(&s, h, EVX_CONFINE_WRITE);
	err = evx_start_confine(&s, 0, confined);
	if (err == EVX_OK)
		err = evx_names_load(h, diag);
	for (i = 0; err == EVX_OK && i < in.n; i++) {
		const struct evx_buf *text = &in.at[i].bytes;
		struct evx_card_info info;
		struct evx_card card;

		err = evx_card_text_read(text->data, text->len, &card, diag);
		if (err == EVX_OK)
			err = evx_names_check(&h->names, &card, diag);
		if (err == EVX_OK)
			err = evx_cards_add(
				h->fd, EVX_CARDS_KNOWN, text->data, text->len, &card, diag);
		if (err == EVX_OK)
			err = evx_card_info_of(&card, &info, diag);
		err = evx_diag_in(diag, in.at[i].path, err);
		if (err == EVX_OK)
			err = each(ctx, &info);
	}
	evx_inputs_free(&in);
	evx_home_forget(h);
	return err;
}

enum evx_err evx_trust_list(struct evx_home *h, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx,
	struct evx_diag *diag)
{
	return evx_home_list(h, evx_home_trusted, confined, each, ctx, diag);
}

enum evx_err evx_trust_show(struct evx_home *h, const char *fingerprint,
	struct evx_confine_state *confined, struct evx_card_info *out, struct evx_diag *diag)
{
	struct evx_cards cards = { NULL, 0 };
	struct evx_card_info info;
	bool found = false;
	struct evx_start s = { .diag = diag };
	enum evx_err err;
	size_t i;

	evx_home_start(&s, h, EVX_CONFINE_READ);
	err = evx_start_confine(&s, 0, confined);
	if (err == EVX_OK)
		err = evx_home_trusted(h, &cards, diag);
	memset(out, 0, sizeof(*out));
	for (i = 0; err == EVX_OK && !found && i < cards.n; i++) {
		err = evx_card_info_of(&cards.at[i], &info, diag);
		found = err == EVX_OK && strcmp(info.fingerprint, fingerprint) == 0;
	}
	if (err == EVX_OK && found)
		*out = info;
	else if (err == EVX_OK)
		err = evx_fail(diag, EVX_E_NOT_FOUND,
			"No trusted card has this fingerprint. To see the trusted cards, run: evx "
			"trust list");
	evx_cards_free(&cards);
	return err;
}

enum evx_err evx_trust_remove(struct evx_home *h, const char *fingerprint, struct evx_diag *diag)
{
	evx_home_forget(h);
	return evx_cards_remove(h->fd, EVX_CARDS_KNOWN, fingerprint, diag);
}
