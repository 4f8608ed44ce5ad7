/* The time-stamps of an exhibit, read and judged. */
#ifndef EVX_OPS_STAMPS_H
#define EVX_OPS_STAMPS_H

#include "custody/stamp.h"
#include "ops/exhibit.h"

/* Judges every time-stamp of the rightful part of the loaded exhibit; what is wrong goes to ex->findings. trusted NULL: no authority was named. *proofs
 * and *floors (evx_stamps_floors) get one element for each event of that part (free both, also after a failure), NULL when there is none. */
enum evx_err evx_stamps_check(struct evx_exhibit *ex, const struct evx_timestamp_authorities *trusted, struct evx_stamp_proof **proofs,
	int64_t **floors, struct evx_diag *diag) EVX_MUST_CHECK;
/* The event's record, appended to out. */
enum evx_err evx_stamps_record(const struct evx_exhibit *ex, uint32_t number, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* Gives the event, which is to follow the loaded exhibit's last one, the hashes of the time-stamps that no event names yet and that are good over their
 * records, in order of events and numbers, at most EVX_NAMED_STAMPS_MAX (format-spec/documents.md "Event"). */
enum evx_err evx_stamps_name(const struct evx_exhibit *ex, struct evx_event *event, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
