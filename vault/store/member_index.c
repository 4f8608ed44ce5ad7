/* Members found by their keys, in two sorted lists. */
#include "store/member_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"

typedef int order_fn(const struct evx_vault_member *m, const void *key);

static int by_key(const struct evx_vault_member *m, const void *key)
{
	return strcmp(m->signing, key);
}

static int by_hash(const struct evx_vault_member *m, const void *key)
{
	return evx_hash_order(m->hash, key);
}

/* Where in the list the first member stands who does not come before the key. */
static size_t place(const size_t *list, size_t n, const struct evx_vault_member *members,
	order_fn *order, const void *key)
{
	size_t low = 0, high = n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (order(&members[list[middle]], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t find(const size_t *list, size_t n, const struct evx_vault_member *members,
	order_fn *order, const void *key)
{
	const size_t at = place(list, n, members, order, key);

	return at < n && order(&members[list[at]], key) == 0 ? list[at] : EVX_NO_MEMBER;
}

static void put(size_t *list, size_t n, size_t at, size_t i)
{
	memmove(list + at + 1, list + at, (n - at) * sizeof(*list));
	list[at] = i;
}

static void take(size_t *list, size_t n, size_t at)
{
	memmove(list + at, list + at + 1, (n - at - 1) * sizeof(*list));
}

void evx_member_index_free(struct evx_member_index *x)
{
	free(x->by_key);
	free(x->by_hash);
	*x = (struct evx_member_index){ NULL, NULL, 0 };
}

size_t evx_member_index_key(const struct evx_member_index *x,
	const struct evx_vault_member *members, const char *signing)
{
	return find(x->by_key, x->n, members, by_key, signing);
}

size_t evx_member_index_hash(const struct evx_member_index *x,
	const struct evx_vault_member *members, const uint8_t hash[32])
{
	return find(x->by_hash, x->n, members, by_hash, hash);
}

enum evx_err evx_member_index_add(
	struct evx_member_index *x, const struct evx_vault_member *members, size_t i)
{
	const struct evx_vault_member *m = &members[i];

	if (EVX_ARRAY_ROOM(x->by_key, x->n, 1) != EVX_OK ||
		EVX_ARRAY_ROOM(x->by_hash, x->n, 1) != EVX_OK)
		return EVX_E_MEMORY;
	put(x->by_key, x->n, place(x->by_key, x->n, members, by_key, m->signing), i);
	put(x->by_hash, x->n, place(x->by_hash, x->n, members, by_hash, m->hash), i);
	x->n++;
	return EVX_OK;
}

void evx_member_index_remove(
	struct evx_member_index *x, const struct evx_vault_member *members, size_t i)
{
	const struct evx_vault_member *m = &members[i];

	if (evx_member_index_key(x, members, m->signing) != i ||
		evx_member_index_hash(x, members, m->hash) != i)
		return;
	take(x->by_key, x->n, place(x->by_key, x->n, members, by_key, m->signing));
	take(x->by_hash, x->n, place(x->by_hash, x->n, members, by_hash, m->hash));
	x->n--;
}
