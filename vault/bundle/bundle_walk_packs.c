/* The packs of a walk: booked and hashed as they come, or passed over where the seal says what they
 * are. */
#include <string.h>

#include "bundle/bundle_walk_inner.h"

static enum evx_err hash_from_pipe(
	struct evx_bundle_walk *w, size_t number, const struct evx_bundle_pack *pack)
{
	struct evx_pack_buffer *buffer = evx_pack_hasher_buffer(w->hasher, (size_t)pack->length);

	if (buffer == NULL)
		return evx_cancelled(w->opts->cancel) ? EVX_E_INTERRUPTED : EVX_E_MEMORY;
	if (!evx_bundle_walk_read(w, buffer->bytes, (size_t)pack->length)) {
		evx_pack_hasher_return(w->hasher, buffer);
		return EVX_OK;
	}
	return evx_pack_hasher_give(w->hasher, number, pack, buffer);
}

static bool is_wanted(const struct evx_bundle_walk *w, const struct evx_bundle_pack *pack)
{
	const struct evx_bundle_walk_packs *packs = w->opts->packs;

	return packs == NULL || packs->wants == NULL ||
		packs->wants(packs->ctx, w->b->packs_listed - 1, pack);
}

enum evx_err evx_bundle_walk_jump(struct evx_bundle_walk *w)
{
	const uint64_t n = evx_sequences_packs(w->jump), span = evx_sequences_span(w->jump, n);
	const struct evx_member_id id = { .kind = EVX_MEMBER_PACK };
	enum evx_order_verdict verdict;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_order_next(&w->order, &id, &verdict, &why);

	if (err == EVX_E_MEMORY)
		return err;
	if (err != EVX_OK)
		evx_bundle_walk_report(
			w, "D-ORDER", EVX_WALK_BAD, EVX_E_CORRUPT, "", w->at, "%s", why.text);
	w->b->packs_count = n;
	w->b->packs_at = w->ledger.offset;
	evx_ledger_note_packs(&w->ledger, n, span);
	return w->b->dir != NULL || evx_bundle_walk_skip(w, span) || w->lost ? EVX_OK :
									       EVX_E_INTERRUPTED;
}

enum evx_err evx_bundle_walk_jumped(struct evx_bundle_walk *w, const uint8_t hash[32])
{
	struct evx_bundle_pack p = { { 0 }, 0, evx_sequences_length(w->jump, w->b->packs_listed), 0,
		false, false };

	p.content = w->b->packs_at + evx_sequences_span(w->jump, w->b->packs_listed) +
		EVX_TAR_BLOCK;
	memcpy(p.hash, hash, sizeof(p.hash));
	return w->b->packs_listed < w->b->packs_count ? evx_bundle_add_pack(w->b, &p) : EVX_OK;
}

enum evx_err evx_bundle_walk_pack(struct evx_bundle_walk *w)
{
	struct evx_bundle_pack p = { { 0 }, 0, w->size, w->header + EVX_TAR_BLOCK, false,
		w->recipe };
	bool archive = w->b->dir == NULL;
	uint64_t left = UINT64_MAX;
	enum evx_err err;

	if (w->size == 0 || w->size > EVX_PACK_LEN)
		evx_bundle_walk_report(w, "D-PACK-LENGTH", EVX_WALK_BAD, EVX_E_CORRUPT, w->name,
			w->header, "pack length: expected 1 to %u, found %llu", EVX_PACK_LEN,
			(unsigned long long)w->size);
	/* Of a pack that the end of the file cuts off, what is there can still be read. */
	if (archive && w->b->form != EVX_BUNDLE_STREAM)
		left = evx_volume_size(w->b->volume) - w->at;
	if (left < p.length)
		p.length = left;
	memcpy(p.hash, w->id.hash, sizeof(p.hash));
	if (w->b->packs_count++ == 0)
		w->b->packs_at = w->header;
	err = evx_bundle_add_pack(w->b, &p);
	if (err != EVX_OK)
		return err;
	if (w->hasher == NULL || w->size == 0 || w->size > EVX_PACK_LEN || p.length < w->size ||
		!is_wanted(w, &p))
		return !archive || evx_bundle_walk_skip(w, w->size) || w->lost ? EVX_OK :
										 EVX_E_INTERRUPTED;
	if (w->b->form == EVX_BUNDLE_STREAM)
		return hash_from_pipe(w, w->b->packs_listed - 1, &p);
	if (archive)
		w->at += w->size;
	return evx_pack_hasher_add(w->hasher, w->b->packs_listed - 1, &p);
}
