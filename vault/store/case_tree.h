/* Cases of a vault, found by their ids and by where they are filed (format-spec/vault.md "Log");
 * also other UUIDs that a log has many of, which are never merged. Whoever writes the log chooses
 * the ids: the work for one never grows with their number beyond 129 comparisons, and needs no hash
 * that could be guessed. Internal to vault/store. */
#ifndef EVX_STORE_CASE_TREE_H
#define EVX_STORE_CASE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/uuid.h"

#define EVX_NO_CASE UINT32_MAX

/* A case. Its children's ids agree with its own in as many bits as it has nodes above it. */
struct evx_case_node {
	char id[EVX_UUID_CAP];
	uint32_t child[2]; /* by the next bit; EVX_NO_CASE: none */
	uint32_t up;       /* towards the top of those that were merged; itself: the top */
	uint32_t size;     /* of a top: how many were merged with it, itself too … */
	uint32_t filed;    /* … and in which of them they are filed */
};

struct evx_case_tree {
	struct evx_case_node *at; /* in the order in which they were added */
	uint32_t n;
};

void evx_case_tree_free(struct evx_case_tree *t);
/* The place of the case, or EVX_NO_CASE. */
uint32_t evx_case_tree_find(const struct evx_case_tree *t, const char *id);
/* Adds a case behind the last. EVX_E_EXISTS; EVX_E_USAGE when id is no UUID; EVX_E_MEMORY. */
enum evx_err evx_case_tree_add(struct evx_case_tree *t, const char *id) EVX_MUST_CHECK;
/* The place of the case in which the one at i is filed after all merges: i itself when it was not
 * merged. */
uint32_t evx_case_tree_filed(const struct evx_case_tree *t, uint32_t i);
/* From now on the case at from, which was not merged before, is filed where the one at into is.
 * False, and nothing happens, when that is from itself. */
bool evx_case_tree_merge(struct evx_case_tree *t, uint32_t from, uint32_t into);

#endif
