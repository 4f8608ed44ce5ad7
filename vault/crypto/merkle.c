/* Merkle trees of RFC 6962 over hashed leaves. */
#include "crypto/merkle.h"

#include <string.h>

#include "base/hash_equal.h"
#include "crypto/hash.h"

/* RFC 6962 section 2.1: a node is SHA-256(0x01, left, right). */
static void join(const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
	uint8_t in[65];

	in[0] = 1;
	memcpy(in + 1, left, 32);
	memcpy(in + 33, right, 32);
	evx_sha256(in, sizeof(in), out);
}

void evx_merkle_init(struct evx_merkle *m)
{
	memset(m, 0, sizeof(*m));
}

/* Where bit i of count is set, level[i] is the root of a full subtree of 2^i leaves; higher levels
 * stand to the left. Adds one of 2^i leaves. */
static void add(struct evx_merkle *m, size_t i, const uint8_t root[32])
{
	const uint64_t leaves = UINT64_C(1) << i;
	uint8_t node[32];
	uint64_t left;

	memcpy(node, root, 32);
	for (left = m->count >> i; left & 1; left >>= 1)
		join(m->level[i++], node, node);
	memcpy(m->level[i], node, 32);
	m->count += leaves;
}

void evx_merkle_add(struct evx_merkle *m, const uint8_t leaf[32])
{
	add(m, 0, leaf);
}

void evx_merkle_add_subtree(
	struct evx_merkle *m, uint64_t leaves, bool last, const uint8_t root[32])
{
	size_t i = 0;

	if (last) {
		m->rest = leaves;
		memcpy(m->rest_root, root, 32);
		return;
	}
	while (i < 63 && UINT64_C(1) << i < leaves)
		i++;
	add(m, i, root);
}

void evx_merkle_root(const struct evx_merkle *m, uint8_t root[32])
{
	uint8_t node[32];
	bool begun = m->rest > 0;
	size_t i;

	if (begun)
		memcpy(node, m->rest_root, 32);
	for (i = 0; i < 64; i++) {
		if ((m->count >> i & 1) == 0)
			continue;
		if (begun)
			join(m->level[i], node, node);
		else
			memcpy(node, m->level[i], 32);
		begun = true;
	}
	if (begun)
		memcpy(root, node, 32);
	else
		evx_sha256("", 0, root);
}

enum evx_err evx_merkle_inclusion_root(uint64_t index, uint64_t count, const uint8_t leaf[32],
	const uint8_t (*proof)[32], size_t nproof, uint8_t root[32])
{
	uint64_t at = index, last;
	uint8_t node[32];
	size_t i;

	memset(root, 0, 32);
	if (index >= count)
		return EVX_E_CORRUPT;
	last = count - 1;
	memcpy(node, leaf, 32);
	for (i = 0; i < nproof; i++) {
		if (last == 0)
			return EVX_E_CORRUPT;
		if ((at & 1) != 0 || at == last) {
			join(proof[i], node, node);
			while ((at & 1) == 0 && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			join(node, proof[i], node);
		}
		at >>= 1;
		last >>= 1;
	}
	if (last != 0)
		return EVX_E_CORRUPT;
	memcpy(root, node, 32);
	return EVX_OK;
}

enum evx_err evx_merkle_verify_inclusion(uint64_t index, uint64_t count, const uint8_t leaf[32],
	const uint8_t (*proof)[32], size_t nproof, const uint8_t root[32])
{
	uint8_t found[32];
	enum evx_err err = evx_merkle_inclusion_root(index, count, leaf, proof, nproof, found);

	if (err != EVX_OK)
		return err;
	return evx_hash_equal(found, root) ? EVX_OK : EVX_E_FORGED;
}

enum evx_err evx_merkle_verify_consistency(uint64_t count1, uint64_t count2,
	const uint8_t (*proof)[32], size_t nproof, const uint8_t root1[32], const uint8_t root2[32])
{
	uint64_t at, last;
	uint8_t old[32], new[32];
	size_t i = 0;

	if (count1 == 0 || count1 > count2 || (count1 == count2) != (nproof == 0))
		return EVX_E_CORRUPT;
	if (count1 == count2)
		return evx_hash_equal(root1, root2) ? EVX_OK : EVX_E_FORGED;
	at = count1 - 1;
	last = count2 - 1;
	while ((at & 1) != 0) {
		at >>= 1;
		last >>= 1;
	}
	/* A first tree that is one full subtree is not repeated in the proof. */
	memcpy(old, at == 0 ? root1 : proof[i++], 32);
	memcpy(new, old, 32);
	for (; i < nproof; i++) {
		if (last == 0)
			return EVX_E_CORRUPT;
		if ((at & 1) != 0 || at == last) {
			join(proof[i], old, old);
			join(proof[i], new, new);
			while ((at & 1) == 0 && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			join(new, proof[i], new);
		}
		at >>= 1;
		last >>= 1;
	}
	if (last != 0)
		return EVX_E_CORRUPT;
	return evx_hash_equal(old, root1) && evx_hash_equal(new, root2) ? EVX_OK : EVX_E_FORGED;
}

static void root_of(const uint8_t (*leaves)[32], uint64_t count, uint8_t root[32])
{
	struct evx_merkle m;
	uint64_t i;

	evx_merkle_init(&m);
	for (i = 0; i < count; i++)
		evx_merkle_add(&m, leaves[i]);
	evx_merkle_root(&m, root);
}

enum evx_err evx_merkle_prove_inclusion(const uint8_t (*leaves)[32], uint64_t count, uint64_t index,
	uint8_t (*proof)[32], size_t *nproof)
{
	size_t n = 0, i;

	*nproof = 0;
	if (index >= count)
		return EVX_E_USAGE;
	while (count > 1) { /* from the root down: keep the half with the leaf, note the root of the
			       other */
		uint64_t left = 1;

		while (left < count - left)
			left *= 2;
		if (index < left) {
			root_of(leaves + left, count - left, proof[n++]);
			count = left;
		} else {
			root_of(leaves, left, proof[n++]);
			leaves += left;
			count -= left;
			index -= left;
		}
	}
	for (i = 0; i < n / 2; i++) { /* the proof runs from the leaf up */
		uint8_t node[32];

		memcpy(node, proof[i], 32);
		memcpy(proof[i], proof[n - 1 - i], 32);
		memcpy(proof[n - 1 - i], node, 32);
	}
	*nproof = n;
	return EVX_OK;
}
