/* Salted leaves and the listing root. */
#include <string.h>

#include "base/buf.h"
#include "content/listing_leaf.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

void evx_listing_leaf_salt(const struct evx_hmac_key *leaf_key, uint64_t index, uint8_t salt[32])
{
	uint8_t text[8];

	evx_put_be64(text, index);
	evx_hmac_key_tag(leaf_key, text, sizeof(text), salt);
}

enum evx_err evx_listing_leaf(const uint8_t salt[32], const uint8_t *line, size_t n,
	struct evx_buf *scratch, uint8_t leaf[32])
{
	static const uint8_t zero;
	enum evx_err err;

	evx_buf_reset(scratch);
	if ((err = evx_buf_add(scratch, &zero, 1)) != EVX_OK ||
		(err = evx_buf_add(scratch, salt, 32)) != EVX_OK ||
		(err = evx_buf_add(scratch, line, n)) != EVX_OK)
		return err;
	evx_sha256(scratch->data, scratch->len, leaf);
	return EVX_OK;
}

void evx_listing_leaf_root(uint64_t count, const uint8_t merkle_root[32], uint8_t root[32])
{
	uint8_t text[41] = { 2 };

	evx_put_be64(text + 1, count);
	memcpy(text + 9, merkle_root, 32);
	evx_sha256(text, sizeof(text), root);
}
