/* Times of files: any second that 64 bits can tell, with nanoseconds (format-spec/conventions.md
 * "Text"). */
#ifndef EVX_FORMAT_FILE_TIME_H
#define EVX_FORMAT_FILE_TIME_H

#include "base/err.h"

/* seconds since 1970-01-01T00:00:00Z, rounded down, and 0 to 999,999,999 nanoseconds after that. */
struct evx_file_time {
	int64_t seconds;
	uint32_t nanoseconds;
};

bool evx_file_time_equal(struct evx_file_time a, struct evx_file_time b);

#define EVX_FILE_TIME_CAP 30 /* sign, 28 digits and a NUL */
/* Writes the nanoseconds since 1970 as a decimal number. */
void evx_file_time_encode(struct evx_file_time t, char out[EVX_FILE_TIME_CAP]);
/* Reads exactly that form; EVX_E_CORRUPT for anything else, leading zeros and "-0" included. */
enum evx_err evx_file_time_decode(
	const char *s, size_t n, struct evx_file_time *out) EVX_MUST_CHECK;

#endif
