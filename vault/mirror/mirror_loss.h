/* What a mirror has, and its vault should have still (format-spec/shipment.md "Mirrors"). */
#ifndef EVX_MIRROR_MIRROR_LOSS_H
#define EVX_MIRROR_MIRROR_LOSS_H

#include "format/mirror_index.h"
#include "store/vault.h"

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
