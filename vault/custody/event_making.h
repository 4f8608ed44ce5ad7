/* An event while it is made: what a seal and a later event have in common (inner header of
 * custody/). */
#ifndef EVX_CUSTODY_EVENT_MAKING_H
#define EVX_CUSTODY_EVENT_MAKING_H

#include "custody/event_build.h"

/* The keys that a part goes to, sorted as a file's stanzas are. */
struct evx_making_readers {
	const uint8_t (*at)[32];
	size_t n;
};

/* What a seal and a later event have in common while they are made. */
struct evx_making {
	struct evx_event *event;
	struct evx_details *details; /* NULL: none */
	const struct evx_event_attachment *attachments;
	size_t nattachments;
	struct evx_receipt draft;
	struct evx_diag *diag;
};

/* Whether the event can have what was given. EVX_E_USAGE, EVX_E_LIMIT. */
enum evx_err evx_making_check(const struct evx_making *m, size_t nsigners) EVX_MUST_CHECK;
/* The name of the event's member of this kind and number. */
enum evx_err evx_making_name(const struct evx_event *e, enum evx_member_kind kind, unsigned number,
	char name[EVX_MEMBER_NAME_CAP]) EVX_MUST_CHECK;
/* Encrypts a part to its readers, appends it to the draft, and its hash to the event. */
enum evx_err evx_making_part(struct evx_making *m, enum evx_member_kind kind, unsigned number,
	struct evx_making_readers to, const void *p, size_t n) EVX_MUST_CHECK;
/* The details, which name the attachments; the attachments. */
enum evx_err evx_making_details(struct evx_making *m, struct evx_making_readers to) EVX_MUST_CHECK;
enum evx_err evx_making_attachments(
	struct evx_making *m, struct evx_making_readers to) EVX_MUST_CHECK;

#endif
