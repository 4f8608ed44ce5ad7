/* Reads a stream (content or listing) out of a payload: frames are opened by worker threads ahead
 * of the consumer and delivered in order. A frame that stands in the stream several times within a
 * short distance is opened once. */
#ifndef EVX_CONTENT_STREAM_H
#define EVX_CONTENT_STREAM_H

#include "base/cancel.h"
#include "content/tree_read.h"

struct evx_stream;

struct evx_stream_opts {
	const struct evx_payload_source *src; /* borrowed */
	uint8_t stream;                       /* EVX_FRAME_DATA or EVX_FRAME_LISTING */
	const struct evx_tree_root *root;     /* borrowed */
	unsigned jobs;                        /* worker threads, 1 to 256 */
	bool check_ids;                       /* compare each frame's id; of the listing only */
	const struct evx_cancel *cancel;      /* NULL allowed */
};

/* Opens the stream at offset 0. Memory: about 8 MiB per job and 16 MiB. */
enum evx_err evx_stream_open(const struct evx_stream_opts *opts, struct evx_stream **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Stops the workers, wipes and releases. NULL does nothing. */
void evx_stream_free(struct evx_stream *s);
/* Length of the stream. */
uint64_t evx_stream_length(const struct evx_stream *s);
/* Where the next byte comes from. */
uint64_t evx_stream_offset(const struct evx_stream *s);
/* Gives the next 1 to max bytes: *p is valid until the next call with s. *n is 0 only at the end of
 * the stream. After an error only seeking elsewhere helps. */
enum evx_err evx_stream_next(struct evx_stream *s, uint64_t max, const uint8_t **p, size_t *n,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether what evx_stream_next gave last ends a frame. */
bool evx_stream_at_cut(const struct evx_stream *s);
/* Goes to offset (<= length). Cheap when it lies in what was read ahead. */
enum evx_err evx_stream_seek(
	struct evx_stream *s, uint64_t offset, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
