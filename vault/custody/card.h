/* Cards as signed documents (format-spec/cards.md). */
#ifndef EVX_CUSTODY_CARD_H
#define EVX_CUSTODY_CARD_H

#include "custody/document.h"
#include "format/card.h"

/* Appends the card's text: its JSON line and its own signature by signer. EVX_E_USAGE when signer
 * is not card->signing. */
enum evx_err evx_card_sign(const struct evx_card *card, const struct evx_signer *signer,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads and verifies a card's text: form, its own signature, both keys. EVX_E_NOT_OURS,
 * EVX_E_TRUNCATED, EVX_E_CORRUPT, EVX_E_UNSUPPORTED, EVX_E_CUSTODY, EVX_E_FORGED. */
enum evx_err evx_card_text_read(
	const void *p, size_t n, struct evx_card *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The card's keys as bytes; the card was read by evx_card_text_read or made here. */
enum evx_err evx_card_keys(const struct evx_card *card, uint8_t encryption[32],
	struct evx_sshkey *signing, struct evx_diag *diag) EVX_MUST_CHECK;
/* The fingerprint of its signing key, as ssh-keygen -l prints it. */
enum evx_err evx_card_fingerprint(const struct evx_card *card, char out[EVX_FINGERPRINT_CAP],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The 32 bytes in a fingerprint "SHA256:…". EVX_E_USAGE for another text. */
enum evx_err evx_card_fingerprint_hash(
	const char *fingerprint, uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;

#endif
