/* The public keys of an event about to be signed, from what the user said and what the chain says.
 */
#ifndef EVX_EVENTS_EVENT_FIELDS_H
#define EVX_EVENTS_EVENT_FIELDS_H

#include "custody/chain.h"
#include "evx.h"

/* Whether the words and the entry that opt names are well-formed: what can be seen before the
 * exhibit is opened and a passphrase is asked for. EVX_E_USAGE. */
enum evx_err evx_event_fields_check(
	const struct evx_event_options *opt, struct evx_diag *diag) EVX_MUST_CHECK;
/* Fills e->fields for the type opt names. to: text form of the signing key of the card opt->to
 * names, or NULL. found: what this machine's check of the bundle gave (verify, accept). EVX_E_USAGE
 * for what the type does not have or lacks; EVX_E_NOT_FOUND when nothing in the chain is there to
 * refer to. */
enum evx_err evx_event_fields_fill(const struct evx_event_options *opt,
	const struct evx_chain_result *chain, const char *to, enum evx_event_result found,
	struct evx_event *e, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
