/* The rules of custody: what the events of a chain, each good in itself, say together
 * (format-spec/verification.md "Rules").
 *
 * Rules read public fields only. evx_chain_finish applies them; its result holds the state below.
 */
#ifndef EVX_CUSTODY_RULES_H
#define EVX_CUSTODY_RULES_H

#include "base/cancel.h"
#include "custody/chain_result.h"
#include "custody/finding.h"
#include "format/details.h"

#define EVX_RULES_SOON \
	10 /* seconds: a release and its acceptance closer than this are remarked \
	    */
#define EVX_RULES_LATE \
	(14 * 86400) /* seconds: a release unanswered for longer is a gap, an answer after longer \
			is remarked */

/* Whether this verifier vouches for a key, by its cards and rosters. */
enum evx_rules_trust {
	EVX_RULES_STRANGER, /* nobody here does, or not at that time */
	EVX_RULES_TRUSTED,
	EVX_RULES_WITHDRAWN, /* a roster says that the key was revoked or compromised */
};

/* What only this verifier's rosters and cards know. Each function may be NULL: then nobody acts for
 * another, nobody approves, nobody is vouched for. Times are seconds since 1970. */
struct evx_rules_roster {
	bool (*acts_for)(void *ctx, const char *key, const char *office, int64_t time); /* key signs
											   for the
											   office's
											   key at
											   that time
											 */
	bool (*approves)(void *ctx, const char *key, const char *former, int64_t time); /* key may
											   approve
											   that
											   somebody
											   succeeds
											   former */
	bool (*names)(void *ctx, const char *key); /* a roster has the key: else it acts for nobody,
						      and nobody for it; NULL: not known */
	void *ctx;
	enum evx_rules_trust (*trusts)(void *ctx, const char *key, int64_t time);
};

/* Judges the rightful part of the chain: says of each event whether it counts, is void or is a
 * claim, and fills chain->state. now: seconds since 1970. Called by evx_chain_finish; a chain put
 * together otherwise may call it once. cancel NULL: never. EVX_E_MEMORY, EVX_E_INTERRUPTED. */
enum evx_err evx_rules_judge(struct evx_chain_result *chain, const struct evx_rules_roster *roster,
	int64_t now, const struct evx_cancel *cancel, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Tells before signing whether next, appended to the chain now, would break or miss a rule:
 * EVX_E_CUSTODY with the rule's code and sentence. A take-over that lacks only the approval of a
 * roster's approver (R-APPROVAL) is let through, so that there is no dead end. Void events and
 * claims that stand in the chain are no hindrance. Whoever signs is trusted here. next needs type,
 * time, signers and fields; its sequence, exhibit and previous are not read. */
enum evx_err evx_rules_check(const struct evx_chain_result *chain, const struct evx_event *next,
	const struct evx_rules_roster *roster, struct evx_diag *diag) EVX_MUST_CHECK;

/* The rules while a chain is still read: who signed the events that it has so far. Says nothing
 * else. */
struct evx_rules_walk;
/* A walk along chain, which grows and outlives it. roster as above, NULL: none. NULL when out of
 * memory. */
struct evx_rules_walk *evx_rules_walk_new(
	struct evx_chain_result *chain, const struct evx_rules_roster *roster);
/* What walk knows, to go on with along another branch of the same chain: both read its events,
 * which must be those that they went over. NULL when out of memory. */
struct evx_rules_walk *evx_rules_walk_copy(const struct evx_rules_walk *walk);
void evx_rules_walk_free(struct evx_rules_walk *walk);
/* Says of event number, the newest one, whether its actor is a party and whether what it says is a
 * claim (its fields party and claim). */
void evx_rules_walk_signer(struct evx_rules_walk *walk, uint32_t number);
/* Whether next, signed behind the events that the walk went over, would be the word of somebody
 * known. */
bool evx_rules_walk_knows(const struct evx_rules_walk *walk, const struct evx_event *next);
/* Goes on over event number, which is in the rightful part. EVX_E_MEMORY. */
enum evx_err evx_rules_walk_on(struct evx_rules_walk *walk, uint32_t number) EVX_MUST_CHECK;

/* Adds what the opened details of event number show: R-CLOCK, R-WITNESS-INSIDE. These never change
 * a finding made from public fields. */
enum evx_err evx_rules_judge_details(const struct evx_chain_result *chain, uint32_t number,
	const struct evx_details *details, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
