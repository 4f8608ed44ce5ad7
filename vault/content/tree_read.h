/* Walks the tree of a stream: references to its frames in stream order, from any offset
 * (format-spec/payload.md "References and trees"). Bounded memory: one node per level. Checks
 * everything the page asks for about nodes, ids included. */
#ifndef EVX_CONTENT_TREE_READ_H
#define EVX_CONTENT_TREE_READ_H

#include "base/cancel.h"
#include "content/frame_read.h"

struct evx_tree_reader;

/* Begins before the first frame of the tree under root whose stream frames have type stream
 * (EVX_FRAME_DATA or EVX_FRAME_LISTING). src and root are borrowed. An absent root is an empty
 * stream. EVX_E_CORRUPT when root breaks a rule. */
enum evx_err evx_tree_read_new(const struct evx_payload_source *src, uint8_t stream,
	const struct evx_tree_root *root, struct evx_tree_reader **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_tree_read_free(struct evx_tree_reader *t);
/* Length of the stream in bytes. */
uint64_t evx_tree_read_length(const struct evx_tree_reader *t);
/* Goes to the frame that holds stream offset (< length): the next call of evx_tree_read_next gives
 * it. Logarithmic. */
enum evx_err evx_tree_read_seek(
	struct evx_tree_reader *t, uint64_t offset, struct evx_diag *diag) EVX_MUST_CHECK;
/* The next frame's reference and the stream offset of its first byte; *end when there is none. *ref
 * is valid until the next call. */
enum evx_err evx_tree_read_next(struct evx_tree_reader *t, const struct evx_ref **ref,
	uint64_t *offset, bool *end, struct evx_diag *diag) EVX_MUST_CHECK;

/* Called for every reference of a tree, nodes included, in the order they are met (a node before
 * what is beneath it). */
typedef enum evx_err (*evx_tree_visit)(
	void *ctx, uint8_t type, uint8_t level, const struct evx_ref *ref, struct evx_diag *diag);
/* Visits the root and everything beneath it. */
enum evx_err evx_tree_read_all(const struct evx_payload_source *src, uint8_t stream,
	const struct evx_tree_root *root, const struct evx_cancel *cancel, evx_tree_visit visit,
	void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
