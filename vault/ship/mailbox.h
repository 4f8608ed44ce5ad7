/* What inbox, receive and receipts share: a remote connected, somebody's notes on it read. */
#ifndef EVX_SHIP_MAILBOX_H
#define EVX_SHIP_MAILBOX_H

#include "people/known.h"
#include "remote/spool.h"
#include "ship/inbox.h"
#include "ship/note_out.h"

struct evx_mailbox {
	struct evx_home *home;
	const struct evx_remotes_entry *entry; /* NULL: no remote, so nothing is read */
	const struct evx_cancel *cancel;
	struct evx_lanes lanes;
	struct evx_spool spool; /* in `sent` of the home, which is the remote's place 0 */
	struct evx_remote *remote;
	struct evx_hand hand;
	struct evx_known known;
	struct evx_rules_roster rules;
	char id[EVX_SHIPMENT_ID_CAP];
	evx_sent_flaw_fn sent_flaw; /* set between start and read: told of what was sent before */
	void *sent_ctx;
	struct evx_inbox_with with;
	struct evx_inbox inbox;
};

/* Its part of an operation's start (base/start.h): connects first, then opens identity as. m stays
 * where it is. evx_mailbox_close in any case. */
void evx_mailbox_start(struct evx_start *s, struct evx_mailbox *m, struct evx_home *h,
	const struct evx_remotes_entry *entry, const struct evx_remotes_use *use, const char *as,
	const struct evx_passphrase *ask, const struct evx_cancel *cancel);
/* Once the process is confined: reads the home, the remote's name, and the notes. A remote over
 * which nobody has sent anything is empty. */
enum evx_err evx_mailbox_read(struct evx_mailbox *m, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_mailbox_close(struct evx_mailbox *m);

/* Who has the signing key of this fingerprint (hex): the names on a trusted card (*known), else the
 * fingerprint only. */
enum evx_err evx_mailbox_person(const struct evx_mailbox *m, const char *fingerprint, bool *known,
	struct evx_card_info *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* A note as it is shown; the texts are m's. */
enum evx_err evx_mailbox_show(const struct evx_mailbox *m, const struct evx_inbox_note *n,
	struct evx_incoming *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Makes a parcel of the receipts (n texts) and puts it, with a note that answers `about`, into the
 * lane to the owner of card. said: what becomes of `about`, EVX_SHIPMENT_ACCEPTED or _DECLINED. */
enum evx_err evx_mailbox_answer(struct evx_mailbox *m, const struct evx_card *to,
	const struct evx_inbox_note *about, enum evx_shipment_state said,
	const struct evx_buf *receipts, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether this machine put an answer to `about` already, and what it said. */
enum evx_err evx_mailbox_answered(struct evx_mailbox *m, const struct evx_inbox_note *about,
	bool *answered, enum evx_shipment_state *said, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
