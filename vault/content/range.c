/* Salted leaves of blocks and the range root. */
#include "content/range.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "content/chunk_id.h"
#include "crypto/secret.h"

#define LEAF 3u
#define ROOT 4u

struct evx_range_reader {
	struct evx_hmac_key key;
	struct evx_merkle merkle;
	struct evx_hash *open; /* of a block that came in pieces, */
	uint32_t have;         /* its bytes so far */
	uint64_t offset;       /* where the open block begins */
};

bool evx_range_root_due(uint64_t stored)
{
	return stored > EVX_CHUNK_MAX;
}

void evx_range_key(const uint8_t leaf_secret[32], uint64_t index, struct evx_hmac_key *key)
{
	uint8_t text[11 + 8] = "evx-range/1", derived[32];

	evx_put_be64(text + 11, index);
	evx_hmac_sha256(leaf_secret, 32, text, sizeof(text), derived);
	evx_hmac_key_init(key, derived, sizeof(derived));
	evx_wipe(derived, sizeof(derived));
}

void evx_range_salt(const struct evx_hmac_key *key, uint64_t block, uint8_t salt[32])
{
	uint8_t text[8];

	evx_put_be64(text, block);
	evx_hmac_key_tag(key, text, sizeof(text), salt);
}

void evx_range_leaf(const uint8_t salt[32], uint64_t offset, uint32_t length,
	const uint8_t hash[32], uint8_t leaf[32])
{
	uint8_t text[77] = { LEAF };

	memcpy(text + 1, salt, 32);
	evx_put_be64(text + 33, offset);
	evx_put_be32(text + 41, length);
	memcpy(text + 45, hash, 32);
	evx_sha256(text, sizeof(text), leaf);
}

void evx_range_root(
	uint64_t stored, uint64_t count, const uint8_t merkle_root[32], uint8_t root[32])
{
	uint8_t text[49] = { ROOT };

	evx_put_be64(text + 1, stored);
	evx_put_be64(text + 9, count);
	memcpy(text + 17, merkle_root, 32);
	evx_sha256(text, sizeof(text), root);
}

struct evx_range_reader *evx_range_reader_new(void)
{
	struct evx_range_reader *r = calloc(1, sizeof(*r));

	if (r != NULL && (r->open = evx_hash_new(EVX_SHA256)) == NULL) {
		free(r);
		r = NULL;
	}
	return r;
}

void evx_range_reader_free(struct evx_range_reader *r)
{
	if (r == NULL)
		return;
	evx_hash_free(r->open);
	evx_wipe(r, sizeof(*r));
	free(r);
}

void evx_range_reader_begin(
	struct evx_range_reader *r, const uint8_t leaf_secret[32], uint64_t index)
{
	evx_range_key(leaf_secret, index, &r->key);
	evx_merkle_init(&r->merkle);
	if (r->have > 0)
		evx_hash_reset(r->open);
	r->have = 0;
	r->offset = 0;
}

static void add_block(struct evx_range_reader *r, uint32_t n, const uint8_t hash[32])
{
	uint8_t salt[32], leaf[32];

	evx_range_salt(&r->key, r->merkle.count, salt);
	evx_range_leaf(salt, r->offset, n, hash, leaf);
	evx_merkle_add(&r->merkle, leaf);
	evx_wipe(salt, sizeof(salt));
	r->offset += n;
	r->have = 0;
}

static enum evx_err end_block(struct evx_range_reader *r)
{
	uint8_t hash[32];
	enum evx_err err = evx_hash_final(r->open, hash);

	if (err == EVX_OK)
		add_block(r, r->have, hash);
	return err;
}

/* A whole chunk whose blocks were hashed already. */
static void add_hashed(struct evx_range_reader *r, size_t n, const uint8_t *blocks)
{
	for (; n > EVX_BLOCK_LEN; n -= EVX_BLOCK_LEN, blocks += 32)
		add_block(r, EVX_BLOCK_LEN, blocks);
	add_block(r, (uint32_t)n, blocks);
}

enum evx_err evx_range_reader_data(
	struct evx_range_reader *r, const uint8_t *p, size_t n, bool cut, const uint8_t *blocks)
{
	enum evx_err err = EVX_OK;

	if (blocks != NULL && cut && n > 0 && r->have == 0) {
		add_hashed(r, n, blocks);
		return EVX_OK;
	}
	while (n > 0 && err == EVX_OK) {
		size_t step = n < EVX_BLOCK_LEN - r->have ? n : EVX_BLOCK_LEN - r->have;

		if (r->have == 0 && (step == EVX_BLOCK_LEN || (cut && step == n))) {
			uint8_t hash[32];

			evx_chunk_id_block(p, step, hash);
			add_block(r, (uint32_t)step, hash);
		} else {
			evx_hash_update(r->open, p, step);
			r->have += (uint32_t)step;
			if (r->have == EVX_BLOCK_LEN)
				err = end_block(r);
		}
		p += step;
		n -= step;
	}
	return err == EVX_OK && cut && r->have > 0 ? end_block(r) : err;
}

enum evx_err evx_range_reader_root(struct evx_range_reader *r, uint8_t root[32])
{
	uint8_t merkle_root[32];
	enum evx_err err = r->have > 0 ? end_block(r) : EVX_OK;

	if (err != EVX_OK)
		return err;
	evx_merkle_root(&r->merkle, merkle_root);
	evx_range_root(r->offset, r->merkle.count, merkle_root, root);
	return EVX_OK;
}
