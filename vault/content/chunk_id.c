/* Ids of data frames, from the hashes of files or of blocks. */
#include "content/chunk_id.h"

#include <string.h>

#include "base/buf.h"

static const char of_files[] = "evx-chunk-files/1", of_blocks[] = "evx-chunk-blocks/1";

void evx_chunk_id_begin(struct evx_hash *h)
{
	evx_hash_reset(h);
	evx_hash_update(h, of_files, sizeof(of_files) - 1);
}

void evx_chunk_id_add(struct evx_hash *h, uint64_t length, const uint8_t digest[32])
{
	uint8_t text[40];

	evx_put_be64(text, length);
	memcpy(text + 8, digest, 32);
	evx_hash_update(h, text, sizeof(text));
}

void evx_chunk_id_file(uint64_t length, const uint8_t digest[32], uint8_t id[32])
{
	uint8_t text[sizeof(of_files) - 1 + 40];

	memcpy(text, of_files, sizeof(of_files) - 1);
	evx_put_be64(text + sizeof(of_files) - 1, length);
	memcpy(text + sizeof(of_files) - 1 + 8, digest, 32);
	evx_sha256(text, sizeof(text), id);
}

void evx_chunk_id_block(const uint8_t *p, size_t n, uint8_t hash[32])
{
	/* Disk images are full of them. */
	static const uint8_t of_zeros[32] = { 0xde, 0x2f, 0x25, 0x60, 0x64, 0xa0, 0xaf, 0x79, 0x77,
		0x47, 0xc2, 0xb9, 0x75, 0x05, 0xdc, 0x0b, 0x9f, 0x3d, 0xf0, 0xde, 0x4f, 0x48, 0x9e,
		0xac, 0x73, 0x1c, 0x23, 0xae, 0x9c, 0xa9, 0xcc, 0x31 };

	if (n == EVX_BLOCK_LEN && p[0] == 0 && memcmp(p, p + 1, n - 1) == 0)
		memcpy(hash, of_zeros, sizeof(of_zeros));
	else
		evx_sha256(p, n, hash);
}

unsigned evx_chunk_id_each_block(const uint8_t *p, size_t n, uint8_t blocks[EVX_CHUNK_BLOCKS][32])
{
	unsigned count = 0;

	for (size_t at = 0; at < n; at += EVX_BLOCK_LEN)
		evx_chunk_id_block(
			p + at, n - at < EVX_BLOCK_LEN ? n - at : EVX_BLOCK_LEN, blocks[count++]);
	return count;
}

unsigned evx_chunk_id_blocks(
	const uint8_t *p, size_t n, uint8_t blocks[EVX_CHUNK_BLOCKS][32], uint8_t id[32])
{
	uint8_t text[sizeof(of_blocks) - 1 + 4 + EVX_CHUNK_BLOCKS * 32];
	const size_t head = sizeof(of_blocks) - 1 + 4;
	const unsigned count = evx_chunk_id_each_block(p, n, blocks);

	memcpy(text, of_blocks, sizeof(of_blocks) - 1);
	evx_put_be32(text + sizeof(of_blocks) - 1, (uint32_t)n);
	memcpy(text + head, blocks, (size_t)count * 32);
	evx_sha256(text, head + (size_t)count * 32, id);
	return count;
}

void evx_chunk_id_guess(const uint8_t *p, size_t n, uint8_t ids[2][32])
{
	uint8_t blocks[EVX_CHUNK_BLOCKS][32], digest[32];

	evx_sha256(p, n, digest);
	evx_chunk_id_file(n, digest, ids[0]);
	(void)evx_chunk_id_blocks(p, n, blocks, ids[1]);
}
