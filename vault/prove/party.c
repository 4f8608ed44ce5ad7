/* A signing key, and what this machine knows of it. */
#include "prove/party.h"

#include <stdio.h>
#include <string.h>

#include "people/card_info.h"

enum evx_err evx_party_of(struct evx_known *known, const char *signing, int64_t time,
	struct evx_card_info *out, bool *is_known, struct evx_diag *diag)
{
	const struct evx_rules_roster rules = evx_known_rules(known);
	const struct evx_card *card = evx_cards_find(&known->cards, signing);
	const struct evx_roster_member *member;
	const struct evx_roster_key *key;
	struct evx_sshkey raw;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	*is_known = rules.trusts(rules.ctx, signing, time) == EVX_RULES_TRUSTED;
	if (card != NULL)
		return evx_card_info_of(card, out, diag);
	if (*is_known &&
		evx_trust_rostered(&known->rosters, signing, time, EVX_NOT_PROVEN, &key, &member) ==
			EVX_ROSTER_VALID)
		return evx_card_info_of_rostered(member, key, out, diag);
	err = evx_sshkey_decode(signing, strlen(signing), &raw, diag);
	if (err != EVX_OK)
		return err;
	(void)snprintf(out->signing, sizeof(out->signing), "%s", signing);
	evx_sshkey_fingerprint(&raw, out->fingerprint);
	return EVX_OK;
}
