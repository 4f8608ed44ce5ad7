/* Version 4 UUIDs (RFC 9562) in their canonical lower-case text form (format-spec/conventions.md
 * "Names"). */
#ifndef EVX_FORMAT_UUID_H
#define EVX_FORMAT_UUID_H

#include "base/err.h"

#define EVX_UUID_CAP 37 /* 36 characters and a NUL */

/* True when the n bytes at s are exactly a canonical version 4 UUID: lower case, version digit 4,
 * variant digit 8, 9, a or b. */
bool evx_uuid_valid(const char *s, size_t n);
/* The 16 bytes of the n characters at s; false, and zeros, unless evx_uuid_valid. And the text of
 * 16 bytes, whatever version they are of. */
bool evx_uuid_bytes(const char *s, size_t n, uint8_t out[16]);
void evx_uuid_text(const uint8_t bytes[16], char out[EVX_UUID_CAP]);
/* Makes the UUID of 16 random bytes, six bits of which are replaced by version and variant. */
void evx_uuid_v4(const uint8_t random[16], char out[EVX_UUID_CAP]);

#endif
