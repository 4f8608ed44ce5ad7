/* Inclusion proofs gathered while leaves are added. */
#include "crypto/merkle_prove.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"

/* A full subtree to the left of what comes: its root, and which of the leaves wanted it has. */
struct subtree {
	uint8_t root[32];
	size_t first, end; /* of the proofs */
};

struct evx_merkle_prover {
	uint64_t count, added;
	size_t width;             /* room of a proof, in hashes */
	struct subtree level[64]; /* where bit i of added is set, as struct evx_merkle has it */
	uint8_t (*hashes)[32];    /* width for each proof */
	uint8_t *lengths;         /* of the proofs */
	size_t proofs, cap;
};

struct evx_merkle_prover *evx_merkle_prover_new(uint64_t count)
{
	struct evx_merkle_prover *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->count = count;
	p->width = 1;
	while (p->width < EVX_MERKLE_PROOF_MAX && count > 1 && (count - 1) >> p->width != 0)
		p->width++;
	return p;
}

void evx_merkle_prover_free(struct evx_merkle_prover *p)
{
	if (p == NULL)
		return;
	free(p->hashes);
	free(p->lengths);
	free(p);
}

/* Makes the sibling hash part of the proofs from first on, up to end. */
static void extend(struct evx_merkle_prover *p, size_t first, size_t end, const uint8_t hash[32])
{
	for (size_t i = first; i < end; i++)
		memcpy(p->hashes[i * p->width + p->lengths[i]++], hash, 32);
}

/* The subtree of left and right, which becomes *right. */
static void join(struct evx_merkle_prover *p, const struct subtree *left, struct subtree *right)
{
	uint8_t in[65];

	extend(p, left->first, left->end, right->root);
	extend(p, right->first, right->end, left->root);
	in[0] = 1;
	memcpy(in + 1, left->root, 32);
	memcpy(in + 33, right->root, 32);
	evx_sha256(in, sizeof(in), right->root);
	right->first = left->first;
}

static enum evx_err room(struct evx_merkle_prover *p)
{
	const size_t cap = p->cap == 0 ? 16 : 2 * p->cap;
	uint8_t *lengths;
	void *hashes;

	if (p->proofs < p->cap)
		return EVX_OK;
	hashes = reallocarray(p->hashes, cap, p->width * sizeof(p->hashes[0]));
	if (hashes == NULL)
		return EVX_E_MEMORY;
	p->hashes = hashes;
	lengths = realloc(p->lengths, cap);
	if (lengths == NULL)
		return EVX_E_MEMORY;
	p->lengths = lengths;
	p->cap = cap;
	return EVX_OK;
}

enum evx_err evx_merkle_prover_add(struct evx_merkle_prover *p, const uint8_t leaf[32], bool wanted)
{
	struct subtree node = { .first = p->proofs, .end = p->proofs };
	size_t level = 0;

	if (p->added == p->count)
		return EVX_E_USAGE;
	if (wanted) {
		if (room(p) != EVX_OK)
			return EVX_E_MEMORY;
		p->lengths[p->proofs++] = 0;
		node.end++;
	}
	memcpy(node.root, leaf, 32);
	for (uint64_t left = p->added; left & 1; left >>= 1)
		join(p, &p->level[level++], &node);
	p->level[level] = node;
	p->added++;
	return EVX_OK;
}

enum evx_err evx_merkle_prover_finish(struct evx_merkle_prover *p, uint8_t root[32])
{
	struct subtree node = { .first = 0 };
	bool begun = false;

	if (p->added != p->count || p->count == 0)
		return EVX_E_USAGE;
	for (size_t i = 0; i < 64; i++) {
		if ((p->count >> i & 1) == 0)
			continue;
		if (begun)
			join(p, &p->level[i], &node);
		else
			node = p->level[i];
		begun = true;
	}
	memcpy(root, node.root, 32);
	return EVX_OK;
}

const uint8_t (*evx_merkle_prover_proof(const struct evx_merkle_prover *p, size_t i, size_t *n))[32]
{
	*n = p->lengths[i];
	return (const uint8_t(*)[32])(p->hashes + i * p->width);
}
