/* The rule for names of objects (format-spec/shipment.md "Names"). */
#ifndef EVX_REMOTE_REMOTE_NAME_H
#define EVX_REMOTE_REMOTE_NAME_H

#include "base/err.h"

#define EVX_REMOTE_NAME_CAP 328u /* of the longest, with a NUL */

/* True when the n bytes at s are a name that an object may have. */
bool evx_remote_name_valid(const char *s, size_t n);

#endif
