/* How two chains relate, and where copies may part. */
#include "custody/chain_compare.h"

#include <string.h>

#include "base/hash_equal.h"

static const struct evx_event *event_at(const struct evx_chain_result *c, size_t number)
{
	return number < c->n && c->at[number].decoded ? &c->at[number].event : NULL;
}

static bool same_event(const struct evx_chain_event *a, const struct evx_chain_event *b)
{
	return a->has_hash && b->has_hash && evx_hash_equal(a->hash, b->hash);
}

static enum evx_chain_relation of_different_seals(
	const struct evx_chain_result *a, const struct evx_chain_result *b)
{
	const struct evx_event *seal_a = event_at(a, 0), *seal_b = event_at(b, 0);

	if (seal_a == NULL || seal_b == NULL || !a->has_exhibit || !b->has_exhibit)
		return EVX_CHAINS_UNKNOWN;
	return strcmp(seal_a->uuid, seal_b->uuid) == 0 ? EVX_CHAINS_TWO_SEALS : EVX_CHAINS_OTHER;
}

struct evx_chain_comparison evx_chain_compare(
	const struct evx_chain_result *a, const struct evx_chain_result *b)
{
	struct evx_chain_comparison c = { EVX_CHAINS_SAME, 0 };

	while (c.common < a->n && c.common < b->n && same_event(&a->at[c.common], &b->at[c.common]))
		c.common++;
	if (c.common == 0) {
		c.relation = of_different_seals(a, b);
	} else if (c.common < a->n && c.common < b->n) {
		c.relation = EVX_CHAINS_FORKED;
	} else if (a->n != b->n) {
		c.relation = a->n > b->n ? EVX_CHAINS_LONGER : EVX_CHAINS_SHORTER;
	}
	return c;
}

/* True when the event whose hash is given stands at place number. */
static bool stands_at(const struct evx_chain_result *c, size_t number, const uint8_t hash[32])
{
	return number < c->n && c->at[number].has_hash && evx_hash_equal(c->at[number].hash, hash);
}

enum evx_receipt_relation evx_chain_compare_receipt(const struct evx_chain_result *c,
	const char *uuid, const struct evx_event *event, const uint8_t hash[32])
{
	const size_t number = event->sequence;

	if (!c->has_exhibit || !evx_hash_equal(event->exhibit, c->exhibit))
		return strcmp(event->uuid, uuid) == 0 ? EVX_RECEIPT_TWO_SEALS : EVX_RECEIPT_OTHER;
	if (strcmp(event->uuid, uuid) != 0)
		return EVX_RECEIPT_OTHER; /* it names our seal, and is for no place of our chain */
	if (stands_at(c, number, hash))
		return EVX_RECEIPT_HERE;
	if (number > 0 && stands_at(c, number - 1, event->previous))
		return number == c->n ? EVX_RECEIPT_NEXT : EVX_RECEIPT_FORKED;
	return number <= c->n ? EVX_RECEIPT_PARTED : EVX_RECEIPT_LATER; /* what it follows is not
									   here, or another */
}

const char *evx_chain_relation_name(enum evx_chain_relation relation)
{
	static const char *const names[] = { "same", "longer", "shorter", "forked", "two seals",
		"other", "unknown" };

	return names[relation];
}
