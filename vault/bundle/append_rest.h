/* What an interrupted addition leaves behind the end of a bundle's file (format-spec/container.md
 * "Append"). */
#ifndef EVX_BUNDLE_APPEND_REST_H
#define EVX_BUNDLE_APPEND_REST_H

#include "base/err.h"
#include "format/limits.h"

/* The mark that stands behind a group until it is committed. end: P, the first of the two zero
 * blocks that the group stands behind. */
void evx_append_rest_mark(uint64_t end, uint8_t out[EVX_TAR_BLOCK]);
/* Whether the bytes from end + 1024 on are certainly an addition to the bundle uuid that evx began
 * and did not complete: they end in the mark; or they are the beginning of a group that has no
 * whole entry yet; or they are the mark of the last group, which stands at joint (0: there is
 * none), and nothing else. *ours is false for anything else. EVX_E_IO. */
enum evx_err evx_append_rest_is(int fd, const char *name, const char *uuid, uint64_t joint,
	uint64_t end, bool *ours, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
