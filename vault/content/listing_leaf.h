/* Salted leaves and the root of a listing (format-spec/listing.md "Leaves and root"). */
#ifndef EVX_CONTENT_LISTING_LEAF_H
#define EVX_CONTENT_LISTING_LEAF_H

#include "base/buf.h"
#include "crypto/hash.h"

/* HMAC-SHA-256(leaf secret, be64 index); leaf_key is the leaf secret made ready. */
void evx_listing_leaf_salt(const struct evx_hmac_key *leaf_key, uint64_t index, uint8_t salt[32]);
/* SHA-256(0x00, salt, the n bytes of line with its LF). scratch is overwritten. EVX_E_MEMORY. */
enum evx_err evx_listing_leaf(const uint8_t salt[32], const uint8_t *line, size_t n,
	struct evx_buf *scratch, uint8_t leaf[32]) EVX_MUST_CHECK;
/* SHA-256(0x02, be64 count, merkle_root). */
void evx_listing_leaf_root(uint64_t count, const uint8_t merkle_root[32], uint8_t root[32]);

#endif
