/* A shipment on its way to an invitation: what went under which number, and the note last
 * (format-spec/shipment.md "Invitations"). The sender can read nothing there: what the store took
 * is remembered here. */
#ifndef EVX_SHIP_DROP_OUT_H
#define EVX_SHIP_DROP_OUT_H

#include "format/invitation.h"
#include "ship/note_out.h"

/* Zero-initialise, but for fd: -1. */
struct evx_drop_out {
	struct evx_invitation inv; /* verified (ship/invite_text.h); owned */
	const struct evx_lanes *lanes;
	unsigned char *states; /* owned: of each number, from 1 on; drop_out.c's */
	uint8_t (*hashes)[32]; /* owned: what the store took under it */
	int fd;                /* the memory, open */
};
/* Reads what is remembered of an invitation that is in inv. */
enum evx_err evx_drop_out_load(struct evx_drop_out *d, const struct evx_lanes *lanes,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Wipes the addresses, too. */
void evx_drop_out_free(struct evx_drop_out *d);

/* Whether so many objects can go there. EVX_E_IO: there are fewer numbers left; EVX_E_EXISTS: the
 * invitation was used here already. */
enum evx_err evx_drop_out_fits(struct evx_drop_out *d, const struct evx_note_out *n, size_t objects,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether the store took these bytes. */
bool evx_drop_out_has(const struct evx_drop_out *d, const uint8_t hash[32]);
/* Sets aside a free number for an upload; 0: there is none. */
unsigned evx_drop_out_take(struct evx_drop_out *d);
/* The name of its object. */
void evx_drop_out_name(
	const struct evx_drop_out *d, unsigned number, char out[EVX_REMOTE_NAME_CAP]);
/* What became of it: the store took the bytes (hash), or refused (NULL). Remembered at once. */
enum evx_err evx_drop_out_became(struct evx_drop_out *d, unsigned number, const uint8_t *hash,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Finishes what an interruption left: puts the note that was signed before. The lanes are locked.
 * EVX_E_EXISTS when a note is there, and nobody here can tell whose. n is filled
 * (evx_note_out_to). */
enum evx_err evx_drop_out_repair(
	struct evx_drop_out *d, const struct evx_note_out *n, struct evx_diag *diag) EVX_MUST_CHECK;
/* Signs a note over the parcel, which is there as all packs are, keeps and puts it: the commit.
 * exhibits as in evx_note_out_put. The lanes are locked. EVX_E_EXISTS: another note is there. */
enum evx_err evx_drop_out_note(struct evx_drop_out *d, const struct evx_note_out *n,
	const uint8_t parcel[32], uint64_t parcel_size, const struct evx_shipment_exhibit *exhibits,
	size_t nexhibits, char shipment[EVX_SHIPMENT_NAME_CAP],
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
