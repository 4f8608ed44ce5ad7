/* Invitations signed, and verified. */
#include "ship/invite_text.h"

#include <string.h>

#include "format/mailed_text.h"
#include "ship/lanes.h"

enum evx_err evx_invite_text_read(struct evx_buf *text, struct evx_invitation *out,
	struct evx_card *card, struct evx_diag *diag)
{
	struct evx_signed_text parts;
	struct evx_signers signers = { .n = 0 };
	char signer[EVX_SSHKEY_CAP];
	enum evx_err err = evx_fail_buf(diag, evx_mailed_text_restore(text));

	memset(out, 0, sizeof(*out));
	if (err == EVX_OK)
		err = evx_signed_text_split(text->data, text->len, &parts, diag);
	if (err == EVX_OK)
		err = evx_document_verify(
			EVX_LANES_NS, parts.json, parts.sigs, parts.nsigs, &signers, diag);
	if (err == EVX_OK)
		err = evx_invitation_decode(parts.json.p, parts.json.n, out, diag);
	if (err == EVX_OK)
		err = evx_card_text_read(out->card, strlen(out->card), card, diag);
	if (err == EVX_OK &&
		(signers.n != 1 || evx_sshkey_encode(&signers.at[0], signer) != EVX_OK ||
			strcmp(signer, out->signer) != 0 || strcmp(signer, card->signing) != 0))
		err = evx_fail(diag, EVX_E_FORGED,
			"The card in this invitation is not of the key that signed it. Somebody "
			"exchanged one of them. Ask the receiver.");
	if (err != EVX_OK)
		evx_invitation_free(out);
	return err;
}

enum evx_err evx_invite_text_make(const struct evx_invitation *inv, const struct evx_signer *signer,
	struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_buf json = EVX_BUF_INIT;
	enum evx_err err = evx_invitation_encode(inv, &json, diag);

	if (err == EVX_OK)
		err = evx_document_sign_text(
			EVX_LANES_NS, (struct evx_bytes){ json.data, json.len }, signer, out, diag);
	evx_buf_free(&json);
	return err;
}
