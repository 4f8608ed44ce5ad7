/* The chunks that deduplication remembers. */
#include "content/lookback.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "crypto/secret.h"

#define BUCKETS 131072u

/* Chains through slots by index; ids are SHA-256, so their first bytes spread as well as any hash.
 * They are chosen by the content's author, who at worst makes chains long by finding many partial
 * collisions: a chain is searched for CHAIN_MAX steps only. */
#define CHAIN_MAX 64u

struct slot {
	struct evx_ref ref;
	uint32_t next; /* in the bucket's chain */
	bool used, placed;
};

struct evx_lookback {
	uint32_t bucket[BUCKETS];
	uint32_t next;   /* the slot that is filled next: the oldest one */
	uint32_t filled; /* slots ever filled: the first ones; the rest of the memory was never
			    touched */
	struct slot slots[EVX_LOOKBACK];
};

struct evx_lookback *evx_lookback_new(void)
{
	struct evx_lookback *t = calloc(1, sizeof(*t));

	if (t != NULL)
		memset(t->bucket, 0xff, sizeof(t->bucket));
	return t;
}

void evx_lookback_free(struct evx_lookback *t)
{
	if (t == NULL)
		return;
	evx_wipe(t, offsetof(struct evx_lookback, slots) + t->filled * sizeof(t->slots[0]));
	free(t);
}

static uint32_t *bucket_of(struct evx_lookback *t, const uint8_t id[32])
{
	return &t->bucket[evx_get_be32(id) % BUCKETS];
}

uint32_t evx_lookback_find(const struct evx_lookback *t, const uint8_t id[32])
{
	uint32_t i = t->bucket[evx_get_be32(id) % BUCKETS], steps = 0;

	while (i != EVX_LOOKBACK_NONE && steps++ < CHAIN_MAX) {
		if (evx_hash_equal(t->slots[i].ref.id, id))
			return i;
		i = t->slots[i].next;
	}
	return EVX_LOOKBACK_NONE;
}

static void unlink_slot(struct evx_lookback *t, uint32_t slot)
{
	uint32_t *link = bucket_of(t, t->slots[slot].ref.id);

	while (*link != slot)
		link = &t->slots[*link].next;
	*link = t->slots[slot].next;
}

uint32_t evx_lookback_add(struct evx_lookback *t, const uint8_t id[32])
{
	uint32_t slot = t->next, *bucket = bucket_of(t, id);
	struct slot *s = &t->slots[slot];

	if (s->used)
		unlink_slot(t, slot);
	memcpy(s->ref.id, id, 32);
	s->used = true;
	s->placed = false;
	s->next = *bucket;
	*bucket = slot;
	if (t->filled <= slot)
		t->filled = slot + 1;
	t->next = (slot + 1) % EVX_LOOKBACK;
	return slot;
}

void evx_lookback_place(struct evx_lookback *t, uint32_t slot, const struct evx_ref *ref)
{
	t->slots[slot].ref = *ref;
	t->slots[slot].placed = true;
}

bool evx_lookback_get(const struct evx_lookback *t, uint32_t slot, struct evx_ref *ref)
{
	if (!t->slots[slot].placed)
		return false;
	*ref = t->slots[slot].ref;
	return true;
}
