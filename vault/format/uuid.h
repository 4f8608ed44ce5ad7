/* The one text form of an exhibit's UUID (format-spec/conventions.md "Names"). */
#ifndef EVX_FORMAT_UUID_H
#define EVX_FORMAT_UUID_H

#include "base/err.h"

/* True when the n bytes at s are a version 4 UUID (RFC 9562) in canonical lower-case form. */
bool evx_uuid_valid(const char *s, size_t n);

#endif
