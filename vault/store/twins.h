/* Exhibits in which a recipe stands beside the pack that it gives (format-spec/vault.md "Borrowed
 * packs": for a moment both are there). */
#ifndef EVX_STORE_TWINS_H
#define EVX_STORE_TWINS_H

#include "store/vault.h"

/* Calls each for every exhibit that has a recipe beside its pack, in order of UUID. Every exhibit's
 * directory of packs is read, by as many threads as there are processors; one that cannot be read
 * is passed over. EVX_E_MEMORY, EVX_E_INTERRUPTED, EVX_E_IO where the exhibits cannot be listed;
 * what each returns. Nothing is diagnosed. */
enum evx_err evx_twins_each(const struct evx_vault *v,
	enum evx_err (*each)(void *ctx, const char *uuid), void *ctx) EVX_MUST_CHECK;

#endif
