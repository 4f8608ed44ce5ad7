/* Decimal numbers in text formats: one spelling for each value. */
#ifndef EVX_FORMAT_DECIMAL_H
#define EVX_FORMAT_DECIMAL_H

#include "base/err.h"

/* The value of exactly n digits at p: no sign, no leading zero ("0" itself is zero), at most 2^63 -
 * 1 (no file is longer). false otherwise; *out is then 0. */
bool evx_decimal_parse(const void *p, size_t n, uint64_t *out);

#endif
