/* The index of an append group (format-spec/container.md "Index"): where the small members are. A
 * hint, never more. */
#ifndef EVX_FORMAT_INDEX_H
#define EVX_FORMAT_INDEX_H

#include "base/buf.h"
#include "base/cursor.h"
#include "format/member.h"

/* The lines gather in a buffer that goes on from group to group, since each index lists all members
 * before it. */
enum evx_err evx_index_begin(struct evx_buf *lines) EVX_MUST_CHECK; /* into an empty buffer: the
								       first line */
enum evx_err evx_index_add(
	struct evx_buf *lines, uint64_t offset, uint64_t size, const char *name) EVX_MUST_CHECK;
enum evx_err evx_index_add_packs(
	struct evx_buf *lines, uint64_t offset, uint64_t count) EVX_MUST_CHECK;

/* The length of the index whose lines have lines_len bytes: a multiple of 512. */
uint64_t evx_index_size(size_t lines_len);
/* Appends to out the whole index: lines, filling, trailer naming `own`, the offset of its own
 * header. */
enum evx_err evx_index_encode(
	const struct evx_buf *lines, uint64_t own, struct evx_buf *out) EVX_MUST_CHECK;

/* Reads a trailer, the last 512 bytes of an index. EVX_E_CORRUPT unless it is one. */
enum evx_err evx_index_trailer(
	const uint8_t block[EVX_TAR_BLOCK], uint64_t *own, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_index_line {
	uint64_t offset;                /* of the header block */
	uint64_t size;                  /* of the content; of the packs: their number */
	bool packs;                     /* the line that stands for all packs */
	char name[EVX_MEMBER_NAME_CAP]; /* "data/" for the packs */
	struct evx_member_id id;        /* of a single member; a pack never stands alone */
};

/* Checks the frame of an index of n bytes at p: length, first line, filling, a trailer that says
 * own. On success *lines is a cursor over the lines behind the first. EVX_E_UNSUPPORTED for another
 * version, else EVX_E_CORRUPT. */
enum evx_err evx_index_open(const void *p, size_t n, uint64_t own, struct evx_cursor *lines,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The next line; call while evx_cursor_left(lines) > 0. EVX_E_CORRUPT for what no index holds. */
enum evx_err evx_index_next(
	struct evx_cursor *lines, struct evx_index_line *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
