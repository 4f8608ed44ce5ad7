/* Notes that wait on a remote for somebody here (format-spec/shipment.md "Receiving", "What a
 * remote can do"). */
#ifndef EVX_SHIP_INBOX_H
#define EVX_SHIP_INBOX_H

#include "custody/cards.h"
#include "evx.h"
#include "ship/lanes.h"

struct evx_inbox_number {
	uint32_t number;
	unsigned places; /* bit i: the remote lists its place i */
};

/* A lane to this reader. */
struct evx_inbox_lane {
	char name[EVX_SHIPMENT_ID_CAP];
	char sender[EVX_LANES_FP_CAP];  /* "": no note of it could be opened yet */
	char drop[EVX_SHIPMENT_ID_CAP]; /* of an invitation: its ID; the lane has one note. Else ""
					 */
	struct evx_shipment_lane memory;
	struct evx_inbox_number *numbers; /* owned, in order: of the notes that the remote lists or
					     showed when asked */
	size_t n;
};

/* A note of it, as the remote has it now. */
struct evx_inbox_note {
	size_t lane; /* index */
	uint32_t number;
	struct evx_shipment_note note; /* zeros where it could not be read */
	uint8_t hash[32];
	bool others; /* no key here opens it */
	enum evx_incoming_flaw flaw;
	char why[256]; /* with a flaw: more about it; hostile */
	enum evx_shipment_state state;
};

struct evx_inbox {
	struct evx_inbox_lane *lanes; /* owned */
	size_t nlanes;
	struct evx_inbox_note *notes; /* owned; lane by lane, in order of numbers */
	size_t n;
};
void evx_inbox_free(struct evx_inbox *in);

struct evx_inbox_with {
	struct evx_remote *remote;
	const struct evx_cancel *cancel;
	struct evx_lanes *lanes;
	const char *id; /* of the remote; "": nobody sent anything but by invitation */
	bool drops;     /* something can have come by invitation */
	const struct evx_identity *owner; /* whose inbox it is; its encryption key is open */
	const struct evx_cards *cards;    /* of people who may have sent something */
};
/* Finds the notes, reads them, and compares them with each other and with what is remembered. What
 * was seen is remembered. A note that is not as it must be is no failure: its flaw says so. The
 * lanes are locked meanwhile. */
enum evx_err evx_inbox_read(const struct evx_inbox_with *with, struct evx_inbox *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Remembers what became of a note. */
enum evx_err evx_inbox_settle(const struct evx_inbox_with *with, struct evx_inbox *in,
	const struct evx_inbox_note *note, enum evx_shipment_state state,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
