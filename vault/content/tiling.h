/* Deep verification that no byte of a payload belongs to nothing (format-spec/payload.md "Tiling").
 *
 * Each sequence is walked by its headers from 0: every header opens at its own position only, so
 * the walk shows how frames cover the sequence without gap or overlap. The walk goes in windows of
 * at most 524,288 frames (32 MiB of memory); for each window both trees are visited, every
 * reference into the window must meet a header there that agrees with it in everything, and every
 * frame must have met one. A payload of usual chunks needs one window per TiB. */
#ifndef EVX_CONTENT_TILING_H
#define EVX_CONTENT_TILING_H

#include "base/cancel.h"
#include "content/payload_source.h"
#include "format/node.h"

struct evx_tiling_opts {
	const struct evx_payload_source *src;
	const uint8_t *secret; /* 32 bytes: the content identity */
	const struct evx_tree_root *content, *listing;
	bool has_padding[2];
	struct evx_ref padding[2];
	const struct evx_cancel *cancel;
	size_t window; /* frames per window; 0: the default */
};

/* EVX_E_CORRUPT when a frame is referenced by nothing, a reference meets no frame or another one, a
 * sequence does not end in its one padding frame of zeros and of the length it must have;
 * EVX_E_FORGED when a header does not open; else what reading says. *frames (NULL allowed) gets the
 * number of frames. */
enum evx_err evx_tiling_check(
	const struct evx_tiling_opts *opts, uint64_t *frames, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
