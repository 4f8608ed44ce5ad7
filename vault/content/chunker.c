/* FastCDC with the gear table of the specification. */
#include "content/chunker.h"

#include <string.h>

#include "base/buf.h"
#include "crypto/hash.h"

/* The hash is below 2^(64 - bits) exactly when its top bits are zero. */
#define EARLY ((uint64_t)1 << (64 - EVX_CHUNK_BITS_EARLY))
#define LATE ((uint64_t)1 << (64 - EVX_CHUNK_BITS_LATE))

/* A stretch is searched in steps of so many bytes, each all zeros, or in two halves at once, or
 * byte by byte. */
#define STEP 4096u
/* The hash depends on so many bytes only. */
#define MEMORY 64u

void evx_chunker_init(struct evx_chunker *c)
{
	uint8_t text[] = "evx-gear/1?", digest[32];

	for (unsigned b = 0; b < 256; b++) {
		text[sizeof(text) - 2] = (uint8_t)b;
		evx_sha256(text, sizeof(text) - 1, digest);
		c->gear[b] = evx_get_be64(digest);
	}
	c->hash = 0;
	c->at = 0;
}

/* Goes on from byte i of p until just behind a match or to end, two bytes a step; returns where it
 * is. *found tells which. */
static size_t roll(
	struct evx_chunker *c, const uint8_t *p, size_t i, size_t end, uint64_t below, bool *found)
{
	const uint64_t *gear = c->gear;
	uint64_t h = c->hash, h1, h2;

	*found = false;
	while (end - i >= 2) {
		uint64_t g1 = gear[p[i]], g2 = gear[p[i + 1]];

		h1 = 2 * h + g1;
		h2 = 4 * h + (2 * g1 + g2);
		if (h1 < below) {
			*found = true;
			c->hash = h1;
			return i + 1;
		}
		i += 2;
		h = h2;
		if (h2 < below) {
			*found = true;
			c->hash = h;
			return i;
		}
	}
	if (i < end) {
		h = 2 * h + gear[p[i++]];
		*found = h < below;
	}
	c->hash = h;
	return i;
}

/* Whether none of the STEP bytes from p on is a match; then the hash stands behind them, else where
 * it was. The halves do not wait for each other, which is 1.8 times as fast. */
static bool roll_past(struct evx_chunker *c, const uint8_t *p, uint64_t below)
{
	const uint64_t *gear = c->gear;
	const uint8_t *q = p + STEP / 2;
	uint64_t h = c->hash, k = 0;

	for (size_t i = 0; i < MEMORY; i++)
		k = 2 * k + gear[(q - MEMORY)[i]];
	for (size_t i = 0; i < STEP / 2; i += 2) {
		uint64_t g = gear[p[i]], h1 = 2 * h + g, h2 = 4 * h + (2 * g + gear[p[i + 1]]);
		uint64_t l = gear[q[i]], k1 = 2 * k + l, k2 = 4 * k + (2 * l + gear[q[i + 1]]);

		if ((h1 < below) | (h2 < below) | (k1 < below) | (k2 < below))
			return false;
		h = h2;
		k = k2;
	}
	c->hash = k;
	return true;
}

static bool all_zero(const uint8_t *p, size_t n)
{
	return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

/* As roll over a whole stretch, but leaps over zeros: behind MEMORY of them the hash is -G[0] and
 * stays so, and that never matches. */
static size_t search(
	struct evx_chunker *c, const uint8_t *p, size_t i, size_t end, uint64_t below, bool *found)
{
	const uint64_t steady = 0 - c->gear[0];

	*found = false;
	while (i < end && !*found) {
		size_t step = end - i < STEP ? end - i : STEP;

		if ((c->hash == steady && steady >= below && all_zero(p + i, step)) ||
			(step == STEP && roll_past(c, p + i, below)))
			i += step;
		else
			i = roll(c, p, i, i + step, below, found);
	}
	return i;
}

size_t evx_chunker_cut(struct evx_chunker *c, const uint8_t *p, size_t n, bool end_of_file)
{
	size_t end = n < EVX_CHUNK_MAX ? n : EVX_CHUNK_MAX,
	       early = end < EVX_CHUNK_AVG ? end : EVX_CHUNK_AVG;
	bool found = false;

	if (c->at < EVX_CHUNK_MIN)
		c->at = EVX_CHUNK_MIN;
	if (c->at < early)
		c->at = search(c, p, c->at, early, EARLY, &found);
	if (!found && c->at >= EVX_CHUNK_AVG && c->at < end)
		c->at = search(c, p, c->at, end, LATE, &found);
	if (!found && end < EVX_CHUNK_MAX && !end_of_file)
		return 0;
	end = found ? c->at : end;
	c->at = 0;
	c->hash = 0;
	return end;
}
