/* Events signed by one after the other, and what a receipt or draft holds
 * (format-spec/events.md "Receipts and detached events"). */
#ifndef EVX_CUSTODY_EVENT_SIGN_H
#define EVX_CUSTODY_EVENT_SIGN_H

#include "custody/signer.h"
#include "format/event.h"
#include "format/receipt.h"

/* Adds a signature. EVX_E_USAGE when the draft does not name that key, EVX_E_EXISTS when it has
 * signed; EVX_E_CORRUPT, EVX_E_FORGED when the draft's parts or the signatures there are not good.
 */
enum evx_err evx_event_sign(struct evx_receipt *draft, const struct evx_signer *signer,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Makes the record of a draft that all have signed. EVX_E_CUSTODY while a signature is missing.
 * *hash is the event's. */
enum evx_err evx_event_complete(
	struct evx_receipt *draft, uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* Signs an event that was just made, e, with all its signers in their order, and makes its record.
 * *hash is the event's. */
enum evx_err evx_event_sign_all(struct evx_receipt *made, const struct evx_event *e,
	const struct evx_signer *signers, size_t n, uint8_t hash[32],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The hash of the receipt's event: the SHA-256 of its document (format-spec/documents.md "Event").
 */
void evx_event_hash(const struct evx_receipt *receipt, uint8_t hash[32]);

/* What a receipt or draft holds: decodes its document into *event (the caller's to free after
 * success) and compares its parts with the hashes it signs, its time-stamps with those it names,
 * its signatures with its signers, its record, if there is one, with its files. *missing (NULL
 * allowed) gets the signers who have not signed. EVX_E_CORRUPT, EVX_E_FORGED, EVX_E_UNSUPPORTED;
 * EVX_E_CUSTODY when a record is there and a signature is not. */
struct evx_event_missing {
	char at[EVX_SIGNERS_MAX][EVX_KEY_TEXT_CAP];
	size_t n;
};
enum evx_err evx_event_read(const struct evx_receipt *receipt, struct evx_event *event,
	struct evx_event_missing *missing, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
