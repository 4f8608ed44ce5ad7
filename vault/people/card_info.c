/* Cards as the public header shows them. */
#include <stdio.h>
#include <string.h>

#include "format/time.h"
#include "people/card_info.h"
#include "people/home.h"

enum evx_err evx_card_info_of(
	const struct evx_card *card, struct evx_card_info *out, struct evx_diag *diag)
{
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	(void)snprintf(out->person, sizeof(out->person), "%s", card->person);
	(void)snprintf(out->organisation, sizeof(out->organisation), "%s", card->organisation);
	(void)snprintf(out->country, sizeof(out->country), "%s", card->country);
	(void)snprintf(out->role, sizeof(out->role), "%s", card->role);
	(void)snprintf(out->encryption, sizeof(out->encryption), "%.63s", card->encryption);
	(void)snprintf(out->signing, sizeof(out->signing), "%s", card->signing);
	if ((err = evx_card_fingerprint(card, out->fingerprint, diag)) != EVX_OK ||
		(err = evx_time_encode(card->created, out->created)) != EVX_OK)
		return err;
	if (card->is_retired)
		return evx_time_encode(card->retired, out->retired);
	return EVX_OK;
}

enum evx_err evx_card_info_of_rostered(const struct evx_roster_member *member,
	const struct evx_roster_key *key, struct evx_card_info *out, struct evx_diag *diag)
{
	struct evx_card card = { .created = key->from };

	memcpy(card.person, key->person, sizeof(card.person));
	memcpy(card.organisation, member->agency, sizeof(card.organisation));
	memcpy(card.country, member->country, sizeof(card.country));
	memcpy(card.role, key->role, sizeof(card.role));
	memcpy(card.encryption, key->encryption, sizeof(card.encryption));
	memcpy(card.signing, key->signing, sizeof(card.signing));
	card.is_retired = key->is_revoked && key->reason == EVX_REVOKED_RETIRED;
	card.retired = key->revoked;
	return evx_card_info_of(&card, out, diag);
}
