/* Recording an event in the middle of another operation, whose process is confined already. */
#ifndef EVX_EVENTS_EVENT_ACTOR_H
#define EVX_EVENTS_EVENT_ACTOR_H

#include "people/home.h"
#include "people/known.h"

struct evx_event_actor {
	const struct evx_identity *id; /* its card: the actor */
	const struct evx_signer *signer;
	struct evx_known *known; /* whom this machine trusts, and lets act for whom */
};
/* As evx_event_record, by somebody who is at hand already; of opt, what names files other than the
 * bundle, a rewrap, a time-stamp and confine are not for this. */
enum evx_err evx_event_actor_record(const struct evx_event_actor *by,
	const struct evx_event_options *opt, struct evx_cancel *cancel,
	struct evx_event_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
