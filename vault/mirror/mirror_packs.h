/* The packs of a vault, put on the remote of its mirror. */
#ifndef EVX_MIRROR_MIRROR_PACKS_H
#define EVX_MIRROR_MIRROR_PACKS_H

#include "format/mirror_index.h"
#include "ship/uploads.h"

struct evx_mirror_packs_moved {
	size_t there, sent; /* packs that were there; packs put just now */
	uint64_t there_bytes, sent_bytes;
};
/* Puts the packs of index that are not on the remote, each once; they stand below the vault, which
 * is the remote's place. *packs, which may hold an earlier run's, is the caller's to free; there is
 * set anew, sent grows. EVX_E_FORGED when a pack of the vault is damaged, EVX_E_IO and the like. */
enum evx_err evx_mirror_packs_put(const struct evx_mirror_index *index, unsigned place,
	const struct evx_uploads_with *with, struct evx_uploads *packs,
	struct evx_mirror_packs_moved *moved, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
