/* A note put into a lane: the commit of what a sender or receiver did (format-spec/shipment.md "The
 * note"). */
#ifndef EVX_SHIP_NOTE_OUT_H
#define EVX_SHIP_NOTE_OUT_H

#include "ship/lanes.h"

struct evx_note_out {
	struct evx_lanes *lanes;
	struct evx_remote *remote;
	const struct evx_cancel *cancel;
	const char *id; /* of the remote */
	const struct evx_identity *sender;
	const struct evx_signer *signer;
	char sender_fp[EVX_LANES_FP_CAP];
	/* the other side */
	char receiver[EVX_KEY_TEXT_CAP], receiver_fp[EVX_LANES_FP_CAP];
	uint8_t receiver_key[32];
	/* of an answer: the note that it answers, and what becomes of that */
	uint32_t answers;
	uint8_t answers_note[32];
	enum evx_shipment_state said;
};

/* Fills the fingerprints and key of a lane to the owner of card. */
enum evx_err evx_note_out_to(
	struct evx_note_out *n, const struct evx_card *card, struct evx_diag *diag) EVX_MUST_CHECK;
/* The note of this machine in the lanes to the receiver for which `same` says yes, the newest
 * first: *found false when there is none; else its place is in shipment. */
enum evx_err evx_note_out_find(struct evx_note_out *n,
	bool (*same)(const void *ctx, const struct evx_shipment_memory *m), const void *ctx,
	bool *found, char shipment[EVX_SHIPMENT_NAME_CAP], struct evx_diag *diag) EVX_MUST_CHECK;
/* Signs a note over the parcel and puts it under the next number of the first lane in which nobody
 * else writes. exhibits (n of them, copied) are remembered with it. The lanes are locked. */
enum evx_err evx_note_out_put(struct evx_note_out *n, enum evx_shipment_type type,
	const uint8_t parcel[32], uint64_t parcel_size, const struct evx_shipment_exhibit *exhibits,
	size_t nexhibits, char shipment[EVX_SHIPMENT_NAME_CAP],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* "3f2a9c1b-12" */
void evx_note_out_name(const char *lane, uint32_t number, char out[EVX_SHIPMENT_NAME_CAP]);

#endif
