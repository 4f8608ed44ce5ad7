/* What only former states of a mirror need, removed from the remote (format-spec/shipment.md
 * "Pruning"). */
#ifndef EVX_MIRROR_MIRROR_PRUNE_H
#define EVX_MIRROR_MIRROR_PRUNE_H

#include "format/mirror_index.h"
#include "mirror/mirror_notes.h"
#include "remote/spool.h"

struct evx_mirror_prune_with {
	const struct evx_mirror_notes_with *notes;
	const struct evx_vault *vault;          /* its log says what was disposed of */
	const struct evx_mirror_notes *current; /* the newest note back to the last whole one */
	const struct evx_mirror_index *index;   /* of the newest note */
	const struct evx_spool *spool;
	int64_t before; /* states that were superseded before then, seconds since 1970 */
	int64_t now;
};
struct evx_mirror_pruned {
	uint64_t removed, bytes; /* objects */
	uint64_t held;           /* objects that the remote keeps until a date */
	uint64_t unread;         /* notes that this key does not open, or that are not as they were:
				    what they need was left */
	bool packs_left; /* packs of former states were left, as somebody else may need them */
};
/* Removes parcels, and packs of what was disposed of or swept. Notes stay. Nothing is removed that
 * the newest state needs, or a former one that was superseded later. Interrupted, the same call
 * goes on. EVX_E_FORGED, and nothing was removed, when the newest state is not whole. */
enum evx_err evx_mirror_prune(const struct evx_mirror_prune_with *with,
	struct evx_mirror_pruned *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
