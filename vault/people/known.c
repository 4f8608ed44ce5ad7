/* Whom this machine knows: the cards and rosters of its home, and what the rules of custody ask of
 * them. */
#include "people/known.h"

enum evx_err evx_known_load(struct evx_known *k, struct evx_home *h, struct evx_diag *diag)
{
	enum evx_err err = h != NULL ? evx_home_cards(h, &k->cards, diag) : EVX_OK;

	return err == EVX_OK && h != NULL ? evx_home_rosters(h, &k->rosters, diag) : err;
}

struct evx_rules_roster evx_known_rules(struct evx_known *k)
{
	k->basis = (struct evx_trust_basis){ .cards = &k->cards, .rosters = &k->rosters };
	return evx_trust_rules(&k->basis);
}

void evx_known_free(struct evx_known *k)
{
	evx_cards_free(&k->cards);
	evx_rosters_free(&k->rosters);
}
