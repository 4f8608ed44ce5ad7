/* Passphrases that are easily guessed. */
#ifndef CLI_PROMPT_WEAK_H
#define CLI_PROMPT_WEAK_H

#include <stddef.h>

/* What makes the passphrase of n bytes at text easy to guess, as the end of a sentence ("it has
 * only digits"); NULL when nothing of that kind is seen. what: the identity or file that it is for.
 */
const char *cli_prompt_weakness(const char *text, size_t n, const char *what);

#endif
