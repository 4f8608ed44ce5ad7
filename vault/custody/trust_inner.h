/* What is asked of the cards and rosters trusted, shared by the files that do (inner header of
 * custody/). */
#ifndef EVX_CUSTODY_TRUST_INNER_H
#define EVX_CUSTODY_TRUST_INNER_H

#include "custody/trust.h"

/* Whether the retirement of a card is about an event: from the time that it names on. What others
 * show to be older than the card itself, its owner does not take back by a date; what is proven to
 * be younger than the date is not older, whoever says so. */
enum evx_retirement { EVX_NOT_RETIRED, EVX_RETIRED_LATER, EVX_TAKEN_BACK, EVX_RETIRED };
enum evx_retirement evx_trust_retirement_of(
	const struct evx_card *card, const struct evx_event_time *t);
/* When e was made; the basis holds what is known of its own chain. */
struct evx_event_time evx_trust_time_of(
	const struct evx_trust_basis *basis, const struct evx_event *e);
/* Before when a trusted time-stamp proves that e existed; EVX_NOT_PROVEN. */
int64_t evx_trust_proven_before(const struct evx_trust_basis *basis, const struct evx_event *e);
bool evx_trust_is_revoked(const struct evx_rosters_said *said);

#endif
