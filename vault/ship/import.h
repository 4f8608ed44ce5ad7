/* An import in the middle of another operation, whose process is confined already. */
#ifndef EVX_SHIP_IMPORT_H
#define EVX_SHIP_IMPORT_H

#include "bundle/bundle.h"
#include "custody/rules.h"
#include "open/vault_use.h"

struct evx_import_into {
	struct evx_vault_use *use; /* loaded, its door passed to write */
	const struct evx_rules_roster *rules;
	const struct evx_import_options *opt; /* vault, bundle, as and confine are not read */
	const char *seal_hash;                /* that the bundle must have; NULL: any */
	struct evx_progress *progress;
	const struct evx_cancel *cancel;
};
/* As evx_import, of a bundle that is open and not loaded yet, and stays the caller's. EVX_E_FORGED,
 * and nothing was taken, where it has another seal. */
enum evx_err evx_import_opened(const struct evx_import_into *into, struct evx_bundle *bundle,
	struct evx_import_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
