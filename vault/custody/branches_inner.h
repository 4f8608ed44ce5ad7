/* All branches of an exhibit as one tree: shared by the files that make it, let the rules walk over
 * it, and judge it (inner header of custody/). */
#ifndef EVX_CUSTODY_BRANCHES_INNER_H
#define EVX_CUSTODY_BRANCHES_INNER_H

#include "custody/branches.h"

#define EVX_NO_NODE SIZE_MAX

/* An event of the tree. Those of the chain come first, by number; a parent stands before its
 * children. */
struct evx_branches_node {
	const struct evx_event *event;
	const uint8_t *hash;
	size_t parent; /* EVX_NO_NODE: the seal, or its way back to the chain is not known */
	size_t open;   /* the release that stands open behind it, EVX_NO_NODE: none is known */
	size_t children, known_children; /* that follow it; with somebody known below */
	bool known, counts;
	bool known_below; /* somebody known signed it, or an event behind it */
	size_t other;     /* its place among the others, EVX_NO_NODE: it is of the chain */
	const char *name;
};

/* A node under its hash. */
struct evx_branches_place {
	const uint8_t *hash;
	size_t node;
};

struct evx_branches {
	const struct evx_chain_result *chain;
	struct evx_branches_node *at;
	size_t n, nchain;
	size_t *place; /* of each of the others, EVX_NO_NODE where the chain has it */
	struct evx_branches_place *sorted; /* all nodes, by hash */
};

/* ---- branches_tree.c */

/* Makes the tree of the chain and n events beside it; which of these count is not known yet.
 * EVX_E_MEMORY; b is to be freed after that, too. */
enum evx_err evx_branches_tree(struct evx_branches *b, const struct evx_chain_result *chain,
	const struct evx_branch_event *others, size_t n) EVX_MUST_CHECK;
/* The node of the event with this hash, or EVX_NO_NODE. */
size_t evx_branches_find(const struct evx_branches *b, const uint8_t hash[32]);
/* True when the event counts and is of this type; answers a release. */
bool evx_branches_is(const struct evx_branches_node *n, enum evx_event_kind kind);
bool evx_branches_is_answer(const struct evx_branches_node *n);

/* ---- branches_walk.c */

/* Judges each branch by the rules, as the chain that it would be: which of the events beside the
 * chain count, and whose word is known. EVX_E_MEMORY, EVX_E_INTERRUPTED. */
enum evx_err evx_branches_walk(struct evx_branches *b, const struct evx_rules_roster *roster,
	const struct evx_cancel *cancel) EVX_MUST_CHECK;

#endif
