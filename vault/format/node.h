/* References and tree nodes (format-spec/payload.md "References and trees"). */
#ifndef EVX_FORMAT_NODE_H
#define EVX_FORMAT_NODE_H

#include "base/buf.h"
#include "format/frame.h"

/* Where a frame is and what it holds. Carries a key: whoever keeps one wipes it. */
struct evx_ref {
	uint8_t id[32]; /* SHA-256 of the frame's plaintext */
	uint8_t key[32];
	uint32_t sequence; /* 0 or 1 */
	uint64_t position; /* of the frame's header in that sequence */
	uint32_t stored, plain;
	uint64_t span; /* stream bytes: plain, or those beneath a node */
};

/* A reference to a tree's root, and its level; absent for an empty stream. */
struct evx_tree_root {
	bool present;
	uint8_t level;
	struct evx_ref ref;
};

/* A decoded node. About 107 KB: keep it on the heap. */
struct evx_node {
	uint64_t first; /* stream offset of the first byte beneath */
	uint64_t span;  /* sum of the references' spans */
	uint32_t count;
	struct evx_ref refs[EVX_NODE_REFS_MAX];
};

#define EVX_NODE_HEAD_LEN 12u
#define EVX_NODE_LEN_MAX (EVX_NODE_HEAD_LEN + EVX_NODE_REFS_MAX * EVX_REF_LEN)

void evx_ref_encode(const struct evx_ref *ref, uint8_t out[EVX_REF_LEN]);
/* EVX_OK when ref may refer to a frame of this type: sequence 0 or 1, lengths as
 * evx_frame_lengths_check, its end inside 2^63, span equal to plain unless it is a node (then at
 * least 1, and plain the length of a node). EVX_E_CORRUPT or EVX_E_LIMIT otherwise. */
enum evx_err evx_ref_check(
	const struct evx_ref *ref, uint8_t type, struct evx_diag *diag) EVX_MUST_CHECK;

/* Writes the node of count references (1 to 1,024) from stream offset first; out has room for 12 +
 * 92 * count bytes. Returns its length. */
size_t evx_node_encode(uint64_t first, const struct evx_ref *refs, uint32_t count, uint8_t *out);
/* Reads the plaintext of a node at level (0 to 7) of the tree whose stream frames have type stream
 * (EVX_FRAME_DATA or EVX_FRAME_LISTING), which was referenced as covering span bytes from stream
 * offset first; checks count, exact length, every reference, first, and that the spans sum to span.
 * EVX_E_CORRUPT, EVX_E_TRUNCATED or EVX_E_LIMIT. */
enum evx_err evx_node_decode(const uint8_t *p, size_t n, uint8_t stream, uint8_t level,
	uint64_t first, uint64_t span, struct evx_node *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* As above for a node whose place is not known (salvage): first and span are taken as they stand.
 */
enum evx_err evx_node_decode_loose(const uint8_t *p, size_t n, uint8_t stream, uint8_t level,
	struct evx_node *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
