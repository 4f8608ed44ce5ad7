/* What a receiver signs, and the receipts of it. */
#ifndef EVX_SHIP_RECEIVE_EVENTS_H
#define EVX_SHIP_RECEIVE_EVENTS_H

#include "people/known.h"
#include "ship/incoming.h"

struct evx_receive_events_by {
	const struct evx_hand *hand;
	struct evx_known *known;
	const struct evx_rules_roster *rules;
	struct evx_cancel *cancel;
	const struct evx_receive_options *opt;
};

/* The sender's names as their card in the shipment has them, where no card of them is trusted here;
 * the user is asked where they could be taken for somebody else's. */
enum evx_err evx_receive_events_sender(struct evx_home *h, const struct evx_card *sender,
	struct evx_incoming *shown, struct evx_diag *diag) EVX_MUST_CHECK;
/* *same: whether the bundle at path is sound and has this seal. */
enum evx_err evx_receive_events_is(const char *path, const char *seal_hash,
	const struct evx_rules_roster *rules, const struct evx_cancel *cancel, bool *same,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Signs the acceptance of one, which was taken in at path, or its refusal (path NULL), unless that
 * was done before; gives the event's number and its receipt. */
enum evx_err evx_receive_events_answer(const struct evx_receive_events_by *by,
	const struct evx_stage *stage, const struct evx_incoming_one *one, const char *path,
	enum evx_receive_answer answer, int *event, struct evx_buf *receipt,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
