/* Inclusion proofs of some leaves of a Merkle tree (RFC 6962 section 2.1.1) while its leaves pass:
 * nothing is kept but one hash a level and the proofs themselves. */
#ifndef EVX_CRYPTO_MERKLE_PROVE_H
#define EVX_CRYPTO_MERKLE_PROVE_H

#include "base/err.h"

#define EVX_MERKLE_PROOF_MAX 64u /* hashes */

struct evx_merkle_prover;

/* A prover for a tree of count leaves; NULL when out of memory. Memory: 32 bytes for each hash of a
 * proof, which has at most as many as count has binary digits. */
struct evx_merkle_prover *evx_merkle_prover_new(uint64_t count);
void evx_merkle_prover_free(struct evx_merkle_prover *p); /* NULL does nothing */
/* The next leaf; wanted: it is to be proved. EVX_E_MEMORY; EVX_E_USAGE past count. */
enum evx_err evx_merkle_prover_add(
	struct evx_merkle_prover *p, const uint8_t leaf[32], bool wanted) EVX_MUST_CHECK;
/* No more leaves: the proofs are complete, and root is that of the tree. EVX_E_USAGE unless there
 * were count. */
enum evx_err evx_merkle_prover_finish(struct evx_merkle_prover *p, uint8_t root[32]) EVX_MUST_CHECK;
/* The proof of the i-th leaf that was wanted, from the leaf upwards; *n hashes. Owned by p. */
const uint8_t (
	*evx_merkle_prover_proof(const struct evx_merkle_prover *p, size_t i, size_t *n))[32];

#endif
