/* Which lanes lead to a reader over a remote, and which numbers they have there. */
#ifndef EVX_SHIP_INBOX_LANES_H
#define EVX_SHIP_INBOX_LANES_H

#include "ship/inbox.h"

struct evx_inbox_lanes {
	const struct evx_inbox_with *with;
	struct evx_inbox *in; /* gets the lanes */
	char me[EVX_LANES_FP_CAP];
	/* inner */
	bool lists;     /* the remote does */
	size_t nlisted; /* lanes that it listed */
};
/* Finds lanes: those that the remote lists, those that are remembered, and, where the remote does
 * not list, those of people known here. EVX_E_LIMIT for a list that is too long. */
enum evx_err evx_inbox_lanes_find(struct evx_inbox_lanes *l, struct evx_diag *diag) EVX_MUST_CHECK;
/* Asks for the notes of lane number `at` behind those that are known, whatever a list says. */
enum evx_err evx_inbox_lanes_further(
	struct evx_inbox_lanes *l, size_t at, struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds the next lane of the same sender, where the remote does not list and lane `at` is in use. */
enum evx_err evx_inbox_lanes_next(
	struct evx_inbox_lanes *l, size_t at, struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether name is that of a lane of sender to this reader. */
bool evx_inbox_lanes_is(const struct evx_inbox_lanes *l, const char *name, const char *sender);

#endif
