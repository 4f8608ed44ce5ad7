/* The custody details of an event, from what its signer says. */
#ifndef EVX_EVENTS_EVENT_DETAILS_H
#define EVX_EVENTS_EVENT_DETAILS_H

#include "custody/card.h"
#include "format/details.h"
#include "people/inputs.h"
#include "people/readers.h"

struct evx_event_details_from {
	const struct evx_event_options *opt; /* its texts */
	const struct evx_card *actor;        /* who signs */
	const struct evx_card *counterparty; /* NULL: none */
	const struct evx_inputs *file;       /* details that were written elsewhere; may be empty */
	const struct evx_inputs *witnesses;  /* cards */
	const struct evx_readers *readers;   /* whom a rewrap lets in; may be empty */
};

/* Adds all of it to d. EVX_E_USAGE for a text that is not UTF-8, EVX_E_LIMIT for one that is too
 * long. */
enum evx_err evx_event_details_fill(const struct evx_event_details_from *from,
	struct evx_details *d, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
