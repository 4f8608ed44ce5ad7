/* Sealing into a vault: the case, the readers that come with the vault, the session in which the
 * exhibit is made, and its commit. */
#ifndef EVX_SEAL_SEAL_VAULT_H
#define EVX_SEAL_SEAL_VAULT_H

#include "open/vault_use.h"
#include "seal/seal_run.h"
#include "store/session.h"

struct evx_seal_vault {
	struct evx_vault_use use; /* without an identity: that is the run's */
	bool member;
	char case_id[EVX_UUID_CAP]; /* "" until a new one is made */
	char *label;                /* of the case, for the details; NULL: as named */
	struct evx_reader *readers; /* who can open it beside those named */
	size_t nreaders;
	struct evx_session *session;
	struct evx_seal_borrow *borrow; /* NULL: nothing is borrowed, and no chunk is remembered */
};

enum evx_err evx_seal_vault_open(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_seal_vault_rules(const struct evx_seal_run *run, struct evx_confine_dir *dirs, size_t *n);
/* After confinement, before the readers are gathered: the log verified, the case found,
 * run->vault->readers. */
enum evx_err evx_seal_vault_load(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_seal_vault_begin(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;
/* Once the exhibit has its keys: leaves in the session what tells later that a content member
 * sealed here. */
enum evx_err evx_seal_vault_origin(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_seal_vault_publish(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether the directory of these numbers is the one being written, so that a walk can leave it out.
 */
bool evx_seal_vault_is(const struct evx_seal_vault *v, uint64_t dev, uint64_t ino);
void evx_seal_vault_free(struct evx_seal_vault *v); /* NULL does nothing */

#endif
