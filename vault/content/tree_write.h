/* Builds the tree of a stream from below (format-spec/payload.md "References and trees"), in two
 * halves: the plan, which only counts, decides when a node is due; the tree holds the references
 * and makes the nodes. Both are told the same things in the same order. */
#ifndef EVX_CONTENT_TREE_WRITE_H
#define EVX_CONTENT_TREE_WRITE_H

#include "format/node.h"

struct evx_tree_plan {
	uint32_t count[EVX_TREE_LEVELS_MAX + 1]; /* references waiting for a node of this level */
};

/* One more frame of the stream. */
void evx_tree_plan_add(struct evx_tree_plan *p);
/* The level whose node is due because it is full; -1 when none is. Ask again after
 * evx_tree_plan_node. */
int evx_tree_plan_full(const struct evx_tree_plan *p);
/* The level whose node is due next when the stream ends here; -1 when only the root is left, or
 * nothing. */
int evx_tree_plan_last(const struct evx_tree_plan *p);
/* The node of this level is made. */
void evx_tree_plan_node(struct evx_tree_plan *p, unsigned level);

struct evx_tree_level {
	uint64_t first; /* stream offset of the first reference */
	uint64_t span;
	uint32_t count;
	struct evx_ref *refs;
};

struct evx_tree {
	uint8_t stream; /* EVX_FRAME_DATA or EVX_FRAME_LISTING */
	struct evx_tree_level level[EVX_TREE_LEVELS_MAX + 1];
};

void evx_tree_init(struct evx_tree *t, uint8_t stream);
void evx_tree_free(struct evx_tree *t); /* wipes */
/* Adds the reference of a frame (level 0) or of a node of level - 1. EVX_E_MEMORY, EVX_E_LIMIT when
 * the tree would get too high. */
enum evx_err evx_tree_add(
	struct evx_tree *t, unsigned level, const struct evx_ref *ref) EVX_MUST_CHECK;
/* Writes the node of this level, which has at least one reference, to out (EVX_NODE_LEN_MAX bytes)
 * and forgets the references; returns the length and the span, which the reference to the node
 * needs. */
size_t evx_tree_node(struct evx_tree *t, unsigned level, uint8_t *out, uint64_t *span);
/* The root, once evx_tree_plan_last says -1. */
void evx_tree_root_of(const struct evx_tree *t, struct evx_tree_root *root);

#endif
