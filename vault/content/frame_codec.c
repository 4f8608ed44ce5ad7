/* Bodies of frames: compress and seal, open and decompress. */
#include "content/frame_codec.h"

#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#define CODEC_RAW 0
#define CODEC_ZSTD 1

/* Whether compressing pays is guessed from PIECES pieces of PIECE bytes: the sum of the squares of
 * how often each byte value occurs. Of uniform bytes it is 4096 + 4096^2/256 = 69,632 on average;
 * at or below the limit (chi-square 350, which is 4.2 standard deviations above the mean) the chunk
 * is taken for compressed or encrypted. */
#define PIECES 64u
#define PIECE 64u
#define UNIFORM_MAX 71136u

/* From this level on zstd's own tables would pass 32 MiB per worker; for chunks of 4 MiB smaller
 * ones lose little. */
#define HIGH_LEVEL 9

struct evx_frame_codec {
	struct evx_aead *aead;
	ZSTD_CCtx *cctx;
	bool fixed_level, quick;
	ZSTD_DCtx *dctx;
};

static bool set(ZSTD_CCtx *c, ZSTD_cParameter p, int v)
{
	return !ZSTD_isError(ZSTD_CCtx_setParameter(c, p, v));
}

/* The default is no stock level: with a larger table the fast strategy is as small as level 3 for
 * less time. */
static bool set_default(ZSTD_CCtx *c, bool quick)
{
	return set(c, ZSTD_c_compressionLevel, 1) && set(c, ZSTD_c_windowLog, 22) &&
		set(c, ZSTD_c_hashLog, quick ? 16 : 17) && set(c, ZSTD_c_minMatch, quick ? 6 : 5);
}

/* Frames carry their lengths and a tag, so zstd need not. */
static bool set_level(ZSTD_CCtx *c, int level)
{
	if (!set(c, ZSTD_c_contentSizeFlag, 0) || !set(c, ZSTD_c_checksumFlag, 0))
		return false;
	if (level == 0)
		return set_default(c, false);
	if (!set(c, ZSTD_c_compressionLevel, level))
		return false;
	return level < HIGH_LEVEL ||
		(set(c, ZSTD_c_windowLog, 22) && set(c, ZSTD_c_hashLog, 20) &&
			set(c, ZSTD_c_chainLog, 21));
}

enum evx_err evx_frame_codec_new(int level, struct evx_frame_codec **out, struct evx_diag *diag)
{
	struct evx_frame_codec *c;

	*out = NULL;
	if (level < 0 || level > 19)
		return evx_fail(
			diag, EVX_E_USAGE, "compression level: expected 0 to 19, found %d", level);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return evx_fail_memory(diag);
	c->aead = evx_aead_new();
	c->cctx = ZSTD_createCCtx();
	c->dctx = ZSTD_createDCtx();
	if (c->aead == NULL || c->cctx == NULL || c->dctx == NULL || !set_level(c->cctx, level)) {
		evx_frame_codec_free(c);
		return evx_fail_memory(diag);
	}
	c->fixed_level = level != 0;
	*out = c;
	return EVX_OK;
}

void evx_frame_codec_quick(struct evx_frame_codec *c, bool quick)
{
	/* Between frames zstd takes every parameter that it took before. */
	if (!c->fixed_level && c->quick != quick)
		(void)set_default(c->cctx, quick);
	c->quick = quick;
}

void evx_frame_codec_free(struct evx_frame_codec *c)
{
	if (c == NULL)
		return;
	evx_aead_free(c->aead);
	ZSTD_freeCCtx(c->cctx);
	ZSTD_freeDCtx(c->dctx);
	free(c);
}

static bool looks_uniform(const uint8_t *p, size_t n)
{
	uint32_t count[256] = { 0 };
	uint64_t sum = 0;
	size_t stride = n / PIECES;

	if (n < PIECES * PIECE)
		return false;
	for (size_t i = 0; i < PIECES; i++)
		for (size_t j = 0; j < PIECE; j++)
			count[p[i * stride + j]]++;
	for (size_t i = 0; i < 256; i++)
		sum += (uint64_t)count[i] * count[i];
	return sum <= UNIFORM_MAX;
}

/* Length of the compressed data at out, or 0 when n bytes did not become less. */
static size_t compress(struct evx_frame_codec *c, const uint8_t *plain, uint32_t n, uint8_t *out)
{
	size_t len;

	if (n < 2 || looks_uniform(plain, n))
		return 0;
	len = ZSTD_compress2(c->cctx, out, n - 1, plain, n);
	return ZSTD_isError(len) ? 0 : len;
}

enum evx_err evx_frame_codec_seal(struct evx_frame_codec *c, uint8_t type, uint8_t level,
	const uint8_t key[32], const uint8_t *plain, uint32_t n, uint8_t *out, size_t *body_len,
	struct evx_diag *diag)
{
	static const uint8_t nonce[EVX_AEAD_NONCE];
	uint8_t ad[EVX_FRAME_BODY_AD_LEN];
	size_t len = 0;
	enum evx_err err;

	*body_len = 0;
	if (n == 0 || n > EVX_FRAME_PLAIN_MAX)
		return evx_fail(diag, EVX_E_USAGE, "frame: %u bytes to seal", n);
	if (type == EVX_FRAME_DATA || type == EVX_FRAME_LISTING)
		len = compress(c, plain, n, out + 1);
	out[0] = len > 0 ? CODEC_ZSTD : CODEC_RAW;
	if (len == 0) {
		memcpy(out + 1, plain, n);
		len = n;
	}
	evx_frame_body_ad(type, level, n, ad);
	err = evx_aead_seal(c->aead, key, nonce, ad, sizeof(ad), out, len + 1, out);
	if (err != EVX_OK)
		return evx_fail(diag, err, "frame: sealing failed");
	*body_len = len + 1 + EVX_AEAD_TAG;
	return EVX_OK;
}

enum evx_err evx_frame_codec_seal_opened(struct evx_frame_codec *c, uint8_t type, uint8_t level,
	const uint8_t key[32], uint32_t plain, const uint8_t *opened, size_t n, uint8_t *out,
	size_t *body_len, struct evx_diag *diag)
{
	static const uint8_t nonce[EVX_AEAD_NONCE];
	uint8_t ad[EVX_FRAME_BODY_AD_LEN];
	enum evx_err err;

	*body_len = 0;
	evx_frame_body_ad(type, level, plain, ad);
	err = evx_aead_seal(c->aead, key, nonce, ad, sizeof(ad), opened, n, out);
	if (err != EVX_OK)
		return evx_fail(diag, err, "frame: sealing failed");
	*body_len = n + EVX_AEAD_TAG;
	return EVX_OK;
}

/* Exactly one zstd frame, no dictionary, exactly plain bytes. */
static enum evx_err decompress(struct evx_frame_codec *c, const uint8_t *data, size_t n,
	uint32_t plain, uint8_t *room, struct evx_diag *diag)
{
	static const uint8_t magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };
	unsigned long long told;
	size_t len;

	if (n < sizeof(magic) || memcmp(data, magic, sizeof(magic)) != 0)
		return evx_fail(diag, EVX_E_CORRUPT, "frame: no zstd frame inside");
	if (ZSTD_getDictID_fromFrame(data, n) != 0)
		return evx_fail(diag, EVX_E_CORRUPT, "frame: compressed with a dictionary");
	told = ZSTD_getFrameContentSize(data, n);
	if (told == ZSTD_CONTENTSIZE_ERROR || (told != ZSTD_CONTENTSIZE_UNKNOWN && told != plain))
		return evx_fail(
			diag, EVX_E_CORRUPT, "frame: zstd names another length than %u", plain);
	len = ZSTD_findFrameCompressedSize(data, n);
	if (ZSTD_isError(len) || len != n)
		return evx_fail(
			diag, EVX_E_CORRUPT, "frame: compressed data is not one whole zstd frame");
	len = ZSTD_decompressDCtx(c->dctx, room, plain, data, n);
	if (ZSTD_isError(len) || len != plain)
		return evx_fail(diag, EVX_E_CORRUPT,
			"frame: compressed data does not give %u bytes", plain);
	return EVX_OK;
}

enum evx_err evx_frame_codec_open_beside(struct evx_frame_codec *c, uint8_t type, uint8_t level,
	const uint8_t key[32], uint32_t plain, const uint8_t *body, size_t body_len,
	uint8_t *opened, uint8_t *room, const uint8_t **out, struct evx_diag *diag)
{
	static const uint8_t nonce[EVX_AEAD_NONCE];
	uint8_t ad[EVX_FRAME_BODY_AD_LEN];
	size_t data_len;
	enum evx_err err;

	*out = NULL;
	if (plain == 0 || plain > EVX_FRAME_PLAIN_MAX || body_len <= EVX_FRAME_BODY_EXTRA ||
		body_len > plain + EVX_FRAME_BODY_EXTRA)
		return evx_fail(diag, EVX_E_CORRUPT,
			"frame: body of %zu bytes for %u bytes of plaintext", body_len, plain);
	data_len = body_len - EVX_FRAME_BODY_EXTRA;
	evx_frame_body_ad(type, level, plain, ad);
	err = evx_aead_open(c->aead, key, nonce, ad, sizeof(ad), body, body_len, opened);
	if (err != EVX_OK)
		return evx_fail(diag, err, "frame: body does not open with its key");
	/* What zstd made is shorter than the plaintext, so the lengths already tell the codec. */
	if (opened[0] != (data_len == plain ? CODEC_RAW : CODEC_ZSTD))
		return evx_fail(diag, EVX_E_CORRUPT,
			"frame: codec %u for %zu bytes of data and %u of plaintext", opened[0],
			data_len, plain);
	if (data_len == plain) {
		*out = opened + 1;
		return EVX_OK;
	}
	if (type != EVX_FRAME_DATA && type != EVX_FRAME_LISTING)
		return evx_fail(diag, EVX_E_CORRUPT, "frame: compressed though of type %u", type);
	err = decompress(c, opened + 1, data_len, plain, room, diag);
	if (err == EVX_OK)
		*out = room;
	return err;
}

enum evx_err evx_frame_codec_open(struct evx_frame_codec *c, uint8_t type, uint8_t level,
	const uint8_t key[32], uint32_t plain, uint8_t *body, size_t body_len, uint8_t *room,
	const uint8_t **out, struct evx_diag *diag)
{
	return evx_frame_codec_open_beside(
		c, type, level, key, plain, body, body_len, body, room, out, diag);
}

void evx_frame_codec_header_key(const uint8_t secret[32], uint8_t key[32])
{
	evx_hkdf_sha256(secret, 32, NULL, 0, EVX_FRAME_HEADER_AD, key);
}

enum evx_err evx_frame_codec_header_seal(struct evx_frame_codec *c, const uint8_t header_key[32],
	uint32_t sequence, uint64_t position, const struct evx_frame_header *h,
	uint8_t out[EVX_FRAME_HEADER_LEN])
{
	uint8_t nonce[EVX_AEAD_NONCE];

	evx_frame_header_nonce(sequence, position, nonce);
	evx_frame_header_encode(h, out);
	return evx_aead_seal(c->aead, header_key, nonce, EVX_FRAME_HEADER_AD,
		strlen(EVX_FRAME_HEADER_AD), out, EVX_FRAME_HEADER_PLAIN, out);
}

enum evx_err evx_frame_codec_header_open(struct evx_frame_codec *c, const uint8_t header_key[32],
	uint32_t sequence, uint64_t position, const uint8_t in[EVX_FRAME_HEADER_LEN],
	struct evx_frame_header *out, struct evx_diag *diag)
{
	uint8_t nonce[EVX_AEAD_NONCE], plain[EVX_FRAME_HEADER_PLAIN];
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	evx_frame_header_nonce(sequence, position, nonce);
	err = evx_aead_open(c->aead, header_key, nonce, EVX_FRAME_HEADER_AD,
		strlen(EVX_FRAME_HEADER_AD), in, EVX_FRAME_HEADER_LEN, plain);
	if (err == EVX_OK)
		err = evx_frame_header_decode(plain, out, diag);
	else
		err = evx_fail(diag, err, "frame header: does not open at this position");
	evx_wipe(plain, sizeof(plain));
	return err;
}
