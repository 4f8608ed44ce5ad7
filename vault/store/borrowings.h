/* Who borrows from whom: the recipes of a vault, one by one (format-spec/vault.md "Borrowed
 * packs"). */
#ifndef EVX_STORE_BORROWINGS_H
#define EVX_STORE_BORROWINGS_H

#include "base/cancel.h"
#include "store/vault.h"

struct evx_borrowing {
	const char *borrower; /* exhibit that has the recipe … */
	const uint8_t *pack;  /* … in place of the pack of this hash (32 bytes) */
	const char *lender;   /* exhibit or remnant that it copies from … */
	const uint8_t *lent;  /* … and from which pack (32 bytes) */
};

struct evx_borrowings_visitor {
	/* Each pack that a recipe copies from; one may come several times. */
	enum evx_err (*lends)(void *ctx, const struct evx_borrowing *b);
	/* A recipe that cannot be opened, or read. NULL: they are passed over. */
	enum evx_err (*closed)(
		void *ctx, const char *borrower, const uint8_t pack[32], enum evx_err why);
	void *ctx;
};

/* Visits the recipes of exhibit uuid (NULL: of all) that stand in place of a pack. v must be open
 * to read any. A visitor's failure ends it. EVX_E_NOT_FOUND, EVX_E_IO, EVX_E_INTERRUPTED. */
enum evx_err evx_borrowings_visit(const struct evx_vault *v, const char *uuid,
	const struct evx_borrowings_visitor *visitor, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
