/* Which known word a mistyped one is nearest to. */
#include "cli_nearest.h"

#include <string.h>

#define WORD_MAX 24
#define DISTANCE_MAX 2

/* How many letters must be added, removed or changed to make b of a (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t cost[WORD_MAX + 1], n = strlen(b), i, j, before, up;

	if (strlen(a) > WORD_MAX || n > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= n; j++)
		cost[j] = j;
	for (i = 1; a[i - 1] != '\0'; i++) {
		before = cost[0];
		cost[0] = i;
		for (j = 1; j <= n; j++) {
			up = cost[j];
			cost[j] = before + (a[i - 1] != b[j - 1]);
			if (cost[j] > up + 1)
				cost[j] = up + 1;
			if (cost[j] > cost[j - 1] + 1)
				cost[j] = cost[j - 1] + 1;
			before = up;
		}
	}
	return cost[n];
}

void cli_nearest_try(struct cli_nearest *n, const char *candidate)
{
	const size_t d = distance(n->word, candidate);

	/* A word of which every letter would change is not a mistyped one. */
	if (d > DISTANCE_MAX || d >= strlen(n->word) || (n->best != NULL && d >= n->distance))
		return;
	n->best = candidate;
	n->distance = d;
}
