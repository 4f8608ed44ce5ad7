/* Nodes of a stream as its frames are placed. */
#include "content/tree_write.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"

void evx_tree_plan_add(struct evx_tree_plan *p)
{
	p->count[0]++;
}

int evx_tree_plan_full(const struct evx_tree_plan *p)
{
	for (int i = 0; i < (int)EVX_TREE_LEVELS_MAX; i++)
		if (p->count[i] == EVX_NODE_REFS_MAX)
			return i;
	return -1;
}

int evx_tree_plan_last(const struct evx_tree_plan *p)
{
	int top = -1, bottom = -1;

	for (int i = 0; i <= (int)EVX_TREE_LEVELS_MAX; i++)
		if (p->count[i] > 0) {
			bottom = bottom < 0 ? i : bottom;
			top = i;
		}
	return top > 0 && bottom == top && p->count[top] == 1 ? -1 : bottom;
}

void evx_tree_plan_node(struct evx_tree_plan *p, unsigned level)
{
	p->count[level] = 0;
	p->count[level + 1]++;
}

void evx_tree_init(struct evx_tree *t, uint8_t stream)
{
	memset(t, 0, sizeof(*t));
	t->stream = stream;
}

void evx_tree_free(struct evx_tree *t)
{
	for (size_t i = 0; i <= EVX_TREE_LEVELS_MAX; i++)
		if (t->level[i].refs != NULL) {
			evx_wipe(t->level[i].refs, EVX_NODE_REFS_MAX * sizeof(*t->level[i].refs));
			free(t->level[i].refs);
			t->level[i].refs = NULL;
		}
}

enum evx_err evx_tree_add(struct evx_tree *t, unsigned level, const struct evx_ref *ref)
{
	struct evx_tree_level *l = &t->level[level];

	if (level > EVX_TREE_LEVELS_MAX || l->count == EVX_NODE_REFS_MAX)
		return EVX_E_LIMIT;
	if (l->refs == NULL)
		l->refs = calloc(EVX_NODE_REFS_MAX, sizeof(*l->refs));
	if (l->refs == NULL)
		return EVX_E_MEMORY;
	l->refs[l->count++] = *ref;
	l->span += ref->span;
	return EVX_OK;
}

size_t evx_tree_node(struct evx_tree *t, unsigned level, uint8_t *out, uint64_t *span)
{
	struct evx_tree_level *l = &t->level[level];
	size_t n = evx_node_encode(l->first, l->refs, l->count, out);

	*span = l->span;
	l->first += l->span;
	l->span = 0;
	l->count = 0;
	return n;
}

void evx_tree_root_of(const struct evx_tree *t, struct evx_tree_root *root)
{
	memset(root, 0, sizeof(*root));
	for (unsigned i = EVX_TREE_LEVELS_MAX; i > 0; i--)
		if (t->level[i].count == 1) {
			root->present = true;
			root->level = (uint8_t)(i - 1);
			root->ref = t->level[i].refs[0];
			return;
		}
}
