/* Whom this machine knows: the cards and rosters of its home, and what the rules of custody ask of
 * them. */
#ifndef EVX_PEOPLE_KNOWN_H
#define EVX_PEOPLE_KNOWN_H

#include "custody/trust.h"
#include "people/home.h"

/* Zero-initialise. The basis points into it: it stays where it is from evx_known_rules on. */
struct evx_known {
	struct evx_cards cards;
	struct evx_rosters rosters;
	struct evx_trust_basis basis;
};

/* Parses the cards and rosters of the home, which evx_home_read has read before the process was
 * confined; h NULL: there are none. A bad file fails it: diag names it. */
enum evx_err evx_known_load(
	struct evx_known *k, struct evx_home *h, struct evx_diag *diag) EVX_MUST_CHECK;
/* What the rules ask of them (format-spec/verification.md "Known and unknown"); k outlives the
 * result, and may still be filled. */
struct evx_rules_roster evx_known_rules(struct evx_known *k);
void evx_known_free(struct evx_known *k);

#endif
