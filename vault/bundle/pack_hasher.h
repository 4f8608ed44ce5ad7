/* Hashes packs in several threads and compares them with their names. Internal to vault/bundle. */
#ifndef EVX_BUNDLE_PACK_HASHER_H
#define EVX_BUNDLE_PACK_HASHER_H

#include "base/cancel.h"
#include "bundle/bundle_inner.h"

struct evx_pack_hasher;
struct evx_bundle_walk_packs;

/* b is only read from through its volume or directory. jobs threads start now. Of packs (NULL
 * allowed) hashed is called. EVX_E_MEMORY, EVX_E_IO when no thread can start. */
enum evx_err evx_pack_hasher_new(const struct evx_bundle *b, unsigned jobs,
	const struct evx_bundle_walk_packs *packs, struct evx_progress *progress,
	const struct evx_cancel *cancel, struct evx_pack_hasher **out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Has pack number i read and hashed. May wait. EVX_E_MEMORY, EVX_E_INTERRUPTED. */
enum evx_err evx_pack_hasher_add(
	struct evx_pack_hasher *h, size_t i, const struct evx_bundle_pack *pack) EVX_MUST_CHECK;

struct evx_pack_buffer {
	size_t room;
	uint8_t bytes[];
};
/* For a pipe: a buffer with room for a pack of this length (NULL when cancelled or out of memory);
 * evx_pack_hasher_give then has it hashed, or evx_pack_hasher_return puts it back. May wait for one
 * to become free. */
struct evx_pack_buffer *evx_pack_hasher_buffer(struct evx_pack_hasher *h, size_t length);
enum evx_err evx_pack_hasher_give(struct evx_pack_hasher *h, size_t i,
	const struct evx_bundle_pack *pack, struct evx_pack_buffer *buffer) EVX_MUST_CHECK;
void evx_pack_hasher_return(struct evx_pack_hasher *h, struct evx_pack_buffer *buffer);

struct evx_pack_fault {
	size_t pack;
	enum evx_err err; /* EVX_E_FORGED: wrong hash; EVX_E_TRUNCATED; else why it could not be
			     read */
	char text[160];
};

/* Waits for all; *faults, in pack order, is valid until evx_pack_hasher_free. EVX_E_INTERRUPTED,
 * EVX_E_MEMORY. */
enum evx_err evx_pack_hasher_finish(struct evx_pack_hasher *h, const struct evx_pack_fault **faults,
	size_t *count) EVX_MUST_CHECK;
/* Stops the threads, finished or not. NULL does nothing. */
void evx_pack_hasher_free(struct evx_pack_hasher *h);

#endif
