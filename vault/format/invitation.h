/* Invitations (format-spec/shipment.md "Invitations"): addresses to which somebody without an
 * account uploads one shipment. Bytes in, struct out: the signature is judged elsewhere
 * (ship/invite_text.h). The addresses are secrets while they are valid. */
#ifndef EVX_FORMAT_INVITATION_H
#define EVX_FORMAT_INVITATION_H

#include "format/shipment.h"

struct evx_invitation {
	char id[EVX_SHIPMENT_ID_CAP]; /* of drop/ID/ */
	char *card;                   /* owned: text of the receiver's card */
	int64_t until;                /* seconds since 1970 */
	char **put;                   /* owned: nput addresses, the first for the note */
	size_t nput;                  /* 2 to EVX_SHIPMENT_PARTS_MAX + 1 */
	char signer[EVX_KEY_TEXT_CAP];
};
/* Wipes and releases what it owns, and zeroes it. */
void evx_invitation_free(struct evx_invitation *inv);
/* Whether address is one for object drop/ID/NNNN (number): https (http on this machine only), with
 * that path, and short enough. */
bool evx_invitation_address(const char *address, size_t n, const char *id, unsigned number);
/* Appends the JSON line. EVX_E_USAGE for what no reader would take, EVX_E_LIMIT for too many or too
 * long addresses. */
enum evx_err evx_invitation_encode(const struct evx_invitation *inv, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads a JSON line; *out is the caller's to free. EVX_E_CORRUPT, EVX_E_LIMIT, EVX_E_TRUNCATED;
 * EVX_E_UNSUPPORTED for another version or key. What diag says has no part of an address in it. */
enum evx_err evx_invitation_decode(
	const void *p, size_t n, struct evx_invitation *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
