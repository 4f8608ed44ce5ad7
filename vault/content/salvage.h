/* Finds what is left in a damaged or cut off payload with the content identity alone
 * (format-spec/payload.md "Walking without references"). What it gives is NOT verified against a
 * seal: whoever shows it must say so. */
#ifndef EVX_CONTENT_SALVAGE_H
#define EVX_CONTENT_SALVAGE_H

#include "base/cancel.h"
#include "content/payload_source.h"
#include "format/listing.h"

struct evx_salvage;

struct evx_salvage_opts {
	const struct evx_payload_source *src; /* borrowed; read may fail anywhere */
	const uint8_t *secret;                /* 32 bytes: the content identity; copied in part */
	const struct evx_cancel *cancel;
	struct evx_progress *progress; /* bytes_done: payload bytes walked */
};

struct evx_salvage_stats {
	uint64_t frames;        /* headers that opened */
	uint64_t skipped_bytes; /* payload bytes that no header explained, or that are missing */
	uint64_t listing_frames, content_nodes, broken_frames; /* broken: header good, body not */
};

/* Where sequence 1 begins among n packs, when no seal tells and no short pack shows it: *first is
 * the number, at least 1, of the pack that opens with the first header of sequence 1, or n. read
 * gives the first 60 bytes of pack i, or false. */
enum evx_err evx_salvage_divide(const uint8_t secret[32], uint64_t n,
	bool (*read)(void *ctx, uint64_t i, uint8_t header[EVX_FRAME_HEADER_LEN]), void *ctx,
	uint64_t *first, struct evx_diag *diag) EVX_MUST_CHECK;

/* Walks both sequences. Memory: about 80 bytes per listing frame and content leaf node found
 * (EVX_E_LIMIT past 4 million of them). */
enum evx_err evx_salvage_scan(const struct evx_salvage_opts *opts, struct evx_salvage **out,
	struct evx_salvage_stats *stats, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_salvage_free(struct evx_salvage *s);

/* Calls each for every line found, in the order of the payload; a line that breaks a rule is
 * counted in *bad_lines and left out, and so is a file that is disclosed without its contents.
 * position and stored as in the record and the line. */
typedef enum evx_err (*evx_salvage_each_fn)(void *ctx, const struct evx_entry *e, uint64_t position,
	uint64_t stored, struct evx_diag *diag);
enum evx_err evx_salvage_each(struct evx_salvage *s, evx_salvage_each_fn each, void *ctx,
	uint64_t *bad_lines, struct evx_diag *diag) EVX_MUST_CHECK;

/* Gives the content bytes from position to position + n in pieces to sink. Ids of all frames are
 * compared. EVX_E_NOT_FOUND when a part of them is not there, EVX_E_FORGED or EVX_E_CORRUPT when it
 * is damaged; sink may have had the part before it then. */
typedef enum evx_err (*evx_salvage_sink)(
	void *ctx, const uint8_t *p, size_t n, struct evx_diag *diag);
enum evx_err evx_salvage_read(struct evx_salvage *s, uint64_t position, uint64_t n,
	evx_salvage_sink sink, void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
