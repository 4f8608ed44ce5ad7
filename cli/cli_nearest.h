/* Which known word a mistyped one is nearest to. */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include <stddef.h>

/* Begins with the word as it was typed, all else zero. */
struct cli_nearest {
	const char *word;
	const char *best; /* so far; NULL: nothing is near */
	size_t distance;  /* of best */
};

/* Takes candidate as the best one if at most two letters must be added, removed or changed to make
 * it of the word, and fewer than for the best so far. candidate must stay. */
void cli_nearest_try(struct cli_nearest *n, const char *candidate);

#endif
