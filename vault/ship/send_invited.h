/* An invitation in place of a remote: who the receiver is then. */
#ifndef EVX_SHIP_SEND_INVITED_H
#define EVX_SHIP_SEND_INVITED_H

#include "people/known.h"
#include "ship/drop_out.h"
#include "ship/invite_text.h"
#include "ship/send_events.h"

/* Verifies the invitation in text, and compares it with the clock, with the cards in to->files and,
 * where there are none, with those that are trusted. to->files then has its card, and drop->inv
 * what is in it. EVX_E_FORGED when it is changed, or another person's than was named;
 * EVX_E_STRANGER; EVX_E_KEY when it has ended; EVX_E_USAGE for several receivers. */
enum evx_err evx_send_invited_read(struct evx_buf *text, const struct evx_send_options *opt,
	const struct evx_known *known, struct evx_send_parties *to, struct evx_drop_out *drop,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
