/* What of a vault a mirror has: every file and pack, as they stand there now. */
#ifndef EVX_MIRROR_MIRROR_WALK_H
#define EVX_MIRROR_MIRROR_WALK_H

#include "format/mirror_index.h"
#include "store/vault.h"

/* Reads v, which is loaded: its log as far as it was loaded, and everything else. Files are read
 * and hashed, packs are not. *out is the caller's to free. EVX_E_CORRUPT for a link or device. */
enum evx_err evx_mirror_walk(const struct evx_vault *v, const struct evx_cancel *cancel,
	struct evx_mirror_index *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends the bytes of the vault's file at path (evx_mirror_index_path) to out. */
enum evx_err evx_mirror_walk_read(const struct evx_vault *v, const char *path, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
