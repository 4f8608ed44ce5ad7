/* New key files for an exhibit: who can open it from now on (format-spec/events.md "Rewrap"). */
#ifndef EVX_EVENTS_REWRAP_H
#define EVX_EVENTS_REWRAP_H

#include "open/exhibit.h"
#include "people/readers.h"

/* Zero-initialise. */
struct evx_rewrap {
	struct evx_inputs to, custody_to;
	struct evx_cards always; /* those that the home always adds: the caller fills it */
	struct evx_readers readers;
	struct evx_buf custody, content; /* the key files; content is empty where nobody but custody
					    readers was named */
	char custody_key[EVX_KEY_TEXT_CAP]; /* the new custody key, "" for none */
};

/* Its part of an operation's start (base/start.h): reads the cards that opt names. EVX_E_USAGE for
 * a rewrap without readers, and for readers of another event. */
void evx_rewrap_start(struct evx_start *s, struct evx_home *h, struct evx_rewrap *r,
	const struct evx_event_options *opt);
/* Opens the exhibit's keys with the signer's identity and makes the key files for all readers.
 * EVX_E_KEY when the identity does not have all that they must hold; EVX_E_INTERRUPTED when
 * opt->confirm says no. */
enum evx_err evx_rewrap_make(struct evx_rewrap *r, const struct evx_event_options *opt,
	const struct evx_identity *id, struct evx_exhibit *ex,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_rewrap_free(struct evx_rewrap *r);

#endif
