/* The note of a mirror that is being put: an interruption leaves the state before, or this one, and
 * the machine finds out which (format-spec/shipment.md "Mirrors", Order). */
#ifndef EVX_MIRROR_MIRROR_COMMIT_H
#define EVX_MIRROR_MIRROR_COMMIT_H

#include "custody/signer.h"
#include "mirror/mirror_keys.h"
#include "mirror/mirror_memory.h"

/* A note that was being put when this machine was interrupted: what stood ready for it becomes the
 * memory when that note is there, unless another machine's that came behind it was read here since;
 * else it is dropped. The lanes are locked. */
enum evx_err evx_mirror_commit_settle(const struct evx_lanes *lanes,
	const struct evx_mirror_notes_with *with, struct evx_mirror_memory *memory,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Signs note, remembers what it says, puts it without replacing, and reads it back; hash is its
 * own. The lanes are locked. EVX_E_LOCKED when another note of that number is there; EVX_E_FORGED
 * when the remote does not keep it. */
enum evx_err evx_mirror_commit_put(const struct evx_lanes *lanes,
	const struct evx_mirror_notes_with *with, const struct evx_shipment_note *note,
	const struct evx_mirror_index *index, const struct evx_signer *signer,
	const struct evx_mirror_keys *keys, uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;

#endif
