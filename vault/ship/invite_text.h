/* An invitation as a file: read, and its signature judged (format-spec/shipment.md "Invitations").
 */
#ifndef EVX_SHIP_INVITE_TEXT_H
#define EVX_SHIP_INVITE_TEXT_H

#include "custody/card.h"
#include "format/invitation.h"

#define EVX_INVITE_TEXT_MAX ((size_t)2 * EVX_DOCUMENT_MAX) /* bytes, with what mail adds */

/* Undoes in text what mail did to it, reads it and verifies it: its form, its signature by the key
 * of its card, the card. *out is the caller's to free. EVX_E_NOT_OURS, EVX_E_TRUNCATED,
 * EVX_E_CORRUPT, EVX_E_UNSUPPORTED, EVX_E_FORGED. Whose card it is, and whether that is trusted, is
 * for the caller to judge. */
enum evx_err evx_invite_text_read(struct evx_buf *text, struct evx_invitation *out,
	struct evx_card *card, struct evx_diag *diag) EVX_MUST_CHECK;
/* Signs an invitation, whose card is signer's, and appends its text. */
enum evx_err evx_invite_text_make(const struct evx_invitation *inv, const struct evx_signer *signer,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
