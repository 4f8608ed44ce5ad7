/* A sample without replacement. */
#include "prove/lots.h"

#include <stdbool.h>
#include <string.h>

#include "crypto/secret.h"

/* A random number below n. */
static uint64_t below(uint64_t n)
{
	const uint64_t over = UINT64_MAX - UINT64_MAX % n; /* those from here on would come too
							      often */
	uint64_t v;

	do
		evx_random(&v, sizeof(v));
	while (v >= over);
	return v % n;
}

/* How many of the n numbers stand before v; *has tells whether v is among them. */
static size_t place(const uint64_t *at, size_t n, uint64_t v, bool *has)
{
	size_t from = 0, to = n;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if (at[middle] < v)
			from = middle + 1;
		else
			to = middle;
	}
	*has = from < n && at[from] == v;
	return from;
}

/* R. W. Floyd, "A sample of brilliance", CACM 30 (1987). */
void evx_lots_draw(uint64_t total, size_t k, uint64_t *out)
{
	for (size_t n = 0; n < k; n++) {
		const uint64_t last = total - k + n;
		uint64_t v = below(last + 1);
		bool has;
		size_t i = place(out, n, v, &has);

		if (has) {
			v = last;
			i = n;
		}
		memmove(out + i + 1, out + i, (n - i) * sizeof(*out));
		out[i] = v;
	}
}
