/* Frames: the 60-byte header's plaintext, and what both AEADs bind (format-spec/payload.md
 * "Frames"). */
#ifndef EVX_FORMAT_FRAME_H
#define EVX_FORMAT_FRAME_H

#include "base/err.h"
#include "format/limits.h"

enum evx_frame_type {
	EVX_FRAME_DATA = 1,
	EVX_FRAME_LISTING = 2,
	EVX_FRAME_CONTENT_NODE = 3,
	EVX_FRAME_LISTING_NODE = 4,
	EVX_FRAME_PADDING = 5,
};

struct evx_frame_header {
	uint8_t type;    /* enum evx_frame_type */
	uint8_t level;   /* of a node; 0 for the others */
	uint32_t stored; /* bytes of the whole frame */
	uint32_t plain;  /* bytes of the plaintext */
	uint8_t key[32]; /* of the body */
};

#define EVX_FRAME_HEADER_AD "evx-header/1" /* also the info of HKDF that gives the header key */
#define EVX_FRAME_BODY_AD_LEN 17
#define EVX_FRAME_BODY_EXTRA \
	17u /* codec byte and tag: what a raw body is longer than its plaintext */

/* Writes the header's plaintext. */
void evx_frame_header_encode(const struct evx_frame_header *h, uint8_t out[EVX_FRAME_HEADER_PLAIN]);
/* Reads it and checks every rule that needs no other data: type, level, zero bytes, lengths that
 * agree (evx_frame_lengths_check). EVX_E_CORRUPT, EVX_E_LIMIT for a plaintext over 4 MiB,
 * EVX_E_UNSUPPORTED for a type above 5. */
enum evx_err evx_frame_header_decode(const uint8_t in[EVX_FRAME_HEADER_PLAIN],
	struct evx_frame_header *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_OK when a frame of this type can have these lengths: plain 1 to 4 MiB; stored from 78 to 77 +
 * plain bytes, exactly 77 + plain for nodes and padding. EVX_E_LIMIT or EVX_E_CORRUPT otherwise. */
enum evx_err evx_frame_lengths_check(
	uint8_t type, uint32_t stored, uint32_t plain, struct evx_diag *diag) EVX_MUST_CHECK;

/* The header's nonce: be32 sequence, be64 position. */
void evx_frame_header_nonce(uint32_t sequence, uint64_t position, uint8_t nonce[12]);
/* The body's associated data: "evx-frame/1", type, level, be32 plain. */
void evx_frame_body_ad(
	uint8_t type, uint8_t level, uint32_t plain, uint8_t ad[EVX_FRAME_BODY_AD_LEN]);

/* The length that a sequence gets whose frames, without the padding frame, end at used > 0: the
 * smallest T >= used + 78 such that T mod 32 MiB is zero or a Padmé length (format-spec/payload.md
 * "Padding"). The padding frame's plaintext has T - used - 77 bytes. */
uint64_t evx_frame_padded_length(uint64_t used);
/* The smallest Padmé length at or above len, 2 <= len < 2^63. */
uint64_t evx_frame_padme(uint64_t len);

#endif
