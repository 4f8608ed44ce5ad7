/* A card as people compare it: its words, and its fingerprint for a camera. */
#include <qrencode.h>
#include <stdio.h>
#include <string.h>

#include "format/words.h"
#include "people/card_info.h"
#include "people/home.h"
#include "people/inputs.h"

enum evx_err evx_card_show(struct evx_home *h, const char *file, struct evx_confine_state *confined,
	struct evx_card_info *out, bool *trusted, struct evx_diag *diag)
{
	struct evx_inputs in;
	struct evx_cards known = { NULL, 0 };
	struct evx_start s = { .diag = diag };
	struct evx_card card;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	*trusted = false;
	evx_inputs_texts_start(&s, &file, 1, EVX_DOCUMENT_MAX, &in);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	err = evx_start_confine(&s, 0, confined);
	if (err == EVX_OK)
		err = evx_diag_in(diag, file,
			evx_card_text_read(in.at[0].bytes.data, in.at[0].bytes.len, &card, diag));
	if (err == EVX_OK && h != NULL)
		err = evx_home_cards(h, &known, diag);
	if (err != EVX_OK)
		goto out;
	*trusted = evx_cards_find(&known, card.signing) != NULL;
	err = evx_card_info_of(&card, out, diag);
out:
	evx_cards_free(&known);
	evx_inputs_free(&in);
	return err;
}

enum evx_err evx_card_show_words(
	const char *fingerprint, const char *words[EVX_CARD_WORDS], struct evx_diag *diag)
{
	uint8_t hash[32];
	enum evx_err err = evx_card_fingerprint_hash(fingerprint, hash, diag);

	for (size_t i = 0; i < EVX_CARD_WORDS; i++)
		words[i] = err == EVX_OK ? evx_words_at(i, hash[i]) : "";
	return err;
}

enum evx_err evx_card_show_qr(const char *text, struct evx_card_qr *out, struct evx_diag *diag)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

	memset(out, 0, sizeof(*out));
	if (code == NULL)
		return evx_fail_memory(diag);
	if (code->width < 1 || (size_t)code->width > EVX_CARD_QR_MAX) {
		QRcode_free(code);
		return evx_fail(diag, EVX_E_LIMIT, "QR code: expected at most %u modules in a row",
			EVX_CARD_QR_MAX);
	}
	out->width = (size_t)code->width;
	for (size_t i = 0; i < out->width * out->width; i++)
		out->dark[i] = (code->data[i] & 1) != 0;
	QRcode_free(code);
	return EVX_OK;
}
