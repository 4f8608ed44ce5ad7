/* Cards as signed texts. */
#include "custody/card.h"

#include <string.h>

#include "crypto/age.h"
#include "format/text.h"

enum evx_err evx_card_keys(const struct evx_card *card, uint8_t encryption[32],
	struct evx_sshkey *signing, struct evx_diag *diag)
{
	enum evx_err err = evx_age_recipient_decode(
		card->encryption, strlen(card->encryption), encryption, diag);

	if (err == EVX_OK)
		err = evx_sshkey_decode(card->signing, strlen(card->signing), signing, diag);
	return err;
}

enum evx_err evx_card_fingerprint(
	const struct evx_card *card, char out[EVX_FINGERPRINT_CAP], struct evx_diag *diag)
{
	struct evx_sshkey signing;
	enum evx_err err = evx_sshkey_decode(card->signing, strlen(card->signing), &signing, diag);

	out[0] = '\0';
	if (err == EVX_OK)
		evx_sshkey_fingerprint(&signing, out);
	return err;
}

enum evx_err evx_card_sign(const struct evx_card *card, const struct evx_signer *signer,
	struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_buf json = EVX_BUF_INIT;
	struct evx_sshkey signing;
	uint8_t encryption[32];
	enum evx_err err = evx_card_keys(card, encryption, &signing, diag);

	if (err != EVX_OK)
		goto out;
	if (!evx_sshkey_equal(&signing, &signer->pub)) {
		err = evx_fail(diag, EVX_E_USAGE,
			"card: expected the signer to hold the card's own key, found another");
		goto out;
	}
	err = evx_card_encode(card, &json, diag);
	if (err == EVX_OK)
		err = evx_document_sign_text(
			EVX_NS_CARD, (struct evx_bytes){ json.data, json.len }, signer, out, diag);
out:
	evx_buf_free(&json);
	return err;
}

enum evx_err evx_card_text_read(
	const void *p, size_t n, struct evx_card *out, struct evx_diag *diag)
{
	struct evx_signed_text parts;
	struct evx_sshkey signing;
	uint8_t encryption[32];
	struct evx_card card;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if ((err = evx_signed_text_split(p, n, &parts, diag)) != EVX_OK ||
		(err = evx_document_verify(
			 EVX_NS_CARD, parts.json, parts.sigs, parts.nsigs, NULL, diag)) != EVX_OK ||
		(err = evx_card_decode(parts.json.p, parts.json.n, &card, diag)) != EVX_OK ||
		(err = evx_card_keys(&card, encryption, &signing, diag)) != EVX_OK)
		return err;
	*out = card;
	return EVX_OK;
}

enum evx_err evx_card_fingerprint_hash(
	const char *fingerprint, uint8_t hash[32], struct evx_diag *diag)
{
	static const char prefix[] = "SHA256:";
	struct evx_buf bytes = EVX_BUF_INIT;
	enum evx_err err = EVX_E_CORRUPT;

	memset(hash, 0, 32);
	if (strncmp(fingerprint, prefix, sizeof(prefix) - 1) == 0)
		err = evx_base64_decode(fingerprint + sizeof(prefix) - 1,
			strlen(fingerprint) - (sizeof(prefix) - 1), false, &bytes);
	if (err == EVX_OK && bytes.len == 32)
		memcpy(hash, bytes.data, 32);
	else if (err != EVX_E_MEMORY)
		err = evx_fail(diag, EVX_E_USAGE,
			"fingerprint: expected SHA256: and 43 characters, found another text");
	evx_buf_free(&bytes);
	return err;
}
