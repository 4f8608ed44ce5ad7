/* Files and directories of the identity home, one identity at a time (inner header of custody/). */
#ifndef EVX_CUSTODY_IDENTITY_FILES_H
#define EVX_CUSTODY_IDENTITY_FILES_H

#include "custody/identity.h"

/* What stands in an identity's directory, as it stands there. */
struct evx_identity_files {
	enum evx_identity_kind kind;
	struct evx_buf card;
	struct evx_buf encryption, signing; /* empty for EVX_IDENTITY_CARD_ONLY */
	bool in_agent;                      /* signing is the text that names a key in an agent */
};

void evx_identity_files_free(struct evx_identity_files *f);

/* Reads the files of an identity. EVX_E_NOT_FOUND; EVX_E_KEY when a secret can be read by others;
 * EVX_E_CORRUPT when only one of the two secrets is there, or one in two forms. */
enum evx_err evx_identity_files_read(int home, const char *name, struct evx_identity_files *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The directory of identities, open and locked for a change, made when it is not there; what an
 * interrupted change left is swept. EVX_E_LOCKED and
 * EVX_E_INTERRUPTED as evx_lock_open. Closing it releases the lock. */
enum evx_err evx_identity_files_lock(int home, int *dir, struct evx_diag *diag) EVX_MUST_CHECK;
/* Puts an identity into the locked directory in one step: a new one (EVX_E_EXISTS when the name is
 * taken), or, when replace, in place of the one there. */
enum evx_err evx_identity_files_write(int dir, const char *name,
	const struct evx_identity_files *files, bool replace, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
