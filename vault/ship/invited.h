/* Invitations that were made on this machine: their notes are asked for by name, whatever a list
 * says (format-spec/shipment.md "What a machine remembers"). */
#ifndef EVX_SHIP_INVITED_H
#define EVX_SHIP_INVITED_H

#include "ship/lanes.h"

/* Remembers that invitation id was made, and when it ends. */
enum evx_err evx_invited_remember(const struct evx_lanes *l, const char *id, int64_t until,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether it was made here, and is not forgotten. */
bool evx_invited_is(const struct evx_lanes *l, const char *id);
/* Calls each for every one, in no order; those that ended long ago are forgotten instead. */
enum evx_err evx_invited_each(const struct evx_lanes *l,
	enum evx_err (*each)(void *ctx, const char *id, struct evx_diag *diag), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* What came by it was taken in or refused. */
void evx_invited_forget(const struct evx_lanes *l, const char *id);

#endif
