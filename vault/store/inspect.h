/* A vault looked through for what is wrong with it beside its exhibits (format-spec/vault.md
 * "Checking"): its log and inventory lists, its members' files, names that do not belong there,
 * what interrupted work left. Needs no key. */
#ifndef EVX_STORE_INSPECT_H
#define EVX_STORE_INSPECT_H

#include "custody/finding.h"
#include "store/heads.h"
#include "store/vault.h"

/* Adds what is found to findings, codes V-…; `where` is relative to the vault. v is loaded; seen is
 * what was seen of its exhibits; a log that is not sound is one of the findings. EVX_E_MEMORY,
 * EVX_E_IO. */
enum evx_err evx_inspect_vault(const struct evx_vault *v, const struct evx_heads *seen,
	struct evx_findings *findings, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
