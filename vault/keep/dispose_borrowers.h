/* Exhibits that borrow from one that is to be disposed of: they get their own bytes first. */
#ifndef EVX_KEEP_DISPOSE_BORROWERS_H
#define EVX_KEEP_DISPOSE_BORROWERS_H

#include "base/cancel.h"
#include "format/uuid.h"
#include "store/session.h"
#include "store/vault.h"

/* A pack of another exhibit that copies from the lender. */
struct evx_dispose_borrowed {
	char uuid[EVX_UUID_CAP];
	uint8_t hash[32];
};

/* Zero-initialise. */
struct evx_dispose_borrowers {
	struct evx_dispose_borrowed *at;
	size_t n;
};

/* Fills b anew with the packs of other exhibits of v that copy from exhibit lender. EVX_E_KEY when
 * a recipe cannot be opened, which might copy from it. */
enum evx_err evx_dispose_borrowers_find(struct evx_dispose_borrowers *b, const struct evx_vault *v,
	const char *lender, const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads every pack of b and, with a session, writes its bytes in place of its recipe and counts it
 * in *made; without one (NULL), only sees that this can be done. EVX_E_INTERRUPTED between two
 * packs. */
enum evx_err evx_dispose_borrowers_serve(const struct evx_dispose_borrowers *b,
	const struct evx_vault *v, const struct evx_session *s, uint64_t *made,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_dispose_borrowers_free(struct evx_dispose_borrowers *b);

#endif
