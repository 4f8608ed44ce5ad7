/* What an import adds to the chain of an exhibit that is in the vault already (format-spec/vault.md
 * "Import"). */
#ifndef EVX_SHIP_IMPORT_CHAIN_H
#define EVX_SHIP_IMPORT_CHAIN_H

#include "judge/claims.h"
#include "open/exhibit.h"
#include "store/heads.h"
#include "store/session.h"

/* Compares the chain of ex, a sound bundle, with that of the exhibit in v that has its UUID, and
 * adds what ex has and that has not: events and time-stamps that continue it, group by group as
 * they stand in ex; else, when the two part, its events as receipts. Fills act, vault_seal, events,
 * added, stamps, common, rightful and disposed of *result. claims are asked first. EVX_E_STRANGER;
 * EVX_E_NOT_FOUND when the vault has no such exhibit; EVX_E_LOCKED; EVX_E_CORRUPT when the vault's
 * own is not sound enough to be continued; EVX_E_FORGED when the longer chain contradicts heads,
 * what was seen of the exhibit before; EVX_E_INTERRUPTED when *cancel (NULL: never) says so, before
 * anything is added. */
enum evx_err evx_import_chain_join(const struct evx_vault *v, struct evx_exhibit *ex,
	const struct evx_rules_roster *rules, struct evx_claims *claims,
	const struct evx_heads *heads, const struct evx_cancel *cancel,
	struct evx_import_result *result, struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_E_FORGED where what was seen of exhibit uuid before contradicts chain. */
enum evx_err evx_import_chain_contradicted(const struct evx_vault *v, const struct evx_heads *heads,
	const char *uuid, const struct evx_chain_result *chain,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
