/* The order of a bundle's members (format-spec/container.md "Order"): fed with each member in file
 * order, it says whether that one may stand there. Readers and writers share it. */
#ifndef EVX_FORMAT_ORDER_H
#define EVX_FORMAT_ORDER_H

#include "format/member.h"

enum evx_order_verdict {
	EVX_ORDER_OK,
	EVX_ORDER_GAP, /* what should stand before is missing; taken, and the order goes on from
			  here */
	EVX_ORDER_MISPLACED, /* belongs elsewhere; not taken, the state is unchanged */
};

/* Fields are the module's own, but these three may be read. */
struct evx_order {
	unsigned group;  /* the append group that the last member taken stands in */
	bool closed;     /* the last member taken is that group's index */
	unsigned events; /* events begun so far; the next one has this number */

	unsigned step;                /* of group 0000: what may come next */
	bool filled;                  /* the group has a member of an event */
	bool fresh;                   /* `event` began in this group */
	unsigned event, rank, number; /* the member of an event taken last in this group; rank 0:
					 none */
	struct {                      /* the same of the original's files, in group 0000 */
		unsigned event, rank, number;
	} origin;
	struct evx_order_event *known; /* of `events` entries */
};

#define EVX_ORDER_INIT \
	{ \
		0, false, 0, 0, false, false, 0, 0, 0, { 0, 0, 0 }, NULL \
	}

void evx_order_free(struct evx_order *o); /* NULL does nothing */

/* Feeds the next member. EVX_OK when it may stand there; EVX_E_CORRUPT with "member order: expected
 * X, found Y" and *verdict telling how to go on; EVX_E_MEMORY. */
enum evx_err evx_order_next(struct evx_order *o, const struct evx_member_id *id,
	enum evx_order_verdict *verdict, struct evx_diag *diag) EVX_MUST_CHECK;

/* EVX_OK when the bundle may end here (a group just closed), else EVX_E_TRUNCATED naming what is
 * expected. */
enum evx_err evx_order_end(const struct evx_order *o, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
