/* The question before an entry that cannot be taken back is signed. */
#ifndef EVX_EVENTS_ENTRY_ASK_H
#define EVX_EVENTS_ENTRY_ASK_H

#include "custody/cards.h"
#include "evx.h"
#include "open/exhibit.h"

struct evx_entry_question {
	struct evx_exhibit *ex;              /* loaded and judged */
	const struct evx_identity *id;       /* who signs: what it opens is shown */
	const struct evx_cards *known;       /* name the other party */
	const struct evx_card *counterparty; /* of a release, from the file; NULL: none */
	const struct evx_event *event;       /* whose public fields are filled */
	const struct evx_event_options *opt;
};

/* Calls opt->ask_entry, if there is one, with what the entry is about and what follows from it.
 * Opens the key files of q->ex. EVX_E_INTERRUPTED when the answer is no. */
enum evx_err evx_entry_ask(
	const struct evx_entry_question *q, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
