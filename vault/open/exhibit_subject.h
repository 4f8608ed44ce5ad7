/* What an exhibit is called: by its seal's details where the keys at hand open them, else by what
 * the seal says in public. */
#ifndef EVX_OPEN_EXHIBIT_SUBJECT_H
#define EVX_OPEN_EXHIBIT_SUBJECT_H

#include "open/exhibit.h"

/* Owned texts, NULL where nothing is known; hostile. */
struct evx_exhibit_subject {
	char *case_label, *exhibit_number, *description;
};

/* Fills out from the loaded exhibit, whose key files were tried before (ex->unlocked.keys); details
 * that do not open, or are not what the seal says, count as none. Fails for memory only. */
enum evx_err evx_exhibit_subject_read(const struct evx_exhibit *ex, struct evx_exhibit_subject *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Releases and zeroes. NULL does nothing. */
void evx_exhibit_subject_free(struct evx_exhibit_subject *s);

#endif
