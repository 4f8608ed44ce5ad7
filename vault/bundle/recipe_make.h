/* The recipe of a pack of sequence 1 from the pieces that sealing made it of (format-spec/vault.md
 * "Borrowed packs"). */
#ifndef EVX_BUNDLE_RECIPE_MAKE_H
#define EVX_BUNDLE_RECIPE_MAKE_H

#include "content/lender.h"
#include "format/recipe.h"

/* Knows the packs of lenders. */
struct evx_recipe_maker {
	/* The pack that holds the byte at position of the lender's sequence, and its length.
	 * EVX_E_NOT_FOUND when it is not stored as bytes. */
	enum evx_err (*locate)(void *ctx, const uint8_t lender[16], uint32_t sequence,
		uint64_t position, uint8_t hash[32], uint32_t *length, struct evx_diag *diag);
	void *ctx;
};

/* Appends the plaintext of the recipe for the pack of n bytes at p, whose SHA-256 is hash and which
 * the pieces tile. EVX_E_NOT_FOUND as locate, EVX_E_LIMIT when it would pass a recipe's limits:
 * store the pack then. EVX_E_USAGE for pieces that do not tile it. */
enum evx_err evx_recipe_make(const struct evx_recipe_maker *m, const uint8_t hash[32],
	const uint8_t *p, size_t n, const struct evx_piece *pieces, size_t n_pieces,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
