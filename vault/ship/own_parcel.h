/* A parcel of this sender, made in the spool and kept until it is no longer needed. */
#ifndef EVX_SHIP_OWN_PARCEL_H
#define EVX_SHIP_OWN_PARCEL_H

#include "custody/card.h"
#include "people/home.h"
#include "remote/spool.h"
#include "ship/lanes.h"
#include "ship/parcel.h"

/* Writes the parcel to the n receivers (1 to EVX_SHIPMENT_RECEIVERS_MAX): the sender's card, then
 * what fill adds, in the order of members. Gives its SHA-256 and length. */
enum evx_err evx_own_parcel(struct evx_hand *hand, const struct evx_card *to, size_t n,
	const struct evx_spool *spool, struct evx_lanes *lanes,
	enum evx_err (*fill)(void *ctx, struct evx_parcel_out *out, struct evx_diag *diag),
	void *ctx, uint8_t hash[32], uint64_t *size, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
