/* Who signed, compared with whom the caller trusts (format-spec/verification.md "Trust"). */
#ifndef EVX_CUSTODY_TRUST_H
#define EVX_CUSTODY_TRUST_H

#include "custody/cards.h"
#include "custody/chain.h"
#include "custody/rosters.h"
#include "custody/stamp.h"
#include "custody/times.h"

#define EVX_TRUST_BEFORE_CARD \
	86400 /* seconds: an event that claims to be older than its signer's card by more is \
		 remarked */

struct evx_trust_basis {
	const struct evx_cards *cards;
	const struct evx_rosters *rosters;    /* NULL: none */
	const struct evx_cancel *cancel;      /* NULL: never */
	const struct evx_stamp_proof *proofs; /* by event number, as evx_stamp_settle leaves them;
						 NULL: nothing is proven */
	size_t nproofs;
	const struct evx_event_time *times; /* by event number; NULL: each event was made when it
					       says, and nothing supports that */
	size_t ntimes;
};

/* What the rosters, the newest versions of all of them together, say of a signing key (text form)
 * at a time. *key and *member (NULL allowed) get the entry that says it, NULL when unknown. */
enum evx_roster_status evx_trust_rostered(const struct evx_rosters *rosters, const char *signing,
	int64_t time, int64_t proven_before, const struct evx_roster_key **key,
	const struct evx_roster_member **member);
/* True when the signature by this key on the event is by somebody trusted: evx_trust_judge has
 * nothing against it. */
bool evx_trust_holds(
	const struct evx_trust_basis *basis, const struct evx_event *event, const char *signing);
/* What the rules of custody ask of them; basis outlives the result, its cards are not NULL. */
struct evx_rules_roster evx_trust_rules(const struct evx_trust_basis *basis);
/* Adds findings T-UNTRUSTED, T-RETIRED, T-NOT-YET, T-EXPIRED, T-REVOKED, T-COMPROMISED,
 * T-CONTESTED, T-SCOPE, T-BEFORE-CARD and T-NO-CARDS for the signers of the rightful part of the
 * chain. */
enum evx_err evx_trust_judge(const struct evx_chain_result *chain,
	const struct evx_trust_basis *basis, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
