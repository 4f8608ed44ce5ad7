/* What this machine remembers of a mirror: the newest note, and what the vault had then
 * (format-spec/shipment.md "What a machine remembers"). */
#ifndef EVX_MIRROR_MIRROR_MEMORY_H
#define EVX_MIRROR_MIRROR_MEMORY_H

#include "format/mirror_index.h"
#include "mirror/mirror_notes.h"

struct evx_mirror_memory {
	uint32_t number; /* 0: nothing is remembered */
	uint8_t note[32];
	uint8_t keys[32]; /* SHA-256 of the keys that it is for; zeros: not known */
	struct evx_mirror_index index;
};
void evx_mirror_memory_free(struct evx_mirror_memory *m);

/* Reads what is remembered of mirror mid on remote id; nothing is an empty memory. next: what
 * stands ready for a note that was being put. EVX_E_CORRUPT and the like for a damaged file. */
enum evx_err evx_mirror_memory_read(const struct evx_lanes *l, const char *id, const char *mid,
	bool next, struct evx_mirror_memory *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes it, in one step. */
enum evx_err evx_mirror_memory_write(const struct evx_lanes *l, const char *id, const char *mid,
	bool next, const struct evx_mirror_memory *m, struct evx_diag *diag) EVX_MUST_CHECK;
/* Another machine mirrored, and this one took in what it read and judged: remembers the newest of
 * the notes, whose index this is, unless before has a newer one. For which keys it is stays
 * unknown. Waits for the lock of the lanes. */
enum evx_err evx_mirror_memory_advance(struct evx_lanes *l, const char *id, const char *mid,
	const struct evx_mirror_memory *before, const struct evx_mirror_notes *notes,
	const struct evx_mirror_index *index, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The note that stood ready is on the remote, or (false) it is not and will not be. */
enum evx_err evx_mirror_memory_settle(const struct evx_lanes *l, const char *id, const char *mid,
	bool there, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
