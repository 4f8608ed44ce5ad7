/* What the time-stamps of a chain prove (format-spec/timestamps.md, verification.md "Time"). */
#ifndef EVX_CUSTODY_STAMP_H
#define EVX_CUSTODY_STAMP_H

#include "crypto/timestamp_token.h"
#include "custody/chain.h"
#include "custody/document.h"

#define EVX_STAMP_SLACK 300 /* seconds that the signer's clock may be ahead of the authority's */
#define EVX_STAMP_FAR (7 * 86400) /* an event proven only so much later is remarked */

/* The earliest time by which an event is known to have existed. Hostile text: escape it before
 * showing it. */
struct evx_stamp_proof {
	bool proven;
	int64_t time; /* seconds since 1970, as the authority says */
	uint32_t by;  /* the event that was stamped: this one, or a later one, which names it */
	bool old; /* the certificate behind that stamp has expired, and it was not renewed; of those
		     for which that is not so: */
	bool held;
	int64_t held_time; /* the earliest time … */
	uint32_t held_by;  /* … and the event that was stamped */
	char authority[256], policy[128];
};

/* A good time-stamp of a trusted authority. */
struct evx_stamp_seen {
	uint32_t event;        /* that was stamped */
	int64_t time, expires; /* of the stamp; of its authority's certificate */
	uint32_t listed;       /* number of the event that names it, EVX_NO_EVENT while none does */
	const char *name;      /* the caller's */
};

/* Judges the response named name about the record of event number of the chain; number is below
 * chain->rightful. trusted NULL: none was named. Adds findings T-STAMP-BAD, T-STAMP-UNTRUSTED,
 * T-STAMP-UNCHECKED and T-STAMP-TIME, and keeps in proofs[number] the earliest time of those that
 * are good and by a trusted authority. Such a one also goes to *seen (NULL: is not wanted), whose
 * time is 0 else; name is kept there, and listed unknown. */
enum evx_err evx_stamp_judge(const struct evx_chain_result *chain, uint32_t number,
	const char *name, struct evx_bytes record, struct evx_bytes response,
	const struct evx_timestamp_authorities *trusted, struct evx_stamp_proof *proofs,
	struct evx_stamp_seen *seen, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Remarks (T-STAMP-OLD) each of n stamps whose authority's certificate has expired by now, unless
 * it was renewed: a later event names it, and a stamp over that event or a later one was made
 * before, whose own certificate has not expired or which was renewed. Says in proofs (by event;
 * NULL: not wanted), before evx_stamp_settle, which times rest on such a stamp. Sorts seen. */
enum evx_err evx_stamp_renewed(struct evx_stamp_seen *seen, size_t n, int64_t now,
	struct evx_stamp_proof *proofs, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The time by which the event existed, for judging somebody whose word is in doubt: stamps of an
 * expired certificate that nobody renewed do not count, for anybody may have its key now. *by: the
 * event that was stamped. False: nothing proves one. */
bool evx_stamp_held(const struct evx_stamp_proof *proof, int64_t *time, uint32_t *by);

#define EVX_NO_FLOOR INT64_MIN
/* Fills floors, which has room for chain->rightful: the time that each event is not older than,
 * that of the newest of the n stamps that it, or an event before it, names; EVX_NO_FLOOR: none.
 * Remarks (T-STAMP-TIME) events that say that they are older. */
enum evx_err evx_stamp_floors(const struct evx_chain_result *chain,
	const struct evx_stamp_seen *seen, size_t n, int64_t *floors, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* After the last response: remarks what was stamped long after it happened (T-STAMP-TIME), then
 * lets each of the chain->rightful proofs (at least one) vouch for the events before it, as long as
 * each event's record is the one that the next one's author saw. wanted: authorities were named, so
 * that a seal without proof is a gap (T-STAMP-NONE). */
enum evx_err evx_stamp_settle(const struct evx_chain_result *chain, bool wanted,
	struct evx_stamp_proof *proofs, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
