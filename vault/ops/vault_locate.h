/* Which exhibit of a vault a text means, as far as names and hashes tell it: nothing is parsed. */
#ifndef EVX_OPS_VAULT_LOCATE_H
#define EVX_OPS_VAULT_LOCATE_H

#include "store/vault.h"

/* The UUID of the only exhibit that text means: its UUID or the beginning of one (four characters or more), its seal code or the beginning of one (eight or
 * more, '-' not counted). EVX_E_NOT_FOUND; EVX_E_USAGE with the candidates when there are several. */
enum evx_err evx_vault_locate_name(const struct evx_vault *v, const char *text, char uuid[EVX_UUID_CAP], struct evx_diag *diag) EVX_MUST_CHECK;

#endif
