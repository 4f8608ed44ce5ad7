/* A pack of an exhibit put in its place: over a damaged or missing one, or for a recipe
 * (format-spec/vault.md "Order of writes"). */
#ifndef EVX_STORE_PACKS_H
#define EVX_STORE_PACKS_H

#include "store/session.h"

/* Reads the pack of this hash of exhibit uuid into p (EVX_PACK_LEN bytes), from its file or by its
 * recipe, and compares it with its name: EVX_E_FORGED. *n is its length, *recipe tells where it
 * stands. EVX_E_NOT_FOUND; EVX_E_KEY where v does not open the recipe. */
enum evx_err evx_packs_get(const struct evx_vault *v, const char *uuid, const uint8_t hash[32],
	uint8_t *p, size_t *n, bool *recipe, struct evx_diag *diag) EVX_MUST_CHECK;
/* Compares the n bytes at p with hash (EVX_E_FORGED), makes them durable in the session, and gives
 * them the pack's name in exhibit uuid in one step; a recipe in its place is removed after that.
 * Nothing is ever written into a file that is there. */
enum evx_err evx_packs_put(const struct evx_vault *v, const struct evx_session *s, const char *uuid,
	const uint8_t hash[32], const void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
