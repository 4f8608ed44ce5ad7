/* The members of a vault, found by their keys. A log asks for its signer with each entry, so the
 * work for one is that of a binary search. Internal to vault/store. */
#ifndef EVX_STORE_MEMBER_INDEX_H
#define EVX_STORE_MEMBER_INDEX_H

#include "store/vault.h"

#define EVX_NO_MEMBER SIZE_MAX

/* Places in a list of members: of those who have not been removed. All zeros: of nobody. */
struct evx_member_index {
	size_t *by_key, *by_hash; /* n each, in the order of signing keys and of their hashes */
	size_t n;
};

void evx_member_index_free(struct evx_member_index *x);
/* The place of the member with this signing key, or with this hash of it; or EVX_NO_MEMBER. */
size_t evx_member_index_key(const struct evx_member_index *x,
	const struct evx_vault_member *members, const char *signing);
size_t evx_member_index_hash(const struct evx_member_index *x,
	const struct evx_vault_member *members, const uint8_t hash[32]);
/* Adds the member at place i, whose keys are those of nobody in the index. EVX_E_MEMORY, and then
 * nothing changed. */
enum evx_err evx_member_index_add(struct evx_member_index *x,
	const struct evx_vault_member *members, size_t i) EVX_MUST_CHECK;
/* Takes the member at place i out; nothing happens when they are not in it. */
void evx_member_index_remove(
	struct evx_member_index *x, const struct evx_vault_member *members, size_t i);

#endif
