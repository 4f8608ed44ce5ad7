/* Payloads by a hostile sealer: every frame is sealed as it should be, only what is in them comes
 * from the fuzzer. */
#ifndef EVX_TESTS_HOSTILE_H
#define EVX_TESTS_HOSTILE_H

#include "content/frame_codec.h"
#include "content/payload_source.h"
#include "crypto/hash.h"
#include "format/node.h"
#include "fuzz/fuzz.h"

struct hostile {
	struct evx_frame_codec *codec;
	struct evx_buf bytes; /* of sequence 0 */
	uint8_t secret[32], header_key[32], key[32];
	struct evx_payload_source src;
};

static enum evx_err hostile_read(void *ctx, uint32_t sequence, uint64_t position, uint8_t *p,
	size_t n, struct evx_diag *diag)
{
	const struct hostile *h = ctx;

	if (sequence != 0 || position > h->bytes.len || n > h->bytes.len - position)
		return evx_fail(diag, EVX_E_TRUNCATED, "payload: ends before %llu",
			(unsigned long long)(position + n));
	memcpy(p, h->bytes.data + position, n);
	return EVX_OK;
}

static inline void hostile_begin(struct hostile *h)
{
	memset(h, 0, sizeof(*h));
	memset(h->secret, 0x41, sizeof(h->secret));
	memset(h->key, 0x42, sizeof(h->key));
	evx_frame_codec_header_key(h->secret, h->header_key);
	fuzz_check(evx_frame_codec_new(0, &h->codec, NULL) == EVX_OK);
	h->src.read = hostile_read;
	h->src.ctx = h;
}

/* Adds a frame that holds the n >= 1 bytes at p and gives the reference to it. */
static inline void hostile_frame(struct hostile *h, uint8_t type, uint8_t level, const uint8_t *p,
	uint32_t n, struct evx_ref *ref)
{
	struct evx_frame_header header = { .type = type, .level = level, .plain = n };
	size_t at = h->bytes.len, body;

	memcpy(header.key, h->key, sizeof(header.key));
	fuzz_check(evx_buf_reserve(&h->bytes, EVX_FRAME_HEADER_LEN + n + EVX_FRAME_BODY_EXTRA) ==
		EVX_OK);
	fuzz_check(evx_frame_codec_seal(h->codec, type, level, h->key, p, n,
			   h->bytes.data + at + EVX_FRAME_HEADER_LEN, &body, NULL) == EVX_OK);
	header.stored = (uint32_t)(EVX_FRAME_HEADER_LEN + body);
	fuzz_check(evx_frame_codec_header_seal(
			   h->codec, h->header_key, 0, at, &header, h->bytes.data + at) == EVX_OK);
	h->bytes.len += header.stored;
	h->src.sequence_len[0] = h->bytes.len;
	memset(ref, 0, sizeof(*ref));
	evx_sha256(p, n, ref->id);
	memcpy(ref->key, h->key, sizeof(ref->key));
	ref->position = at;
	ref->stored = header.stored;
	ref->plain = n;
	ref->span = n;
}

static inline void hostile_end(struct hostile *h)
{
	evx_frame_codec_free(h->codec);
	evx_buf_free(&h->bytes);
}

#endif
