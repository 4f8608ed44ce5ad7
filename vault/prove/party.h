/* Whose key it is that prepared challenges, or asks. */
#ifndef EVX_PROVE_PARTY_H
#define EVX_PROVE_PARTY_H

#include "people/known.h"

/* Fills out with the names on the card or in the roster that has this key, else with its
 * fingerprint alone. *is_known: a card that is not retired then, or a roster, vouches for it at
 * time.
 */
enum evx_err evx_party_of(struct evx_known *known, const char *signing, int64_t time,
	struct evx_card_info *out, bool *is_known, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
