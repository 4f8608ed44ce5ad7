/* The content part and the listing part of a seal: where content and listing stand in the payload
 * (format-spec/seal.md). */
#ifndef EVX_FORMAT_CONTENT_PART_H
#define EVX_FORMAT_CONTENT_PART_H

#include "format/binding.h"
#include "format/node.h"

struct evx_content_part {
	struct evx_binding binding;
	bool listing_only; /* format evx-listing/1: opens the listing and nothing else */
	uint64_t lines;
	uint8_t leaf_secret[32];
	uint64_t sequences[2]; /* lengths of the payload's sequences, which the seal's document says
				  and the part must fit */
	struct evx_ref padding[2];
	size_t npadding;              /* one for each sequence that is not empty, in order */
	struct evx_tree_root listing; /* always present */
	struct evx_tree_root content; /* not present when no byte is stored, and in a listing part
				       */
};
/* The struct holds keys and the leaf secret: whoever owns one wipes it (evx_wipe) when done. */

/* Appends the JSON line of part to out (wiped when freed). EVX_E_USAGE for numbers no reader would
 * accept. */
enum evx_err evx_content_part_encode(const struct evx_content_part *part, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the JSON line of a content part, or of a listing part when listing_only. EVX_E_CORRUPT when
 * its references do not fit the lengths in sequences, those of the seal's document. *out is zeroed
 * after a failure. */
enum evx_err evx_content_part_decode(const void *p, size_t n, bool listing_only,
	const uint64_t sequences[2], struct evx_content_part *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
