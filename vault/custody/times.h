/* When each event was made, as far as others prove it (format-spec/verification.md "Time"). */
#ifndef EVX_CUSTODY_TIMES_H
#define EVX_CUSTODY_TIMES_H

#include "custody/cards.h"
#include "custody/rosters.h"
#include "custody/stamp.h"

/* Seconds since 1970. */
struct evx_event_time {
	int64_t at;    /* at which its signers are judged: the latest of the time that it names, of
			  floor, and of after_time */
	int64_t floor; /* it is not older than this: a trusted time-stamp that it, or an event
			  before it, names; EVX_NO_FLOOR: none */
	bool follows;  /* an earlier event that counts names a later time than this one, so this one
			  is not older than: */
	int64_t after_time; /* that time, less EVX_STAMP_SLACK, and not after support */
	uint32_t after;     /* that event */
	bool supported;     /* it existed at: */
	int64_t support; /* a trusted time-stamp says so, or the time of a later event by somebody
			    else who is trusted */
	uint32_t by;     /* the event that was stamped, or that later event */
	bool by_stamp;
};

/* Fills times, which has room for chain->rightful. proofs: as evx_stamp_settle leaves them,
 * floors: as evx_stamp_floors; either may be NULL. */
void evx_times_of(const struct evx_chain_result *chain, const struct evx_cards *cards,
	const struct evx_rosters *rosters, const struct evx_stamp_proof *proofs,
	const int64_t *floors, struct evx_event_time *times);

#endif
