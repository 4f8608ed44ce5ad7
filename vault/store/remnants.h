/* Remnants: what interrupted seals left, kept while a recipe names it (format-spec/vault.md
 * "Remnants"). */
#ifndef EVX_STORE_REMNANTS_H
#define EVX_STORE_REMNANTS_H

#include "base/cancel.h"
#include "store/session.h"

/* Removes the remnants that no recipe names. EVX_E_KEY, and nothing is removed, when some recipe of
 * the vault cannot be opened; EVX_E_LOCKED when another process is at work (other than own, NULL
 * allowed), since it may be about to name one. */
enum evx_err evx_remnants_sweep(const struct evx_vault *v, const struct evx_session *own,
	const struct evx_cancel *cancel, uint64_t *removed, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
