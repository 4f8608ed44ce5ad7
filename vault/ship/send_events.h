/* Who receives a shipment, and the entries of custody that it takes: key files for those who cannot
 * open an exhibit yet, a copy or the release. */
#ifndef EVX_SHIP_SEND_EVENTS_H
#define EVX_SHIP_SEND_EVENTS_H

#include "ship/outgoing.h"

struct evx_send_parties {
	struct evx_inputs files; /* of their cards */
	struct evx_card *cards;  /* owned */
	struct evx_card_info *shown;
	size_t n; /* at most EVX_SHIPMENT_RECEIVERS_MAX */
};
/* Verifies the cards in files, and compares their names with those that are known. EVX_E_CUSTODY
 * for a retired one, EVX_E_USAGE for one that is the sender's own or there twice. */
enum evx_err evx_send_parties_read(struct evx_send_parties *p, struct evx_home *h,
	const struct evx_identity *sender, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_send_parties_free(struct evx_send_parties *p);

/* What has to be signed before o may go: fills o->wrap, o->copied and o->info. EVX_E_CUSTODY when
 * it may not be released to them; EVX_E_KEY when one of them could not open it and the sender
 * cannot change that. Nothing is signed. */
enum evx_err evx_send_events_look(const struct evx_send_parties *p,
	const struct evx_send_options *opt, const struct evx_rules_roster *rules,
	struct evx_outgoing *o, struct evx_outgoing_open *open,
	struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_send_events_by {
	struct evx_home *home;
	struct evx_hand *hand;
	struct evx_known *known;
	const struct evx_rules_roster *rules;
	struct evx_cancel *cancel;
};
/* Signs and appends it. */
enum evx_err evx_send_events_sign(const struct evx_send_parties *p,
	const struct evx_send_options *opt, const struct evx_send_events_by *by,
	struct evx_outgoing *o, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
