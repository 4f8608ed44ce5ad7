/* Recipes of a vault, read with its custody identities; and where there are any
 * (format-spec/vault.md "Borrowed packs"). */
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
/* *any tells whether a recipe stands in the directory of exhibit uuid. Looks at names only.
 * EVX_E_NOT_FOUND when there is no such exhibit. */
enum evx_err evx_recipes_any(const struct evx_vault *v, const char *uuid, bool *any,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
