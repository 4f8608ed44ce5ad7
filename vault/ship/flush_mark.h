/* The mark that a directory has objects that no flush made durable: who sends again after a power
 * failure reads them back. */
#ifndef EVX_SHIP_FLUSH_MARK_H
#define EVX_SHIP_FLUSH_MARK_H

#include "ship/lanes.h"

/* id: of the remote. */
bool evx_flush_mark_is_there(const struct evx_lanes *l, const char *id);
enum evx_err evx_flush_mark_set(
	const struct evx_lanes *l, const char *id, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_flush_mark_clear(const struct evx_lanes *l, const char *id);

#endif
