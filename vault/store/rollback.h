/* A vault that was put back from a backup, and a member who answers for that (format-spec/vault.md
 * "Set back"). */
#ifndef EVX_STORE_ROLLBACK_H
#define EVX_STORE_ROLLBACK_H

#include "custody/finding.h"
#include "store/vault.h"

/* How many entries of the log this machine has seen; 0 where it never accepted the founder, so that
 * nothing was set back for it. v is loaded. */
uint32_t evx_rollback_seen(const struct evx_vault *v);
/* True when the log does not go on from where this machine saw it, and nothing else is wrong. */
bool evx_rollback_is(const struct evx_vault *v);
/* Signs that the vault was set back: what this machine saw of the log, and list, lines of an
 * inventory list for exhibits exhibits that it saw otherwise. From then on the log counts as it is
 * here. reason NULL: none. *sequence is the number of the entry. EVX_E_FORGED for a vault that was
 * not set back but exchanged; EVX_E_CUSTODY for who is no member, or where evx_rollback_seen is 0;
 * else as evx_vault_lock. */
enum evx_err evx_rollback_sign(struct evx_vault *v, const struct evx_buf *list, uint32_t exhibits,
	const char *reason, const struct evx_signer *signer, int64_t now, uint32_t *sequence,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* True when name is NNNNNNNN-rollback.list of an entry of the log. */
bool evx_rollback_has(const struct evx_vault *v, const char *name);
/* V-ROLLBACK for each such entry of the log: a remark; broken where its list is not there as it was
 * signed. EVX_E_MEMORY. */
enum evx_err evx_rollback_tell(const struct evx_vault *v, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
