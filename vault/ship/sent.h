/* What was sent from here and is not answered yet: looked for on the remote, and put again where
 * that lost it. */
#ifndef EVX_SHIP_SENT_H
#define EVX_SHIP_SENT_H

#include "evx.h"
#include "ship/lanes.h"

struct evx_sent_with {
	struct evx_lanes *lanes; /* locked */
	struct evx_remote *remote;
	unsigned place; /* `sent` of the home, as the remote knows it */
	const struct evx_cancel *cancel;
	const char *id, *me;               /* of the remote; fingerprint of who sent */
	const struct evx_identity *sender; /* its encryption key is open */
	evx_sent_flaw_fn flaw;             /* is told of notes that were not as they were put */
	void *ctx;
};
/* Looks for every note and parcel of this sender that is kept here, and puts those that are not
 * there as they were: of notes that were being sent, too, when a process was interrupted. A note
 * that nobody can read there any more is no failure: it is lost, which is told and remembered. */
enum evx_err evx_sent_repair(
	const struct evx_sent_with *with, struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes away what is kept and needed no more: notes that were answered, but for the newest of each
 * lane, and parcels that no kept note names. */
enum evx_err evx_sent_tidy(struct evx_lanes *lanes, struct evx_diag *diag) EVX_MUST_CHECK;
/* Gives the parcel in file `name` of the directory dir its name among those that are kept. */
enum evx_err evx_sent_keep_parcel(struct evx_lanes *lanes, int dir, const char *name,
	const uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;

#endif
