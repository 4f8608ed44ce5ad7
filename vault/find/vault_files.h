/* File names looked for in the lists of contents of a vault's exhibits. Nothing of them is kept on
 * disk: each list is opened, and compared with its seal, when it is asked for. */
#ifndef EVX_FIND_VAULT_FILES_H
#define EVX_FIND_VAULT_FILES_H

#include "evx.h"
#include "open/vault_use.h"

struct evx_vault_files;

/* pattern: a path or pattern as of evx_list. u is loaded, its member opens the lists; it outlives
 * *out, which evx_vault_files_free frees. EVX_E_USAGE for a path that no list can hold. */
enum evx_err evx_vault_files_new(const char *pattern, const struct evx_vault_use *u,
	struct evx_vault_files **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_vault_files_free(struct evx_vault_files *f); /* NULL does nothing */
/* *is: the exhibit has a file of that name; files, nfiles and more_files of info are those, up to
 * the next call. An exhibit whose list no key at hand opens, or whose list is not as its seal says,
 * has none, and is counted as closed. */
enum evx_err evx_vault_files_look(struct evx_vault_files *f, struct evx_vault_exhibit_info *info,
	bool *is, const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
uint64_t evx_vault_files_closed(const struct evx_vault_files *f);

#endif
