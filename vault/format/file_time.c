/* Times of files as decimal numbers of nanoseconds. */
#include "format/file_time.h"

#include <stdio.h>
#include <string.h>

#define SECOND 1000000000u
#define PLACES 9u /* digits of the nanoseconds within a second */

bool evx_file_time_equal(struct evx_file_time a, struct evx_file_time b)
{
	return a.seconds == b.seconds && a.nanoseconds == b.nanoseconds;
}

void evx_file_time_encode(struct evx_file_time t, char out[EVX_FILE_TIME_CAP])
{
	const bool negative = t.seconds < 0;
	uint64_t whole = negative ? (uint64_t)0 - (uint64_t)t.seconds : (uint64_t)t.seconds;
	uint32_t rest = t.nanoseconds;

	/* Rounded down: -0.3 seconds are the second -1 and 0.7 more. */
	if (negative && rest > 0) {
		whole--;
		rest = SECOND - rest;
	}
	if (whole > 0)
		(void)snprintf(out, EVX_FILE_TIME_CAP, "%s%llu%09u", negative ? "-" : "",
			(unsigned long long)whole, rest);
	else
		(void)snprintf(out, EVX_FILE_TIME_CAP, "%s%u", negative ? "-" : "", rest);
}

/* The value of n digits at s; false past 2^63. */
static bool number(const char *s, size_t n, uint64_t *out)
{
	uint64_t v = 0;

	for (; n > 0; n--, s++) {
		if (*s < '0' || *s > '9' || v > ((uint64_t)INT64_MAX + 1) / 10)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	*out = v;
	return v <= (uint64_t)INT64_MAX + 1;
}

enum evx_err evx_file_time_decode(const char *s, size_t n, struct evx_file_time *out)
{
	const bool negative = n > 0 && *s == '-';
	uint64_t whole = 0, rest = 0;
	size_t places;

	*out = (struct evx_file_time){ 0, 0 };
	s += negative;
	n -= negative;
	if (n == 0 || n > 28 || (s[0] == '0' && (n > 1 || negative)))
		return EVX_E_CORRUPT;
	places = n < PLACES ? n : PLACES;
	if (!number(s, n - places, &whole) || !number(s + n - places, places, &rest) ||
		whole > (uint64_t)INT64_MAX + (negative && rest == 0))
		return EVX_E_CORRUPT;
	if (!negative) {
		*out = (struct evx_file_time){ (int64_t)whole, (uint32_t)rest };
	} else if (rest == 0) {
		out->seconds = -(int64_t)(whole - 1) - 1;
	} else {
		*out = (struct evx_file_time){ -(int64_t)whole - 1, SECOND - (uint32_t)rest };
	}
	return EVX_OK;
}
