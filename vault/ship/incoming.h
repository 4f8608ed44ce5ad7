/* Exhibits of a shipment as they lie in its stage: judged and described before anybody is asked. */
#ifndef EVX_SHIP_INCOMING_H
#define EVX_SHIP_INCOMING_H

#include "evx.h"
#include "open/exhibit.h"
#include "open/given_code.h"
#include "ship/stage.h"

struct evx_incoming_one {
	struct evx_incoming_exhibit info; /* its texts are owned here */
	char *texts[6];
	struct evx_stage_pack *packs; /* owned */
	size_t npacks;
	uint8_t release[32]; /* the event that is open to the receiver, or was answered */
};
struct evx_incomings {
	struct evx_incoming_one *at; /* owned; in the order of the stage */
	size_t n;
};
void evx_incomings_free(struct evx_incomings *all);

struct evx_incomings_by {
	const struct evx_identity *reader;
	const struct evx_rules_roster *rules;
	const struct evx_given_code *codes; /* from paper; none: nothing is compared */
	size_t ncodes;
	const struct evx_cancel *cancel;
};
/* Judges every exhibit as verify does, without packs, and opens what the reader's keys open.
 * EVX_E_CORRUPT and the like for one that is not sound, EVX_E_CUSTODY for one that has none of the
 * codes: nothing may be taken in. */
enum evx_err evx_incomings_judge(const struct evx_stage *s, const struct evx_incomings_by *by,
	struct evx_incomings *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
