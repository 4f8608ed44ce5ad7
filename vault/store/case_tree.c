/* Cases found by their ids, and where merges file them. */
#include "store/case_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "format/limits.h"

void evx_case_tree_free(struct evx_case_tree *t)
{
	free(t->at);
	*t = (struct evx_case_tree){ NULL, 0 };
}

/* The place of the case, and where its link is, or would be: NULL for that of the first. */
static uint32_t look(
	const struct evx_case_tree *t, const char *id, const uint8_t bits[16], uint32_t **link)
{
	uint32_t i = t->n > 0 ? 0 : EVX_NO_CASE;

	*link = NULL;
	/* Two ids differ in a bit, so this ends before bit 128 is asked for. */
	for (unsigned depth = 0; i != EVX_NO_CASE && strcmp(t->at[i].id, id) != 0 && depth < 128;
		depth++) {
		*link = &t->at[i].child[bits[depth / 8] >> (7 - depth % 8) & 1];
		i = **link;
	}
	return i;
}

uint32_t evx_case_tree_find(const struct evx_case_tree *t, const char *id)
{
	uint8_t bits[16];
	uint32_t *link;

	return evx_uuid_bytes(id, strlen(id), bits) ? look(t, id, bits, &link) : EVX_NO_CASE;
}

enum evx_err evx_case_tree_add(struct evx_case_tree *t, const char *id)
{
	uint8_t bits[16];
	uint32_t *link;

	if (!evx_uuid_bytes(id, strlen(id), bits))
		return EVX_E_USAGE;
	if (t->n >= EVX_VAULT_ENTRIES_MAX || EVX_ARRAY_ROOM(t->at, t->n, 1) != EVX_OK)
		return EVX_E_MEMORY;
	if (look(t, id, bits, &link) != EVX_NO_CASE)
		return EVX_E_EXISTS;
	t->at[t->n] = (struct evx_case_node){
		.child = { EVX_NO_CASE, EVX_NO_CASE }, .up = t->n, .size = 1, .filed = t->n
	};
	memcpy(t->at[t->n].id, id, EVX_UUID_CAP);
	if (link != NULL)
		*link = t->n;
	t->n++;
	return EVX_OK;
}

/* Merged ones are linked smaller below larger, so that no way up is longer than the logarithm of
 * their number. */
static uint32_t top(const struct evx_case_tree *t, uint32_t i)
{
	while (t->at[i].up != i)
		i = t->at[i].up;
	return i;
}

uint32_t evx_case_tree_filed(const struct evx_case_tree *t, uint32_t i)
{
	return t->at[top(t, i)].filed;
}

bool evx_case_tree_merge(struct evx_case_tree *t, uint32_t from, uint32_t into)
{
	const uint32_t a = top(t, from), b = top(t, into);
	const uint32_t filed = t->at[b].filed, larger = t->at[a].size > t->at[b].size ? a : b,
		       smaller = larger == a ? b : a;

	if (a == b)
		return false;
	t->at[smaller].up = larger;
	t->at[larger].size += t->at[smaller].size;
	t->at[larger].filed = filed;
	return true;
}
