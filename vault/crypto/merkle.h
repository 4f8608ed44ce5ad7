/* Merkle trees of RFC 6962 section 2.1 over leaves that are already hashed. */
#ifndef EVX_CRYPTO_MERKLE_H
#define EVX_CRYPTO_MERKLE_H

#include "base/err.h"

/* Adds leaf hashes one after the other in constant memory (one hash per level). */
struct evx_merkle {
	uint8_t level[64][32];
	uint64_t count; /* leaves of what level holds */
	uint64_t rest;  /* leaves behind them, of which there is only the root: 0 or the last */
	uint8_t rest_root[32];
};
void evx_merkle_init(struct evx_merkle *m);
void evx_merkle_add(struct evx_merkle *m, const uint8_t leaf[32]);
/* The root over all leaves added so far; SHA-256 of the empty string when there is none. m can go
 * on. */
void evx_merkle_root(const struct evx_merkle *m, uint8_t root[32]);

/* Adds the root of a subtree of so many leaves, as it stands in a tree of RFC 6962: a power of two
 * that divides the leaves so far; or, with last, whatever is left, and then nothing may follow. */
void evx_merkle_add_subtree(
	struct evx_merkle *m, uint64_t leaves, bool last, const uint8_t root[32]);

/* Inclusion proof of leaf index in a tree of count leaves (RFC 6962 2.1.1, RFC 9162 2.1.3.2):
 * EVX_E_FORGED when it does not lead to root, EVX_E_CORRUPT when index or the number of nodes
 * cannot be right. */
enum evx_err evx_merkle_verify_inclusion(uint64_t index, uint64_t count, const uint8_t leaf[32],
	const uint8_t (*proof)[32], size_t nproof, const uint8_t root[32]) EVX_MUST_CHECK;
/* The root to which such a proof leads. EVX_E_CORRUPT as above; root is zero then. */
enum evx_err evx_merkle_inclusion_root(uint64_t index, uint64_t count, const uint8_t leaf[32],
	const uint8_t (*proof)[32], size_t nproof, uint8_t root[32]) EVX_MUST_CHECK;
/* Consistency proof between trees of count1 and count2 leaves (RFC 6962 2.1.2, RFC 9162 2.1.4.2).
 */
enum evx_err evx_merkle_verify_consistency(uint64_t count1, uint64_t count2,
	const uint8_t (*proof)[32], size_t nproof, const uint8_t root1[32],
	const uint8_t root2[32]) EVX_MUST_CHECK;
/* The inclusion proof itself, from all count leaf hashes in memory; proof has room for 64. */
enum evx_err evx_merkle_prove_inclusion(const uint8_t (*leaves)[32], uint64_t count, uint64_t index,
	uint8_t (*proof)[32], size_t *nproof) EVX_MUST_CHECK;

#endif
