/* The packs and small members of exhibits on their way out. */
#ifndef EVX_SHIP_OUTGOING_PACKS_H
#define EVX_SHIP_OUTGOING_PACKS_H

#include "remote/spool.h"
#include "ship/outgoing.h"
#include "ship/parcel.h"
#include "ship/uploads.h"

/* The packs of o, which is open, as uploads. */
enum evx_err evx_outgoing_packs(const struct evx_outgoing *o, const struct evx_outgoing_open *open,
	struct evx_uploads *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* What gives packs that the vault keeps as recipes: files in the spool, whose directory is the
 * remote's place number `place`. */
struct evx_outgoing_recipes {
	const struct evx_outgoing_open *open;
	const struct evx_spool *spool;
	unsigned place;
};
struct evx_uploads_make evx_outgoing_packs_make(struct evx_outgoing_recipes *from);

/* Writes every member of the bundle but its packs into the parcel. */
enum evx_err evx_outgoing_packs_rest(const struct evx_outgoing_open *open,
	struct evx_parcel_out *to, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
