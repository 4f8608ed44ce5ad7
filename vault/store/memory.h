/* What a machine remembers of the vaults it used: where, whose, whether its user accepted the
 * founder, and how far the log went (format-spec/vault.md "Memory of a machine"). Internal to
 * vault/store but for what ops shows of it. */
#ifndef EVX_STORE_MEMORY_H
#define EVX_STORE_MEMORY_H

#include "base/cancel.h"
#include "crypto/sshsig.h"
#include "format/uuid.h"

#define EVX_MEMORY_PATH_CAP 4096

struct evx_vault_memory {
	char uuid[EVX_UUID_CAP];
	char path[EVX_MEMORY_PATH_CAP];    /* real path of its directory; "" when another vault was
					      made there */
	char founder[EVX_FINGERPRINT_CAP]; /* SHA256:… of entry 0's signer */
	bool accepted;    /* the user of this machine said that this is the founder */
	uint32_t entries; /* of the log that were seen, 1 or more … */
	uint8_t head[32]; /* … and the hash of the last of them */
};

/* True when both say the same. */
bool evx_memory_equal(const struct evx_vault_memory *a, const struct evx_vault_memory *b);
/* dir is the home's `vaults`. *there is false when nothing is remembered of vault uuid.
 * EVX_E_CORRUPT, EVX_E_IO. */
enum evx_err evx_memory_read(int dir, const char *uuid, struct evx_vault_memory *out, bool *there,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Replaces what is remembered of m->uuid, durably. The lock (evx_memory_lock) must be held. A place
 * that cannot be written is no failure. */
enum evx_err evx_memory_write(
	int dir, const struct evx_vault_memory *m, struct evx_diag *diag) EVX_MUST_CHECK;
/* The lock of dir; *fd -1 where the place cannot be written. Closing *fd ends it. As evx_lock_take.
 */
enum evx_err evx_memory_lock(
	int dir, const struct evx_cancel *cancel, int *fd, struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each with all that is remembered, in no order. */
enum evx_err evx_memory_each(int dir,
	enum evx_err (*each)(void *ctx, const struct evx_vault_memory *m), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Forgets a vault and its exhibits. EVX_E_NOT_FOUND. */
enum evx_err evx_memory_forget(int dir, const char *uuid, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
