/* The run of a file in part as it passes: its blocks, and in the end the range root that they prove
 * (format-spec/listing.md "Files in part"). */
#ifndef EVX_CONTENT_PART_READ_H
#define EVX_CONTENT_PART_READ_H

#include "format/part.h"

struct evx_part_reader;

/* Takes n bytes of a block, which stand at offset in the stored bytes of the whole file. */
typedef enum evx_err (*evx_part_sink)(
	void *ctx, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag);

/* part is borrowed. NULL when out of memory. */
struct evx_part_reader *evx_part_reader_new(const struct evx_part *part);
void evx_part_reader_free(struct evx_part_reader *r); /* NULL does nothing */
/* The next n bytes of the run, not past its end. EVX_E_CORRUPT for a block of a length that it
 * cannot have; what sink returns. After an error only evx_part_reader_free is allowed. */
enum evx_err evx_part_reader_data(struct evx_part_reader *r, const uint8_t *p, size_t n,
	evx_part_sink sink, void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;
/* The whole run has passed: the range root. EVX_E_TRUNCATED when it has not. */
enum evx_err evx_part_reader_root(
	const struct evx_part_reader *r, uint8_t root[32], struct evx_diag *diag) EVX_MUST_CHECK;

#endif
