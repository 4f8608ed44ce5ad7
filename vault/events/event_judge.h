/* What a signer finds in an exhibit before an event is signed over it. */
#ifndef EVX_EVENTS_EVENT_JUDGE_H
#define EVX_EVENTS_EVENT_JUDGE_H

#include "open/exhibit.h"
#include "people/inputs.h"

/* Loads ex, with the receipts in `with` behind its chain, and judges it: for an acceptance or a
 * verification every byte, else the index. *found is what the signer found, in one word.
 * EVX_E_CUSTODY when the seal code given is another exhibit's, or when a receipt does not continue
 * the chain, or nothing can be added to it; EVX_E_CORRUPT (or what evx_exhibit_usable says) for an
 * acceptance of what is broken, unless opt->record_broken. */
enum evx_err evx_event_judge(struct evx_exhibit *ex, const struct evx_event_options *opt,
	const struct evx_inputs *with, const struct evx_rules_roster *rules,
	struct evx_progress *progress, const struct evx_cancel *cancel,
	enum evx_event_result *found, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
