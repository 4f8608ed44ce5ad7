/* The run of a file in part, made while the whole file passes (format-spec/listing.md "Files in
 * part"). */
#ifndef EVX_CONTENT_PART_WRITE_H
#define EVX_CONTENT_PART_WRITE_H

#include "format/part.h"

struct evx_part_writer;

/* Takes the next n bytes of the run. */
typedef enum evx_err (*evx_part_out)(void *ctx, const uint8_t *p, size_t n, struct evx_diag *diag);

/* part is borrowed, leaf_secret (32 bytes) and index are those of the line that the range root
 * belongs to. NULL when out of memory. */
struct evx_part_writer *evx_part_writer_new(const struct evx_part *part, const uint8_t *leaf_secret,
	uint64_t index, evx_part_out out, void *ctx);
void evx_part_writer_free(struct evx_part_writer *w); /* wipes; NULL does nothing */
/* The next n stored bytes of the file, all in one chunk; cut: the chunk ends behind them. What out
 * returns; EVX_E_FORGED when the blocks are not those that part says. */
enum evx_err evx_part_writer_data(struct evx_part_writer *w, const uint8_t *p, size_t n, bool cut,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The whole file has passed: writes the rest of the run and compares the file's range root.
 * EVX_E_FORGED: what was written is not to be given out. */
enum evx_err evx_part_writer_end(struct evx_part_writer *w, const uint8_t range_root[32],
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
