/* A receipt: one event with all its files as text, for mail and paper; a draft: the same before all
 * have signed (format-spec/events.md "Receipts and detached events"). */
#ifndef EVX_FORMAT_RECEIPT_H
#define EVX_FORMAT_RECEIPT_H

#include "format/member.h"
#include "format/signed_text.h"

struct evx_receipt_part {
	char name[EVX_MEMBER_NAME_CAP]; /* "custody/0003-accept.details.age",
					   "keys/0003-custody.age" */
	struct evx_buf bytes;
};

/* A time-stamp response over the record of an earlier event, which this one names. */
struct evx_receipt_stamp {
	uint32_t event; /* that it is over */
	struct evx_buf bytes;
};

struct evx_receipt {
	struct evx_buf json;
	struct evx_buf sigs[EVX_SIGNERS_MAX]; /* in the order of the text */
	size_t nsigs;
	struct evx_receipt_part *parts; /* encrypted parts, then key files, in the record's order */
	size_t nparts;
	struct evx_receipt_stamp *stamps; /* in the order in which the event names them */
	size_t nstamps;
	struct evx_buf record; /* empty in a draft */
};

/* Wipes, releases, zeroes. NULL does nothing. */
void evx_receipt_free(struct evx_receipt *r);
/* Appends a part; *out, to be filled, is valid until the next one. EVX_E_MEMORY. */
enum evx_err evx_receipt_add_part(
	struct evx_receipt *r, const char *name, struct evx_receipt_part **out) EVX_MUST_CHECK;

/* The same for a time-stamp response over event. */
enum evx_err evx_receipt_add_stamp(
	struct evx_receipt *r, uint32_t event, struct evx_receipt_stamp **out) EVX_MUST_CHECK;

/* Appends the text of r to out. EVX_E_USAGE for what no reader would take. */
enum evx_err evx_receipt_encode(
	const struct evx_receipt *r, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes a text of n bytes apart; neither signatures nor hashes are judged. A text without a record
 * is a draft: it may have no signature. EVX_E_NOT_OURS when it does not begin with '{',
 * EVX_E_TRUNCATED, EVX_E_CORRUPT, EVX_E_LIMIT, EVX_E_MEMORY. *out is to be freed after success
 * only. */
enum evx_err evx_receipt_decode(
	const void *p, size_t n, struct evx_receipt *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
