/* Reads single frames by reference (format-spec/payload.md "Frames"). */
#ifndef EVX_CONTENT_FRAME_READ_H
#define EVX_CONTENT_FRAME_READ_H

#include "content/frame_codec.h"
#include "content/payload_source.h"
#include "format/node.h"

#define EVX_FRAME_ROOM (EVX_FRAME_PLAIN_MAX + EVX_FRAME_BODY_EXTRA)

/* Reads and opens the frame that ref refers to, of the type and level given; ref was checked with
 * evx_ref_check. *out points at ref->plain bytes inside room (EVX_FRAME_ROOM bytes); scratch (as
 * long) is for the compressed form. The id is compared when check_id is set; that of a data frame
 * cannot be, since it is not made of the frame's bytes alone: EVX_E_USAGE. EVX_E_FORGED,
 * EVX_E_CORRUPT, EVX_E_TRUNCATED (it would end past its sequence), or what src says. */
enum evx_err evx_frame_read_into(struct evx_frame_codec *c, const struct evx_payload_source *src,
	uint8_t type, uint8_t level, const struct evx_ref *ref, bool check_id, uint8_t *room,
	uint8_t *scratch, const uint8_t **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same with memory in buf, as much as the frame needs: *out is valid until buf changes. */
enum evx_err evx_frame_read(struct evx_frame_codec *c, const struct evx_payload_source *src,
	uint8_t type, uint8_t level, const struct evx_ref *ref, bool check_id, struct evx_buf *buf,
	const uint8_t **out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
