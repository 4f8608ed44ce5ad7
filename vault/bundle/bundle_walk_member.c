/* One member of a walk: its order, its limit, its content, its place in the books. */
#include <string.h>

#include "base/hash_equal.h"
#include "bundle/bundle_walk_inner.h"

/* More members out of order than this are no damage any more, and the walk ends. */
#define MISPLACED_MAX 1000u

/* Whether the member at hand was seen before. */
static bool seen(const struct evx_bundle_walk *w)
{
	const struct evx_bundle *b = w->b;
	size_t i;

	if (w->id.kind == EVX_MEMBER_PACK) {
		for (i = 0; i < b->packs_listed; i++)
			if (evx_hash_equal(b->packs[i].hash, w->id.hash))
				return true;
		return false;
	}
	for (i = 0; i < b->count; i++)
		if (strcmp(b->slots[i].member.name, w->name) == 0)
			return true;
	return false;
}

enum evx_err evx_bundle_walk_member(struct evx_bundle_walk *w, bool *taken)
{
	enum evx_order_verdict verdict = EVX_ORDER_OK;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_order_next(&w->order, &w->id, &verdict, &why);
	uint64_t limit = evx_member_limit(w->id.kind);

	*taken = false;
	if (err == EVX_E_MEMORY)
		return err;
	if (verdict == EVX_ORDER_MISPLACED) {
		bool twice = seen(w);

		evx_bundle_walk_report(w, twice ? "D-DUPLICATE" : "D-ORDER", EVX_WALK_BAD,
			EVX_E_CORRUPT, w->name, w->header, "%s",
			twice ? "member: its name occurs twice" : why.text);
		if (++w->misplaced == MISPLACED_MAX) {
			evx_bundle_walk_report(w, "D-ORDER", EVX_WALK_BAD, EVX_E_LIMIT, w->name,
				w->header, "member order: gave up (limit %u)", MISPLACED_MAX);
			w->lost = true;
		}
		return EVX_OK;
	}
	if (verdict == EVX_ORDER_GAP)
		evx_bundle_walk_report(w, "D-ORDER", EVX_WALK_BAD, EVX_E_CORRUPT, w->name,
			w->header, "%s", why.text);
	if (w->size > limit && w->id.kind != EVX_MEMBER_PACK) {
		evx_bundle_walk_report(w, "D-HEADER", EVX_WALK_BAD, EVX_E_LIMIT, w->name, w->header,
			"member size: found %llu bytes (limit %llu)", (unsigned long long)w->size,
			(unsigned long long)limit);
	} else {
		*taken = true;
		err = evx_bundle_walk_content(w);
		if (err != EVX_OK || w->lost)
			return err;
	}
	w->ledger.offset = w->header;
	err = evx_ledger_note(&w->ledger, &w->id, w->size);
	if (err == EVX_OK && w->id.kind == EVX_MEMBER_INDEX) {
		w->whole_count = w->b->count;
		w->whole_groups = w->order.group + 1;
		if (w->group_end == 0)
			w->group_end = w->header + EVX_TAR_BLOCK +
				(w->size + EVX_TAR_BLOCK - 1) / EVX_TAR_BLOCK * EVX_TAR_BLOCK;
	}
	return err;
}
