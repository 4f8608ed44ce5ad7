/* The packs, recipes and key files of an exhibit that is disposed of. */
#ifndef EVX_KEEP_DISPOSE_FILES_H
#define EVX_KEEP_DISPOSE_FILES_H

#include "store/vault.h"

/* Adds to *files and *bytes how many such files there are in folder ("data" or "keys") of exhibit
 * uuid, and how long they are. A folder that is not there has none. */
enum evx_err evx_dispose_files_count(const struct evx_vault *v, const char *uuid,
	const char *folder, uint64_t *files, uint64_t *bytes, struct evx_diag *diag) EVX_MUST_CHECK;
/* Removes them, durably, and adds to *removed how many; after an error, too. */
enum evx_err evx_dispose_files_remove(const struct evx_vault *v, const char *uuid,
	const char *folder, uint64_t *removed, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
