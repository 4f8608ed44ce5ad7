/* The time-stamps of an exhibit, read and judged. */
#ifndef EVX_JUDGE_STAMPS_H
#define EVX_JUDGE_STAMPS_H

#include "custody/event_build.h"
#include "custody/stamp.h"
#include "open/exhibit.h"

/* Judges every time-stamp of the rightful part of the loaded exhibit; what is wrong goes to
 * ex->loaded.findings. trusted NULL: no authority was named. *proofs and *floors (evx_stamp_floors)
 * get one element for each event of that part (free both, also after a failure), NULL when there is
 * none. EVX_E_INTERRUPTED when *cancel (NULL allowed) says so. */
enum evx_err evx_stamps_check(struct evx_exhibit *ex,
	const struct evx_timestamp_authorities *trusted, struct evx_stamp_proof **proofs,
	int64_t **floors, const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
/* The event's record, appended to out; that of a detached event from its receipt. */
enum evx_err evx_stamps_record(const struct evx_exhibit *ex, uint32_t number, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Gives the event, which is to follow the loaded exhibit's last one, the hashes of the time-stamps
 * that no event names yet and that are good over their records, in order of events and numbers, at
 * most EVX_NAMED_STAMPS_MAX (format-spec/documents.md "Event"). */
enum evx_err evx_stamps_name(const struct evx_exhibit *ex, struct evx_event *event,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Adds to the receipt of event, which is the loaded exhibit's next one or one of its own, the
 * time-stamps that it names and that the bundle has. */
enum evx_err evx_stamps_carry(const struct evx_exhibit *ex, const struct evx_event *event,
	struct evx_receipt *receipt, struct evx_diag *diag) EVX_MUST_CHECK;
/* The chain's stamp of this number over event, or NULL. */
const struct evx_chain_stamp *evx_stamps_find(
	const struct evx_chain_result *chain, uint32_t event, unsigned number);
/* True when the bundle has a response of this hash over event; *next is the next free number of
 * such a file. */
bool evx_stamps_here(const struct evx_chain_result *chain, uint32_t event, const uint8_t hash[32],
	unsigned *next);
/* True when the response is good over the record, whoever its authority is. */
bool evx_stamps_good(struct evx_bytes response, struct evx_bytes record);
/* The name of the time-stamp of this number over event. EVX_E_USAGE for a number that none has. */
enum evx_err evx_stamps_member(const struct evx_chain_result *chain, uint32_t event,
	unsigned number, char name[EVX_MEMBER_NAME_CAP]) EVX_MUST_CHECK;

#endif
