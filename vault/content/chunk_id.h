/* Ids of data frames: what a chunk is known by (format-spec/payload.md "Chunk ids"). */
#ifndef EVX_CONTENT_CHUNK_ID_H
#define EVX_CONTENT_CHUNK_ID_H

#include "crypto/hash.h"
#include "format/limits.h"

/* A chunk of whole files, of each its length and the SHA-256 of its stored bytes. h is a running
 * SHA-256: begin, add for each file in order, evx_hash_final. */
void evx_chunk_id_begin(struct evx_hash *h);
void evx_chunk_id_add(struct evx_hash *h, uint64_t length, const uint8_t digest[32]);
/* The same for a chunk that is one file. */
void evx_chunk_id_file(uint64_t length, const uint8_t digest[32], uint8_t id[32]);

/* SHA-256 of n bytes, at most EVX_BLOCK_LEN; quick where they are a whole block of zeros. */
void evx_chunk_id_block(const uint8_t *p, size_t n, uint8_t hash[32]);
/* Those of the blocks of n bytes, 1 to EVX_CHUNK_MAX; returns how many. */
unsigned evx_chunk_id_each_block(const uint8_t *p, size_t n, uint8_t blocks[EVX_CHUNK_BLOCKS][32]);
/* A chunk of a longer file: n bytes at p, 1 to EVX_CHUNK_MAX. blocks gets the hashes of its blocks;
 * returns how many. */
unsigned evx_chunk_id_blocks(
	const uint8_t *p, size_t n, uint8_t blocks[EVX_CHUNK_BLOCKS][32], uint8_t id[32]);

/* The ids that n bytes may have whose files are not known: as one whole file, and as a part of a
 * longer one. */
void evx_chunk_id_guess(const uint8_t *p, size_t n, uint8_t ids[2][32]);

#endif
