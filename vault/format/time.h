/* Times of documents: UTC, exactly "YYYY-MM-DDTHH:MM:SSZ", years 1970 to 9999
 * (format-spec/conventions.md). */
#ifndef EVX_FORMAT_TIME_H
#define EVX_FORMAT_TIME_H

#include "base/err.h"

#define EVX_TIME_CAP 21 /* 20 characters and a NUL */

/* Writes seconds since 1970-01-01T00:00:00Z; EVX_E_USAGE outside the years 1970 to 9999. */
enum evx_err evx_time_encode(int64_t seconds, char out[EVX_TIME_CAP]) EVX_MUST_CHECK;
/* Reads exactly that form; EVX_E_CORRUPT for anything else, a date that does not exist and second
 * 60 included. */
enum evx_err evx_time_decode(const char *s, size_t n, int64_t *seconds) EVX_MUST_CHECK;

#endif
