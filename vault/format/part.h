/* What a disclosure shows of a file in part (format-spec/listing.md "Files in part"): which of its
 * blocks, and how its run in the content is laid out. */
#ifndef EVX_FORMAT_PART_H
#define EVX_FORMAT_PART_H

#include "base/buf.h"
#include "format/entry.h"
#include "format/limits.h"

#define EVX_PART_BLOCK_HEAD 36u /* be32 length, salt */
#define EVX_PART_TEXT_MAX (20u + EVX_PART_PIECES_MAX * 80u)

/* Blocks that follow each other. */
struct evx_part_piece {
	uint64_t first, count;   /* blocks */
	uint64_t offset, length; /* their bytes, in the stored bytes of the file */
};

struct evx_part {
	uint64_t blocks; /* of the whole file */
	uint64_t stored; /* its stored bytes */
	struct evx_part_piece *at;
	size_t n;
	struct evx_extent *ranges; /* what they are of the file, once evx_part_locate said so */
	size_t nranges;
};

void evx_part_free(struct evx_part *p); /* NULL does nothing */

/* SHOWN of a file of so many stored bytes, n bytes of text; *out is new. EVX_E_CORRUPT when it
 * breaks a rule, EVX_E_LIMIT, EVX_E_MEMORY. */
enum evx_err evx_part_decode(const uint8_t *text, size_t n, uint64_t stored, struct evx_part **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends SHOWN. EVX_E_USAGE for what evx_part_decode would not take. */
enum evx_err evx_part_encode(const struct evx_part *p, struct evx_buf *out) EVX_MUST_CHECK;

/* The gap before piece i (i == n: behind the last): blocks *from to before *to. */
void evx_part_gap(const struct evx_part *p, size_t i, uint64_t *from, uint64_t *to);
/* How many blocks the next subtree of a gap has: the gap goes on from block from to before to (more
 * than from) of blocks. */
uint64_t evx_part_subtree(uint64_t from, uint64_t to, uint64_t blocks);
/* Length of the run. */
uint64_t evx_part_run(const struct evx_part *p);
/* Bytes shown. */
uint64_t evx_part_shown(const struct evx_part *p);

/* The ranges of the file e that stored bytes from offset on are, length of them: appended to *at,
 * which has *n; ranges that touch are joined. The caller frees *at. EVX_E_MEMORY. */
enum evx_err evx_part_ranges(const struct evx_entry *e, uint64_t offset, uint64_t length,
	struct evx_extent **at, size_t *n) EVX_MUST_CHECK;

/* Fills in the ranges of p, a part of the file e. EVX_E_MEMORY. */
enum evx_err evx_part_locate(struct evx_part *p, const struct evx_entry *e) EVX_MUST_CHECK;

#endif
