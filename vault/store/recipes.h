/* Recipes of a vault, read with its custody identities or with an exhibit's own; and where there
 * are any (format-spec/vault.md "Borrowed packs"). */
#ifndef EVX_STORE_RECIPES_H
#define EVX_STORE_RECIPES_H

#include "bundle/recipe_read.h"
#include "store/vault.h"

#define EVX_RECIPE_FILE_MAX \
	(EVX_RECIPE_MAX + 65536u) /* bytes of a recipe's age file that are read, and more than it \
				     can have */

/* How recipes of v are read, for evx_bundle_set_recipes: with all custody identities that are open
 * (EVX_E_KEY without the right one), from the packs of its exhibits and remnants. v must outlive it
 * and stay as it is meanwhile. */
struct evx_recipe_reader evx_recipes_reader(const struct evx_vault *v);

/* What opens the recipes of one exhibit: the identities of v, and those that a reader of the
 * exhibit gets from its key files. Zero-initialise. */
struct evx_recipes_keys {
	const struct evx_vault *vault;
	struct evx_secret **own;
	size_t n;
};
/* Opens the key files of exhibit uuid with the reader's identity (NULL: none), as far as they open;
 * none of them is compared with the chain, because the bytes of a pack prove themselves. Looks at
 * them only where the exhibit has recipes. v must outlive *out. EVX_E_MEMORY only. */
enum evx_err evx_recipes_keys_open(const struct evx_vault *v, const char *uuid,
	const struct evx_secret *reader, struct evx_recipes_keys *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_recipes_keys_free(struct evx_recipes_keys *keys); /* zeroes; NULL does nothing */
/* As evx_recipes_reader, with all that keys has. keys must outlive it. */
struct evx_recipe_reader evx_recipes_reader_of(const struct evx_recipes_keys *keys);

/* *any tells whether a recipe stands in the directory of exhibit uuid. Looks at names only.
 * EVX_E_NOT_FOUND when there is no such exhibit. */
enum evx_err evx_recipes_any(const struct evx_vault *v, const char *uuid, bool *any,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
