/* The names under which a note can stand on a remote, and what stands there
 * (format-spec/shipment.md "A note that was changed"). */
#ifndef EVX_SHIP_NOTE_PLACE_H
#define EVX_SHIP_NOTE_PLACE_H

#include "ship/lanes.h"

enum evx_note_place_holds {
	EVX_NOTE_PLACE_NOTHING,
	EVX_NOTE_PLACE_SAME,  /* the note, byte for byte */
	EVX_NOTE_PLACE_TAKEN, /* another note of this place by the same key, or one of a later
				 version */
	EVX_NOTE_PLACE_OTHER, /* other bytes, which are no note of this place */
};

/* Number `number` of the lane. */
struct evx_note_place {
	struct evx_remote *remote;
	const struct evx_cancel *cancel;
	const char *id; /* of the remote */
	const char *receiver_fp, *lane;
	uint32_t number;
	const struct evx_identity *sender; /* its encryption key is open */
};

/* Says what name number `at` (below EVX_LANES_PLACES) holds. object: the note; NULL when there is
 * none yet. */
enum evx_err evx_note_place_look(const struct evx_note_place *p, unsigned at,
	const struct evx_buf *object, enum evx_note_place_holds *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Puts the note under the first name that has no other bytes, and reads it back. look: the names
 * are looked at first, since the note should be there. *was: what the first name held before; *put:
 * whether the note was put just now. EVX_E_EXISTS: another note of this place is there;
 * EVX_E_LIMIT: all names have other bytes; EVX_E_FORGED: the remote does not keep what was put. */
enum evx_err evx_note_place_put(const struct evx_note_place *p, const struct evx_buf *object,
	bool look, enum evx_note_place_holds *was, bool *put, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
