/* What the custody record of an exhibit that was sent says of it since: its receipt can have come
 * another way. */
#ifndef EVX_SHIP_SENT_REPLY_H
#define EVX_SHIP_SENT_REPLY_H

#include "format/shipment.h"
#include "open/exhibit.h"
#include "people/home.h"

struct evx_sent_reply_by {
	struct evx_home *home;
	const struct evx_identity *reader;
	const struct evx_rules_roster *rules;
	const struct evx_cancel *cancel;
};
/* Looks for an acceptance or refusal by the receiver (fingerprint) behind the newest entry that was
 * sent. EVX_SHIPMENT_OPEN where there is none, and where the exhibit stands at its path no more or
 * cannot be read. */
enum evx_err evx_sent_reply(const struct evx_sent_reply_by *by,
	const struct evx_shipment_exhibit *e, const char *receiver, enum evx_shipment_reply *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
