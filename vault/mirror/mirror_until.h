/* Until when a mirror was last asked to be kept: what this machine remembers of that
 * (format-spec/shipment.md "What a machine remembers"). */
#ifndef EVX_MIRROR_MIRROR_UNTIL_H
#define EVX_MIRROR_MIRROR_UNTIL_H

#include "ship/lanes.h"

/* Remembers it of mirror mid on remote id, in one step. until: seconds since 1970. */
enum evx_err evx_mirror_until_write(const struct evx_lanes *l, const char *id, const char *mid,
	int64_t until, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
