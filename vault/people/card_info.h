/* Cards as the public header shows them. */
#ifndef EVX_PEOPLE_CARD_INFO_H
#define EVX_PEOPLE_CARD_INFO_H

#include "api/people.h"
#include "custody/card.h"
#include "format/roster.h"

/* Fills the public form of a card. */
enum evx_err evx_card_info_of(const struct evx_card *card, struct evx_card_info *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same of an entry of a roster: created is the time from which it is valid. */
enum evx_err evx_card_info_of_rostered(const struct evx_roster_member *member,
	const struct evx_roster_key *key, struct evx_card_info *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
