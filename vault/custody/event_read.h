/* What a receipt or draft holds (format-spec/events.md "Receipts and detached events"). */
#ifndef EVX_CUSTODY_EVENT_READ_H
#define EVX_CUSTODY_EVENT_READ_H

#include "custody/signer.h"
#include "format/event.h"
#include "format/receipt.h"

/* The hash of the receipt's event: the SHA-256 of its document (format-spec/documents.md "Event").
 */
void evx_event_read_hash(const struct evx_receipt *receipt, uint8_t hash[32]);

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

/* ---- For custody/ alone: a receipt while it is read or signed */

#define EVX_NO_SIGNATURE EVX_SIGNERS_MAX

/* Which signature of the receipt is whose: of[k] is the place of the one by signer k, or
 * EVX_NO_SIGNATURE. */
struct evx_signatures {
	size_t of[EVX_SIGNERS_MAX];
};

/* Decodes and checks all but the record. *e is the caller's to free after success. */
enum evx_err evx_event_read_parts(const struct evx_receipt *r, struct evx_event *e,
	struct evx_signatures *sigs, struct evx_diag *diag) EVX_MUST_CHECK;
/* The record of the receipt's event. Signatures must be in the order of their signers. */
enum evx_err evx_event_read_record(
	const struct evx_receipt *r, const struct evx_event *e, struct evx_buf *out) EVX_MUST_CHECK;

#endif
