/* Remnants: the packs of seals that were cut off, kept as lenders for the seal that is made anew
 * (format-spec/vault.md "Remnants"). */
#ifndef EVX_STORE_REMNANT_H
#define EVX_STORE_REMNANT_H

#include "base/cancel.h"
#include "content/lender.h"
#include "store/session.h"

/* Calls each with the UUID of every remnant of this case, in no order. */
enum evx_err evx_remnant_each(const struct evx_vault *v, const char *case_id,
	enum evx_err (*each)(void *ctx, const char *uuid), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* True when uuid is a remnant of this case. */
bool evx_remnant_of(const struct evx_vault *v, const char *uuid, const char *case_id);

/* What a content member's seal leaves in its session, so that what remains of it can be told from
 * what somebody else put there: made with the case's secret of epoch number, of the exhibit's UUID
 * and content identity. EVX_E_KEY when that is not open. */
enum evx_err evx_remnant_origin(const struct evx_vault *v, const char *case_id, uint32_t number,
	const char *uuid, const struct evx_secret *content, uint8_t origin[32],
	struct evx_diag *diag) EVX_MUST_CHECK;
struct evx_remnant_found {
	uint64_t packs, chunks, bytes; /* bytes: plain */
};
/* Finds the chunks in a remnant: opens its content identity with the vault's, puts its packs in
 * order by their frames (and writes that order down), opens every data frame of sequence 0 and
 * calls each with the chunk's id and where it is. Packs that are not what their name says are left
 * out, and what stands behind them. Whoever adds packs makes no more work than twice theirs: good
 * packs that are not found by then are left out, too. EVX_E_INTERRUPTED; EVX_E_KEY when the vault's
 * content identities do not open it; EVX_E_FORGED when no content member's seal made it. */
enum evx_err evx_remnant_scan(const struct evx_vault *v, const char *case_id, const char *uuid,
	enum evx_err (*each)(void *ctx, const uint8_t id[32], const struct evx_loan *loan),
	void *ctx, const struct evx_cancel *cancel, struct evx_remnant_found *found,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The packs of a remnant in their order, as evx_remnant_scan wrote it down; *hashes is the caller's
 * to free(). */
enum evx_err evx_remnant_packs(
	int dirfd, uint8_t (**hashes)[32], uint64_t *n, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
