/* Decimal numbers, one spelling for each value. */
#include "format/decimal.h"

bool evx_decimal_parse(const void *p, size_t n, uint64_t *out)
{
	const uint8_t *s = p;
	uint64_t v = 0;
	size_t i;

	*out = 0;
	if (n == 0 || (n > 1 && s[0] == '0'))
		return false;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		if (v > ((uint64_t)INT64_MAX - (s[i] - '0')) / 10)
			return false;
		v = v * 10 + (s[i] - '0');
	}
	*out = v;
	return true;
}
