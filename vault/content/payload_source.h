/* Where a payload's bytes come from: positions in its sequences to bytes. Implemented by the bundle
 * layer. */
#ifndef EVX_CONTENT_PAYLOAD_SOURCE_H
#define EVX_CONTENT_PAYLOAD_SOURCE_H

#include "base/err.h"

struct evx_payload_source {
	/* Reads exactly n bytes at position of sequence (inside the length below) to p. Called from
	 * several threads at once. */
	enum evx_err (*read)(void *ctx, uint32_t sequence, uint64_t position, uint8_t *p, size_t n,
		struct evx_diag *diag);
	/* For salvage only, NULL when nothing is missing: the first position at or after position
	 * whose bytes are there, and in *end where they stop being there; UINT64_MAX when there are
	 * none. */
	uint64_t (*present)(void *ctx, uint32_t sequence, uint64_t position, uint64_t *end);
	void *ctx;
	uint64_t sequence_len[2];
};

#endif
