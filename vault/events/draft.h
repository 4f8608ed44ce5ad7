/* What a draft says, for whom it asks to sign. */
#ifndef EVX_EVENTS_DRAFT_H
#define EVX_EVENTS_DRAFT_H

#include "format/receipt.h"
#include "people/home.h"

/* Asks ask about the draft r, whose cosigner is the key signing; people are named as far as the
 * home knows them (evx_names_load before; NULL: as keys). EVX_E_INTERRUPTED when the answer was no;
 * the errors of evx_event_read. */
enum evx_err evx_draft_ask(const struct evx_home *h, const struct evx_receipt *r,
	const char *signing, const struct evx_draft_ask *ask, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
