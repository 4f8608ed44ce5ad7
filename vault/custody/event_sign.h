/* Events signed by one after the other (format-spec/events.md "Receipts and detached events"). */
#ifndef EVX_CUSTODY_EVENT_SIGN_H
#define EVX_CUSTODY_EVENT_SIGN_H

#include "custody/event_read.h"

/* Adds a signature. EVX_E_USAGE when the draft does not name that key, EVX_E_EXISTS when it has
 * signed; EVX_E_CORRUPT, EVX_E_FORGED when the draft's parts or the signatures there are not good.
 */
enum evx_err evx_event_sign(struct evx_receipt *draft, const struct evx_signer *signer,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Makes the record of a draft that all have signed. EVX_E_CUSTODY while a signature is missing.
 * *hash is the event's. */
enum evx_err evx_event_sign_complete(
	struct evx_receipt *draft, uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* Signs an event that was just made, e, with all its signers in their order, and makes its record.
 * *hash is the event's. */
enum evx_err evx_event_sign_all(struct evx_receipt *made, const struct evx_event *e,
	const struct evx_signer *signers, size_t n, uint8_t hash[32],
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
