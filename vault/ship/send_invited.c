/* Judges an invitation before anything is sent to it. */
#include "ship/send_invited.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The card that the sender named must be that of the invitation. */
static enum evx_err compare(
	const struct evx_input *to, const struct evx_card *card, struct evx_diag *diag)
{
	struct evx_card named;
	enum evx_err err = evx_card_text_read(to->bytes.data, to->bytes.len, &named, diag);

	if (err != EVX_OK)
		return evx_diag_in(diag, to->path, err);
	return strcmp(named.signing, card->signing) == 0 &&
			strcmp(named.encryption, card->encryption) == 0 ?
		EVX_OK :
		evx_fail(diag, EVX_E_FORGED,
			"This invitation has another card than that of %s. Nothing was sent. Ask "
			"them whether the invitation is theirs.",
			named.person);
}

static enum evx_err judge(const struct evx_drop_out *drop, const struct evx_card *card,
	const struct evx_known *known, const struct evx_inputs *to, struct evx_diag *diag)
{
	if (to->n > 1)
		return evx_fail(diag, EVX_E_USAGE,
			"An invitation has one receiver: the person who made it. Name nobody "
			"else.");
	if (to->n == 0 && evx_cards_find(&known->cards, card->signing) == NULL)
		return evx_fail(diag, EVX_E_STRANGER,
			"The card of %s in this invitation is not trusted here: anybody could have "
			"made it. Nothing was sent. Get their card, compare its fingerprint with "
			"them and name it: --to CARD",
			card->person);
	if (to->n == 1) {
		enum evx_err err = compare(to->at, card, diag);

		if (err != EVX_OK)
			return err;
	}
	return drop->inv.until > (int64_t)time(NULL) ?
		EVX_OK :
		evx_fail(diag, EVX_E_KEY,
			"This invitation has ended. Nothing was sent. Ask %s for another one.",
			card->person);
}

enum evx_err evx_send_invited_read(struct evx_buf *text, const struct evx_send_options *opt,
	const struct evx_known *known, struct evx_send_parties *to, struct evx_drop_out *drop,
	struct evx_diag *diag)
{
	struct evx_inputs one = { calloc(1, sizeof(*one.at)), 1 };
	struct evx_card card;
	enum evx_err err;

	if (one.at == NULL)
		return evx_fail_memory(diag);
	err = evx_invite_text_read(text, &drop->inv, &card, diag);
	if (err == EVX_OK)
		err = judge(drop, &card, known, &to->files, diag);
	if (err == EVX_OK)
		err = evx_fail_buf(diag, evx_buf_adds(&one.at->bytes, drop->inv.card));
	if (err != EVX_OK) {
		evx_inputs_free(&one);
		return evx_diag_in(diag, opt->invitation, err);
	}
	one.at->path = opt->invitation;
	evx_inputs_free(&to->files);
	to->files = one;
	return EVX_OK;
}
