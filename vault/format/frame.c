/* The frame header's plaintext and what both AEADs bind. */
#include "format/frame.h"

#include <string.h>

#include "base/buf.h"
#include "base/cursor.h"

/* type u8, level u8, zero be16, stored be32, plain be32, key 32 */

void evx_frame_header_encode(const struct evx_frame_header *h, uint8_t out[EVX_FRAME_HEADER_PLAIN])
{
	out[0] = h->type;
	out[1] = h->level;
	out[2] = out[3] = 0;
	evx_put_be32(out + 4, h->stored);
	evx_put_be32(out + 8, h->plain);
	memcpy(out + 12, h->key, sizeof(h->key));
}

static bool is_node(uint8_t type)
{
	return type == EVX_FRAME_CONTENT_NODE || type == EVX_FRAME_LISTING_NODE;
}

static enum evx_err check_kind(uint8_t type, uint8_t level, struct evx_diag *diag)
{
	if (type == 0)
		return evx_fail(diag, EVX_E_CORRUPT, "frame header: type 0");
	if (type > EVX_FRAME_PADDING)
		return evx_fail(
			diag, EVX_E_UNSUPPORTED, "frame header: type %u is not known", type);
	if (level >= EVX_TREE_LEVELS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "frame header: level %u (limit %u)", level,
			EVX_TREE_LEVELS_MAX - 1);
	if (level != 0 && !is_node(type))
		return evx_fail(diag, EVX_E_CORRUPT,
			"frame header: level of type %u: expected 0, found %u", type, level);
	return EVX_OK;
}

enum evx_err evx_frame_lengths_check(
	uint8_t type, uint32_t stored, uint32_t plain, struct evx_diag *diag)
{
	bool raw = type != EVX_FRAME_DATA && type != EVX_FRAME_LISTING;

	if (plain > EVX_FRAME_PLAIN_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "frame: plaintext of %u bytes (limit %u)", plain,
			EVX_FRAME_PLAIN_MAX);
	if (plain == 0)
		return evx_fail(diag, EVX_E_CORRUPT, "frame: empty plaintext");
	if (stored > EVX_FRAME_OVERHEAD + plain || stored <= EVX_FRAME_OVERHEAD ||
		(raw && stored != EVX_FRAME_OVERHEAD + plain))
		return evx_fail(diag, EVX_E_CORRUPT,
			"frame: %u bytes stored for %u bytes of plaintext of type %u", stored,
			plain, type);
	return EVX_OK;
}

enum evx_err evx_frame_header_decode(const uint8_t in[EVX_FRAME_HEADER_PLAIN],
	struct evx_frame_header *out, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(in, EVX_FRAME_HEADER_PLAIN);
	struct evx_frame_header h;
	uint8_t zero[2];
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if ((err = evx_cursor_u8(&c, &h.type)) != EVX_OK ||
		(err = evx_cursor_u8(&c, &h.level)) != EVX_OK ||
		(err = evx_cursor_copy(&c, zero, sizeof(zero))) != EVX_OK ||
		(err = evx_cursor_be32(&c, &h.stored)) != EVX_OK ||
		(err = evx_cursor_be32(&c, &h.plain)) != EVX_OK ||
		(err = evx_cursor_copy(&c, h.key, sizeof(h.key))) != EVX_OK ||
		(err = evx_cursor_end(&c)) != EVX_OK)
		goto out;
	if ((err = check_kind(h.type, h.level, diag)) != EVX_OK)
		goto out;
	if (zero[0] != 0 || zero[1] != 0) {
		err = evx_fail(diag, EVX_E_CORRUPT, "frame header: bytes 2 and 3 are not zero");
		goto out;
	}
	if ((err = evx_frame_lengths_check(h.type, h.stored, h.plain, diag)) != EVX_OK)
		goto out;
	*out = h;
out:
	explicit_bzero(&h, sizeof(h));
	return err;
}

void evx_frame_header_nonce(uint32_t sequence, uint64_t position, uint8_t nonce[12])
{
	evx_put_be32(nonce, sequence);
	evx_put_be64(nonce + 4, position);
}

void evx_frame_body_ad(
	uint8_t type, uint8_t level, uint32_t plain, uint8_t ad[EVX_FRAME_BODY_AD_LEN])
{
	memcpy(ad, "evx-frame/1", 11);
	ad[11] = type;
	ad[12] = level;
	evx_put_be32(ad + 13, plain);
}

static unsigned log2_floor(uint64_t v)
{
	return 63 - (unsigned)__builtin_clzll(v);
}

uint64_t evx_frame_padme(uint64_t len)
{
	const unsigned e = log2_floor(len), s = log2_floor(e) + 1;
	const uint64_t mask = (UINT64_C(1) << (e - s)) - 1;

	return (len + mask) & ~mask;
}

uint64_t evx_frame_padded_length(uint64_t used)
{
	uint64_t least = used + EVX_FRAME_OVERHEAD + 1;
	uint32_t last = (uint32_t)(least % EVX_PACK_LEN);

	if (last == 0)
		return least;
	return least - last + evx_frame_padme(last < 2 ? 2 : last);
}
