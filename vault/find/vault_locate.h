/* Which exhibit of a vault a text means. */
#ifndef EVX_FIND_VAULT_LOCATE_H
#define EVX_FIND_VAULT_LOCATE_H

#include "store/catalog.h"
#include "store/vault.h"

/* The UUID of the only exhibit whose UUID is or begins with text (four characters or more), as far
 * as the names of directories tell it: nothing is parsed. EVX_E_NOT_FOUND; EVX_E_USAGE with the
 * candidates when there are several. */
enum evx_err evx_vault_locate_uuid(const struct evx_vault *v, const char *text,
	char uuid[EVX_UUID_CAP], struct evx_diag *diag) EVX_MUST_CHECK;

#endif
