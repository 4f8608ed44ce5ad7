/* Who can open an exhibit, as the details of its seal and of its rewraps tell (format-spec/vault.md
 * "Readers that stay"). This is the word of those who signed them: it is told to people, and no key
 * file is ever made from it. */
#ifndef EVX_EVENTS_RECIPIENTS_H
#define EVX_EVENTS_RECIPIENTS_H

#include "open/exhibit.h"
#include "people/readers.h"

struct evx_recipients {
	struct evx_reader *at;
	uint32_t *since; /* event whose details name it first in that tier */
	size_t n;
};

/* Reads them from the details of the seal and of the rewraps in the rightful part of the chain; the
 * keys of ex must be open. Each key is there once, with the higher of the tiers that are claimed
 * for it. Where the exhibit stands in a vault that is open, its identities are named as the log
 * says. EVX_E_KEY when the details of one of these events do not open. *out is to be freed in any
 * case. */
enum evx_err evx_recipients_gather(
	struct evx_exhibit *ex, struct evx_recipients *out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_recipients_free(struct evx_recipients *r);

#endif
