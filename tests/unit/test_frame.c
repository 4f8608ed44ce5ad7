/* Headers and bodies of frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "content/frame_codec.h"
#include "crypto/aead.h"
#include "crypto/secret.h"

static struct evx_frame_codec *codec;

/* ---- headers ---------------------------------------------------------------------------- */

static struct evx_frame_header header(void)
{
	struct evx_frame_header h = { .type = EVX_FRAME_DATA, .stored = 177, .plain = 100 };

	memset(h.key, 0xaa, sizeof(h.key));
	return h;
}

static void assert_same_header(const struct evx_frame_header *a, const struct evx_frame_header *b)
{
	uint8_t x[EVX_FRAME_HEADER_PLAIN], y[EVX_FRAME_HEADER_PLAIN];

	evx_frame_header_encode(a, x);
	evx_frame_header_encode(b, y);
	assert_memory_equal(x, y, sizeof(x));
}

static void header_layout(void **state)
{
	struct evx_frame_header h = header(), back;
	uint8_t p[EVX_FRAME_HEADER_PLAIN];
	static const uint8_t head[12] = { 3, 5, 0, 0, 0, 0, 0, 185, 0, 0, 0, 108 };

	(void)state;
	h.type = EVX_FRAME_CONTENT_NODE;
	h.level = 5;
	h.plain = 108;
	h.stored = 185;
	evx_frame_header_encode(&h, p);
	assert_memory_equal(p, head, sizeof(head));
	assert_memory_equal(p + 12, h.key, 32);
	assert_int_equal(evx_frame_header_decode(p, &back, NULL), EVX_OK);
	assert_same_header(&back, &h);
}

static void header_rejects(void **state)
{
	static const struct {
		uint8_t type, level, zero;
		uint32_t stored, plain;
		enum evx_err err;
	} cases[] = {
		{ 0, 0, 0, 177, 100, EVX_E_CORRUPT },
		{ 6, 0, 0, 177, 100, EVX_E_UNSUPPORTED },
		{ 1, 1, 0, 177, 100, EVX_E_CORRUPT },
		{ 2, 1, 0, 177, 100, EVX_E_CORRUPT },
		{ 5, 1, 0, 177, 100, EVX_E_CORRUPT },
		{ 3, 8, 0, 177, 100, EVX_E_LIMIT },
		{ 1, 0, 1, 177, 100, EVX_E_CORRUPT },
		{ 1, 0, 0, 178, 100, EVX_E_CORRUPT },
		{ 1, 0, 0, 77, 100, EVX_E_CORRUPT },
		{ 1, 0, 0, 78, 100, EVX_OK },
		{ 3, 0, 0, 176, 100, EVX_E_CORRUPT },
		{ 4, 0, 0, 176, 100, EVX_E_CORRUPT },
		{ 5, 0, 0, 176, 100, EVX_E_CORRUPT },
		{ 5, 0, 0, 177, 100, EVX_OK },
		{ 1, 0, 0, 77, 0, EVX_E_CORRUPT },
		{ 1, 0, 0, 100, EVX_FRAME_PLAIN_MAX, EVX_OK },
		{ 1, 0, 0, 100, EVX_FRAME_PLAIN_MAX + 1, EVX_E_LIMIT },
		{ 1, 0, 0, 100, UINT32_MAX, EVX_E_LIMIT },
		{ 1, 0, 0, UINT32_MAX, 100, EVX_E_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evx_frame_header h = { .type = cases[i].type,
			.level = cases[i].level,
			.stored = cases[i].stored,
			.plain = cases[i].plain };
		struct evx_frame_header back;
		uint8_t p[EVX_FRAME_HEADER_PLAIN];

		evx_frame_header_encode(&h, p);
		p[2] = cases[i].zero;
		assert_int_equal(evx_frame_header_decode(p, &back, NULL), cases[i].err);
	}
}

static void header_opens_at_its_place_only(void **state)
{
	struct evx_frame_header h = header(), back;
	uint8_t key[32], secret[32] = { 1 }, sealed[EVX_FRAME_HEADER_LEN];

	(void)state;
	evx_frame_codec_header_key(secret, key);
	assert_int_equal(evx_frame_codec_header_seal(codec, key, 1, 99, &h, sealed), EVX_OK);
	assert_int_equal(
		evx_frame_codec_header_open(codec, key, 1, 99, sealed, &back, NULL), EVX_OK);
	assert_same_header(&back, &h);
	assert_int_equal(
		evx_frame_codec_header_open(codec, key, 0, 99, sealed, &back, NULL), EVX_E_FORGED);
	assert_int_equal(
		evx_frame_codec_header_open(codec, key, 1, 98, sealed, &back, NULL), EVX_E_FORGED);
	key[0] ^= 1;
	assert_int_equal(
		evx_frame_codec_header_open(codec, key, 1, 99, sealed, &back, NULL), EVX_E_FORGED);
	key[0] ^= 1;
	for (size_t i = 0; i < sizeof(sealed); i++) {
		sealed[i] ^= 1;
		assert_int_equal(
			evx_frame_codec_header_open(codec, key, 1, 99, sealed, &back, NULL),
			EVX_E_FORGED);
		sealed[i] ^= 1;
	}
}

/* ---- padding ---------------------------------------------------------------------------- */

/* Word by word as payload.md has it. */
static bool is_padme(uint64_t len)
{
	unsigned e = 0, s = 0;

	if (len < 2)
		return len == 0;
	while (len >> (e + 1) != 0)
		e++;
	while (e >> (s + 1) != 0)
		s++;
	s++;
	return len % ((uint64_t)1 << (e - s)) == 0;
}

static void check_padded(uint64_t used)
{
	uint64_t t = evx_frame_padded_length(used);

	assert_true(t >= used + 78 && t - used - 77 <= EVX_FRAME_PLAIN_MAX);
	assert_true(is_padme(t % EVX_PACK_LEN));
	for (uint64_t less = used + 78; less < t && less < used + 5000; less++)
		assert_false(is_padme(less % EVX_PACK_LEN));
	for (uint64_t less = t - 1; less > t - 5000 && less >= used + 78; less--)
		assert_false(is_padme(less % EVX_PACK_LEN));
}

static void padding(void **state)
{
	(void)state;
	for (uint64_t used = 1; used < 3000; used++)
		check_padded(used);
	for (uint64_t used = EVX_PACK_LEN - 200; used < EVX_PACK_LEN + 200; used++)
		check_padded(used);
	for (uint64_t used = 5000; used < 200000000; used = used * 3 / 2 + 7)
		check_padded(used);
	check_padded((uint64_t)1 << 44);
}

/* ---- bodies ----------------------------------------------------------------------------- */

static void noise(uint8_t *p, size_t n)
{
	uint64_t x = 88172645463325252u;

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p[i] = (uint8_t)x;
	}
}

static size_t seal(uint8_t type, const uint8_t *plain, uint32_t n, uint8_t **body)
{
	static const uint8_t key[32] = { 5 };
	size_t len;

	*body = malloc(n + EVX_FRAME_BODY_EXTRA);
	assert_int_equal(
		evx_frame_codec_seal(codec, type, 0, key, plain, n, *body, &len, NULL), EVX_OK);
	assert_true(len <= n + EVX_FRAME_BODY_EXTRA);
	return len;
}

static void bodies(void **state)
{
	static const uint8_t key[32] = { 5 };
	static const uint32_t sizes[] = { 1, 2, 10, 4095, 4096, 100000, EVX_FRAME_PLAIN_MAX };
	static const uint8_t types[] = { EVX_FRAME_DATA, EVX_FRAME_LISTING, EVX_FRAME_PADDING };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (int kind = 0; kind < 2; kind++)
			for (size_t t = 0; t < 3; t++) {
				uint32_t n = sizes[i];
				uint8_t *plain = calloc(1, n), *room = malloc(n), *body, *kept,
					*opened;
				const uint8_t *out;
				size_t len;

				if (kind == 1)
					noise(plain, n);
				len = seal(types[t], plain, n, &body);
				if (kind == 1 || types[t] == EVX_FRAME_PADDING)
					assert_int_equal(len, n + EVX_FRAME_BODY_EXTRA);
				else if (n > 100)
					assert_true(len < n);
				kept = malloc(len);
				opened = malloc(len);
				memcpy(kept, body, len);
				assert_int_equal(
					evx_frame_codec_open_beside(codec, types[t], 0, key, n,
						body, len, opened, room, &out, NULL),
					EVX_OK);
				assert_memory_equal(out, plain, n);
				assert_memory_equal(body, kept, len);
				assert_int_equal(evx_frame_codec_open(codec, types[t], 0, key, n,
							 body, len, room, &out, NULL),
					EVX_OK);
				assert_memory_equal(out, plain, n);
				free(plain);
				free(room);
				free(body);
				free(kept);
				free(opened);
			}
}

static void body_binds(void **state)
{
	static const uint8_t key[32] = { 5 }, other[32] = { 6 };
	uint8_t plain[200] = { 0 }, room[300], *body, copy[300];
	const uint8_t *out;
	size_t len;

	(void)state;
	len = seal(EVX_FRAME_DATA, plain, sizeof(plain), &body);
#define OPEN(type, level, k, n, l) \
	(memcpy(copy, body, len), \
		evx_frame_codec_open(codec, type, level, k, n, copy, l, room, &out, NULL))
	assert_int_equal(OPEN(EVX_FRAME_DATA, 0, key, 200, len), EVX_OK);
	assert_int_equal(OPEN(EVX_FRAME_LISTING, 0, key, 200, len), EVX_E_FORGED);
	assert_int_equal(OPEN(EVX_FRAME_DATA, 1, key, 200, len), EVX_E_FORGED);
	assert_int_equal(OPEN(EVX_FRAME_DATA, 0, other, 200, len), EVX_E_FORGED);
	assert_int_equal(OPEN(EVX_FRAME_DATA, 0, key, 201, len), EVX_E_FORGED);
	assert_int_equal(OPEN(EVX_FRAME_DATA, 0, key, 0, len), EVX_E_CORRUPT);
	assert_int_equal(OPEN(EVX_FRAME_DATA, 0, key, EVX_FRAME_PLAIN_MAX + 1, len), EVX_E_CORRUPT);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(OPEN(EVX_FRAME_DATA, 0, key, 200, i),
			i <= EVX_FRAME_BODY_EXTRA ? EVX_E_CORRUPT : EVX_E_FORGED);
	for (size_t i = 0; i < len; i++) {
		body[i] ^= 16;
		assert_int_equal(OPEN(EVX_FRAME_DATA, 0, key, 200, len), EVX_E_FORGED);
		body[i] ^= 16;
	}
#undef OPEN
	free(body);
}

/* Seals codec byte and data as they are, as a hostile writer would, and opens them. */
static enum evx_err open_made(
	uint8_t type, uint8_t codec_byte, const uint8_t *data, size_t n, uint32_t plain)
{
	static const uint8_t key[32] = { 9 }, nonce[12];
	struct evx_aead *aead = evx_aead_new();
	uint8_t *body = malloc(n + EVX_FRAME_BODY_EXTRA), *room = malloc(plain),
		ad[EVX_FRAME_BODY_AD_LEN];
	const uint8_t *out;
	enum evx_err err;

	body[0] = codec_byte;
	memcpy(body + 1, data, n);
	evx_frame_body_ad(type, 0, plain, ad);
	assert_int_equal(
		evx_aead_seal(aead, key, nonce, ad, sizeof(ad), body, n + 1, body), EVX_OK);
	err = evx_frame_codec_open(
		codec, type, 0, key, plain, body, n + EVX_FRAME_BODY_EXTRA, room, &out, NULL);
	evx_aead_free(aead);
	free(body);
	free(room);
	return err;
}

static void hostile_codecs(void **state)
{
	uint8_t plain[1000] = { 0 }, z[1100], twice[300];
	size_t n = ZSTD_compress(z, sizeof(z), plain, sizeof(plain), 3);
	uint8_t *big = calloc(1, 16 * EVX_FRAME_PLAIN_MAX), *bomb = malloc(100000);
	size_t bomb_len = ZSTD_compress(bomb, 100000, big, 16 * (size_t)EVX_FRAME_PLAIN_MAX, 3);
	ZSTD_CCtx *cctx = ZSTD_createCCtx();
	ZSTD_outBuffer zout = { bomb, 100000, 0 };
	ZSTD_inBuffer zin = { big, 16 * (size_t)EVX_FRAME_PLAIN_MAX, 0 };

	(void)state;
	assert_false(ZSTD_isError(n) || ZSTD_isError(bomb_len));
	assert_int_equal(open_made(EVX_FRAME_DATA, 1, z, n, 1000), EVX_OK);
	assert_int_equal(open_made(EVX_FRAME_DATA, 1, z, n, 999), EVX_E_CORRUPT);
	assert_int_equal(open_made(EVX_FRAME_DATA, 1, z, n, 1001), EVX_E_CORRUPT);
	assert_int_equal(open_made(EVX_FRAME_DATA, 0, z, n, 1000), EVX_E_CORRUPT);
	assert_int_equal(open_made(EVX_FRAME_DATA, 2, z, n, 1000), EVX_E_CORRUPT);
	assert_int_equal(open_made(EVX_FRAME_DATA, 1, plain, 1000, 1000), EVX_E_CORRUPT);
	assert_int_equal(open_made(EVX_FRAME_CONTENT_NODE, 1, z, n, 1000), EVX_E_CORRUPT);
	assert_int_equal(open_made(EVX_FRAME_PADDING, 1, z, n, 1000), EVX_E_CORRUPT);
	for (size_t i = 1; i < n; i++)
		assert_int_equal(open_made(EVX_FRAME_DATA, 1, z, i, 1000), EVX_E_CORRUPT);
	/* Two frames, a frame and a byte, a skippable frame. */
	memcpy(twice, z, n);
	memcpy(twice + n, z, n);
	assert_int_equal(open_made(EVX_FRAME_DATA, 1, twice, 2 * n, 1000), EVX_E_CORRUPT);
	assert_int_equal(open_made(EVX_FRAME_DATA, 1, twice, 2 * n, 2000), EVX_E_CORRUPT);
	assert_int_equal(open_made(EVX_FRAME_DATA, 1, twice, n + 1, 1000), EVX_E_CORRUPT);
	assert_int_equal(open_made(EVX_FRAME_DATA, 1,
				 (const uint8_t *)"\x50\x2a\x4d\x18\x01\x00\x00\x00x", 9, 1000),
		EVX_E_CORRUPT);
	/* 64 MiB of zeros in a few kilobytes, with and without its length in front. */
	assert_int_equal(
		open_made(EVX_FRAME_DATA, 1, bomb, bomb_len, EVX_FRAME_PLAIN_MAX), EVX_E_CORRUPT);
	assert_int_equal(ZSTD_compressStream2(cctx, &zout, &zin, ZSTD_e_end), 0);
	assert_int_equal(
		open_made(EVX_FRAME_DATA, 1, bomb, zout.pos, EVX_FRAME_PLAIN_MAX), EVX_E_CORRUPT);
	ZSTD_freeCCtx(cctx);
	free(big);
	free(bomb);
}

/* A frame compressed with a dictionary is refused whether or not it would need it. */
static void dictionary(void **state)
{
	static uint8_t samples[20000], dict[2000];
	uint8_t z[2000];
	ZSTD_CCtx *cctx = ZSTD_createCCtx();
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(samples); i++)
		samples[i] = (uint8_t)("hashes, locks and keys "[i % 23]);
	/* A dictionary in zstd's own format is no more than its magic, an id and tables; a raw one
	 * has no id, and then the frame names none. */
	memcpy(dict, samples, sizeof(dict));
	n = ZSTD_compress_usingDict(cctx, z, sizeof(z), samples + 2000, 500, dict, sizeof(dict), 3);
	assert_false(ZSTD_isError(n));
	assert_int_equal(open_made(EVX_FRAME_DATA, 1, z, n, 500), EVX_E_CORRUPT);
	/* The same with an id in the frame header: descriptor bit 0 set, one byte of id. */
	n = ZSTD_compress(z, sizeof(z), samples, 500, 3);
	memmove(z + 6, z + 5, n - 5);
	z[4] |= 1;
	z[5] = 77;
	assert_int_equal(open_made(EVX_FRAME_DATA, 1, z, n + 1, 500), EVX_E_CORRUPT);
	ZSTD_freeCCtx(cctx);
}

static void levels(void **state)
{
	struct evx_frame_codec *c;
	uint8_t plain[5000], body[5017], room[5000];
	static const uint8_t key[32] = { 1 };
	const uint8_t *out;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i / 7);
	assert_int_equal(evx_frame_codec_new(-1, &c, NULL), EVX_E_USAGE);
	assert_int_equal(evx_frame_codec_new(20, &c, NULL), EVX_E_USAGE);
	for (int level = 0; level <= 19; level++) {
		assert_int_equal(evx_frame_codec_new(level, &c, NULL), EVX_OK);
		assert_int_equal(evx_frame_codec_seal(c, EVX_FRAME_DATA, 0, key, plain,
					 sizeof(plain), body, &len, NULL),
			EVX_OK);
		assert_true(len < sizeof(plain));
		assert_int_equal(evx_frame_codec_open(c, EVX_FRAME_DATA, 0, key, sizeof(plain),
					 body, len, room, &out, NULL),
			EVX_OK);
		assert_memory_equal(out, plain, sizeof(plain));
		assert_int_equal(
			evx_frame_codec_seal(c, EVX_FRAME_DATA, 0, key, plain, 0, body, &len, NULL),
			EVX_E_USAGE);
		evx_frame_codec_free(c);
	}
}

/* Repeats of five bytes between noise: the quick way does not look for those. */
static void quick_way(void **state)
{
	static uint8_t plain[200000], body[200017], first[200017], room[200000];
	static const uint8_t key[32] = { 1 };
	const uint8_t *out;
	size_t first_len, len;
	uint32_t x = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(plain); i++) {
		x = x * 1664525u + 1013904223u;
		plain[i] = i % 9 < 5 ? (uint8_t)(i / 9 % 50 * 5 + i % 9) : (uint8_t)(x >> 26);
	}
	assert_int_equal(evx_frame_codec_seal(codec, EVX_FRAME_DATA, 0, key, plain, sizeof(plain),
				 first, &first_len, NULL),
		EVX_OK);
	evx_frame_codec_quick(codec, true);
	assert_int_equal(evx_frame_codec_seal(codec, EVX_FRAME_DATA, 0, key, plain, sizeof(plain),
				 body, &len, NULL),
		EVX_OK);
	assert_true(len > first_len);
	assert_int_equal(evx_frame_codec_open(codec, EVX_FRAME_DATA, 0, key, sizeof(plain), body,
				 len, room, &out, NULL),
		EVX_OK);
	assert_memory_equal(out, plain, sizeof(plain));
	evx_frame_codec_quick(codec, false);
	assert_int_equal(evx_frame_codec_seal(codec, EVX_FRAME_DATA, 0, key, plain, sizeof(plain),
				 body, &len, NULL),
		EVX_OK);
	assert_int_equal(len, first_len);
	assert_memory_equal(body, first, len);
}

static int start(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK && evx_frame_codec_new(0, &codec, NULL) == EVX_OK ?
		0 :
		-1;
}

static int stop(void **state)
{
	(void)state;
	evx_frame_codec_free(codec);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_layout),
		cmocka_unit_test(header_rejects),
		cmocka_unit_test(header_opens_at_its_place_only),
		cmocka_unit_test(padding),
		cmocka_unit_test(bodies),
		cmocka_unit_test(body_binds),
		cmocka_unit_test(hostile_codecs),
		cmocka_unit_test(dictionary),
		cmocka_unit_test(levels),
		cmocka_unit_test(quick_way),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
