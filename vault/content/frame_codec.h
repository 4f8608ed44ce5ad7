/* Bodies of frames: compress and seal, open and decompress (format-spec/payload.md "Frames"). One
 * codec per thread. */
#ifndef EVX_CONTENT_FRAME_CODEC_H
#define EVX_CONTENT_FRAME_CODEC_H

#include "format/frame.h"

struct evx_frame_codec;

/* level: 1 to 19 as zstd counts them, 0 the default (tuned; see the source). *out is freed with
 * evx_frame_codec_free. EVX_E_MEMORY, EVX_E_USAGE for another level. */
enum evx_err evx_frame_codec_new(
	int level, struct evx_frame_codec **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_frame_codec_free(struct evx_frame_codec *c);

/* At level 0: from here on time counts more than size (true), or less (false, as for a new codec).
 */
void evx_frame_codec_quick(struct evx_frame_codec *c, bool quick);

/* Compresses (data and listing frames, where that helps) and seals n bytes at plain (1 to 4 MiB)
 * under the fresh key; the body goes to out, which has room for n + 17 bytes; *body_len <= n + 17
 * is its length. */
enum evx_err evx_frame_codec_seal(struct evx_frame_codec *c, uint8_t type, uint8_t level,
	const uint8_t key[32], const uint8_t *plain, uint32_t n, uint8_t *out, size_t *body_len,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Opens the body of body_len bytes (decrypted in place) of a frame whose header or reference says
 * type, level and plain. *out points at the plain bytes: in room (which has room for plain bytes)
 * when the body was compressed, in body otherwise (room may be NULL when body_len is plain + 17).
 * Authenticates first; never decompresses past plain bytes. EVX_E_FORGED, EVX_E_CORRUPT. */
enum evx_err evx_frame_codec_open(struct evx_frame_codec *c, uint8_t type, uint8_t level,
	const uint8_t key[32], uint32_t plain, uint8_t *body, size_t body_len, uint8_t *room,
	const uint8_t **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for a body that is to stay as it is: decrypted to opened (room for body_len - 16 bytes),
 * which stands for body in *out. */
enum evx_err evx_frame_codec_open_beside(struct evx_frame_codec *c, uint8_t type, uint8_t level,
	const uint8_t key[32], uint32_t plain, const uint8_t *body, size_t body_len,
	uint8_t *opened, uint8_t *room, const uint8_t **out, struct evx_diag *diag) EVX_MUST_CHECK;

/* Seals what open_beside wrote to opened (n bytes: the codec and the data), of a frame with plain
 * bytes, under another fresh key, as it stands. The body goes to out, which has room for n + 16
 * bytes. */
enum evx_err evx_frame_codec_seal_opened(struct evx_frame_codec *c, uint8_t type, uint8_t level,
	const uint8_t key[32], uint32_t plain, const uint8_t *opened, size_t n, uint8_t *out,
	size_t *body_len, struct evx_diag *diag) EVX_MUST_CHECK;

/* The header key of an exhibit from the 32 secret bytes of its content identity. */
void evx_frame_codec_header_key(const uint8_t secret[32], uint8_t key[32]);
/* Seals the header of the frame at position of sequence into 60 bytes; opens it. EVX_E_FORGED when
 * it is no header of this exhibit at this place; otherwise as evx_frame_header_decode. */
enum evx_err evx_frame_codec_header_seal(struct evx_frame_codec *c, const uint8_t header_key[32],
	uint32_t sequence, uint64_t position, const struct evx_frame_header *h,
	uint8_t out[EVX_FRAME_HEADER_LEN]) EVX_MUST_CHECK;
enum evx_err evx_frame_codec_header_open(struct evx_frame_codec *c, const uint8_t header_key[32],
	uint32_t sequence, uint64_t position, const uint8_t in[EVX_FRAME_HEADER_LEN],
	struct evx_frame_header *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
