/* The range root of a file: the Merkle root over its salted blocks (format-spec/listing.md "Range
 * root"). */
#ifndef EVX_CONTENT_RANGE_H
#define EVX_CONTENT_RANGE_H

#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "format/limits.h"

/* Whether the line of a file of so many stored bytes has one. */
bool evx_range_root_due(uint64_t stored);

/* The key of the salts of line index; as secret as the leaf secret. The caller wipes it. */
void evx_range_key(const uint8_t leaf_secret[32], uint64_t index, struct evx_hmac_key *key);
void evx_range_salt(const struct evx_hmac_key *key, uint64_t block, uint8_t salt[32]);
/* The leaf of a block: its first byte's offset in the stored bytes, its length and its SHA-256. */
void evx_range_leaf(const uint8_t salt[32], uint64_t offset, uint32_t length,
	const uint8_t hash[32], uint8_t leaf[32]);
/* The range root of a file of so many stored bytes, from its tree of count leaves. */
void evx_range_root(
	uint64_t stored, uint64_t count, const uint8_t merkle_root[32], uint8_t root[32]);

/* A range root computed while a file's stored bytes pass. */
struct evx_range_reader;
struct evx_range_reader *evx_range_reader_new(void);    /* NULL when out of memory */
void evx_range_reader_free(struct evx_range_reader *r); /* wipes */
void evx_range_reader_begin(
	struct evx_range_reader *r, const uint8_t leaf_secret[32], uint64_t index);
/* The next n bytes, all in one chunk; cut: the chunk ends behind them. blocks: the hashes of their
 * blocks (content/chunk_id.h), 32 bytes each, where they are a whole chunk and were hashed already,
 * else NULL.
 * EVX_E_MEMORY. */
enum evx_err evx_range_reader_data(struct evx_range_reader *r, const uint8_t *p, size_t n, bool cut,
	const uint8_t *blocks) EVX_MUST_CHECK;
/* The root over what passed since begin. */
enum evx_err evx_range_reader_root(struct evx_range_reader *r, uint8_t root[32]) EVX_MUST_CHECK;

#endif
