/* Branches: events of an exhibit's chain that other copies have, kept as receipts beside it
 * (format-spec/vault.md). */
#ifndef EVX_STORE_BRANCH_H
#define EVX_STORE_BRANCH_H

#include "store/session.h"

/* Keeps the n bytes at p, the receipt of the event with this hash, as branches/UUID/HASH.receipt:
 * made in session s, durable, named in one step. *made is false when it is kept already; other
 * bytes under that name give way. */
enum evx_err evx_branch_keep(const struct evx_vault *v, struct evx_session *s, const char *uuid,
	const uint8_t hash[32], const void *p, size_t n, bool *made,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each with the file name, HASH.receipt, of every receipt kept for the exhibit, in order of
 * names. None is no failure. */
enum evx_err evx_branch_each(const struct evx_vault *v, const char *uuid,
	enum evx_err (*each)(void *ctx, const char *name), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends the receipt of that file name to out. */
enum evx_err evx_branch_read(const struct evx_vault *v, const char *uuid, const char *name,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
