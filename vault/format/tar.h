/* The bundle's tar dialect (format-spec/container.md "Tar dialect"): one header block for a path
 * and a size, nothing else. */
#ifndef EVX_FORMAT_TAR_H
#define EVX_FORMAT_TAR_H

#include "base/err.h"
#include "format/limits.h"

#define EVX_TAR_PATH_CAP 256         /* prefix, '/', name, NUL */
#define EVX_TAR_SIZE_MAX 8589934591u /* 11 octal digits */

/* The bytes from the header of a member of size bytes to the next header. size at most
 * EVX_TAR_SIZE_MAX. */
uint64_t evx_tar_span(uint64_t size);

/* Writes the header block of a member. EVX_E_USAGE for a path that does not fit (empty, last
 * component empty or over 99 bytes, the rest over 154, '/' first), EVX_E_LIMIT for a size over
 * EVX_TAR_SIZE_MAX; out is then zero. */
enum evx_err evx_tar_encode(
	const char *path, uint64_t size, uint8_t out[EVX_TAR_BLOCK]) EVX_MUST_CHECK;

struct evx_tar_header {
	char path[EVX_TAR_PATH_CAP];
	uint64_t size;
};

/* True for a block of zero bytes: where a header should stand, the end of the archive. */
bool evx_tar_is_zero(const uint8_t block[EVX_TAR_BLOCK]);

/* Reads a header block. EVX_E_NOT_OURS without the magic of ustar (diag says which tar it might
 * be); EVX_E_CORRUPT unless the block is, byte for byte, what evx_tar_encode gives for its path and
 * size. *out is empty after a failure. */
enum evx_err evx_tar_decode(const uint8_t block[EVX_TAR_BLOCK], struct evx_tar_header *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
