/* A receipt or draft while it is read or signed (inner header of custody/). */
#ifndef EVX_CUSTODY_EVENT_READ_H
#define EVX_CUSTODY_EVENT_READ_H

#include "custody/event_sign.h"

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
