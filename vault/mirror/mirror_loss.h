/* What a mirror has, and its vault should have still (format-spec/shipment.md "Mirrors"). */
#ifndef EVX_MIRROR_MIRROR_LOSS_H
#define EVX_MIRROR_MIRROR_LOSS_H

#include "mirror/mirror_memory.h"
#include "remote/spool.h"
#include "store/vault.h"

/* What the newest note says that the vault had: *before is the index of memory, or other, which is
 * the caller's to free; NULL where there is no note, or its parcel is not there as it was. */
enum evx_err evx_mirror_loss_before(const struct evx_mirror_notes_with *with,
	const struct evx_spool *spool, const struct evx_mirror_notes *notes,
	const struct evx_mirror_memory *memory, struct evx_mirror_index *other,
	const struct evx_mirror_index **before, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_mirror_loss {
	size_t n;          /* files and packs that are missing or changed, though none may be */
	const char *first; /* the path of the first; the earlier index's */
	size_t gone;       /* packs that are gone rightly: disposed of, or swept */
};
/* Compares what a vault had with what it has; v, whose log is loaded, says what was disposed of. */
void evx_mirror_loss_find(const struct evx_mirror_index *before, const struct evx_mirror_index *now,
	const struct evx_vault *v, struct evx_mirror_loss *out);
/* EVX_E_CUSTODY, with the first of them and what to do. */
enum evx_err evx_mirror_loss_refuse(
	const struct evx_mirror_loss *loss, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
