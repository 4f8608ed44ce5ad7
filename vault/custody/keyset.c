/* Signing keys, each once, found by their text. */
#include "custody/keyset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "custody/key_order.h"

void evx_keyset_free(struct evx_keyset *set)
{
	if (set == NULL)
		return;
	free(set->at);
	free(set->sorted);
	memset(set, 0, sizeof(*set));
}

/* The first place in the order at which key may stand. */
static size_t place_of(const struct evx_keyset *set, const char *key, bool *there)
{
	size_t low = 0, high = set->n;

	*there = false;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = evx_key_order(set->at[set->sorted[middle]].key, key);

		if (order == 0)
			*there = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct evx_keyset_entry *evx_keyset_find(const struct evx_keyset *set, const char *key)
{
	bool there;
	const size_t i = place_of(set, key, &there);

	return there ? &set->at[set->sorted[i]] : NULL;
}

enum evx_err evx_keyset_add(struct evx_keyset *set, const char *key, uint32_t since)
{
	struct evx_keyset_entry *entry;
	bool there;
	const size_t i = place_of(set, key, &there);

	if (there)
		return EVX_OK;
	if (EVX_ARRAY_ROOM(set->sorted, set->n, 1) != EVX_OK ||
		(entry = EVX_ARRAY_ADD(set->at, set->n)) == NULL)
		return EVX_E_MEMORY;
	(void)snprintf(entry->key, sizeof(entry->key), "%s", key);
	entry->since = since;
	memmove(set->sorted + i + 1, set->sorted + i, (set->n - 1 - i) * sizeof(*set->sorted));
	set->sorted[i] = (uint32_t)(set->n - 1);
	return EVX_OK;
}

enum evx_err evx_keyset_copy(const struct evx_keyset *set, struct evx_keyset *out)
{
	memset(out, 0, sizeof(*out));
	if (EVX_ARRAY_ROOM(out->at, 0, set->n) != EVX_OK ||
		EVX_ARRAY_ROOM(out->sorted, 0, set->n) != EVX_OK)
		return EVX_E_MEMORY;
	if (set->n == 0)
		return EVX_OK;
	memcpy(out->at, set->at, set->n * sizeof(*out->at));
	memcpy(out->sorted, set->sorted, set->n * sizeof(*out->sorted));
	out->n = set->n;
	return EVX_OK;
}
