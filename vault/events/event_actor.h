/* Recording an event in the middle of another operation, whose process is confined already. */
#ifndef EVX_EVENTS_EVENT_ACTOR_H
#define EVX_EVENTS_EVENT_ACTOR_H

#include "people/home.h"
#include "people/known.h"

struct evx_event_actor {
	const struct evx_identity *id; /* its card: the actor */
	const struct evx_signer *signer;
	const struct evx_signer *also; /* who sign it, too, and are at hand: nalso of them */
	size_t nalso;
	struct evx_known *known; /* whom this machine trusts, and lets act for whom */
	/* What opt would name as files; these stay the caller's. Each may be NULL. */
	const struct evx_inputs *to, *readers_to, *custody_to; /* cards */
	const struct evx_cards *always; /* of a rewrap: those that the home always adds */
	struct evx_names *names;        /* whom the home knows, loaded; needed with cards */
};
/* As evx_event_record, by somebody who is at hand already; of opt, what names files other than the
 * bundle and a receipt, a time-stamp and confine are not for this. */
enum evx_err evx_event_actor_record(const struct evx_event_actor *by,
	const struct evx_event_options *opt, struct evx_cancel *cancel,
	struct evx_event_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* As evx_event_append, of a receipt's text that is at hand, in a process that is confined already
 * and may open the bundle. Events of unknown signers are not taken (EVX_E_STRANGER). h: whose door
 * of a vault it is; NULL: nobody's. */
enum evx_err evx_event_actor_append(struct evx_home *h, const struct evx_rules_roster *rules,
	const char *bundle, const struct evx_buf *text, struct evx_event_outcome *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
