/* The time-stamps of an exhibit, read and judged. */
#ifndef EVX_OPS_STAMPS_H
#define EVX_OPS_STAMPS_H

#include "custody/stamp.h"
#include "ops/exhibit.h"

/* Judges every time-stamp of the rightful part of the loaded exhibit; what is wrong goes to ex->findings. trusted NULL: no authority was named. *proofs
 * gets one element for each event of that part (free it), NULL when there is none. */
enum evx_err evx_stamps_check(struct evx_exhibit *ex, const struct evx_timestamp_authorities *trusted, struct evx_stamp_proof **proofs,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The event's record, appended to out. */
enum evx_err evx_stamps_record(const struct evx_exhibit *ex, uint32_t number, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
