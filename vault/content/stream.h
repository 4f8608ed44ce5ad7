/* Reads a stream (content or listing) out of a payload: frames are opened by worker threads ahead
 * of the consumer and delivered in order. A frame that stands in the stream several times within a
 * short distance is opened once. */
#ifndef EVX_CONTENT_STREAM_H
#define EVX_CONTENT_STREAM_H

#include "base/cancel.h"
#include "content/tree_read.h"

struct evx_stream;
struct evx_stream_frame;

#define EVX_STREAM_HELD_MAX 17u

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
/* Has the workers hash the blocks (content/chunk_id.h) of frames, too, that begin from `from` on
 * and before `to`. Frames that were read ahead already stay as they are. */
void evx_stream_hash_blocks(struct evx_stream *s, uint64_t from, uint64_t to);
/* The hashes of the blocks of what evx_stream_next gave last, 32 bytes each, until its next call.
 * NULL when that was no whole frame, or they were not asked for in time. */
const uint8_t *evx_stream_blocks(const struct evx_stream *s);
/* Keeps what evx_stream_next gave last: it is valid until evx_stream_let_go (which a NULL does
 * nothing to). Less can be read ahead meanwhile. One more may be kept at a time than there are
 * jobs, and no more than EVX_STREAM_HELD_MAX. */
struct evx_stream_frame *evx_stream_hold(struct evx_stream *s);
void evx_stream_let_go(struct evx_stream *s, struct evx_stream_frame *f);
/* Goes to offset (<= length). Cheap when it lies in what was read ahead. */
enum evx_err evx_stream_seek(
	struct evx_stream *s, uint64_t offset, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
