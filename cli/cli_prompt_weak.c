/* What can be seen of a weak passphrase without a list of all that people use. */
#include "cli_prompt_weak.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "cli_language.h"

#define BYTES_MIN 12u   /* random letters and digits of this length are more than 60 bits */
#define DISTINCT_MIN 5u /* different characters */
#define NAME_MIN 3u     /* a name of this length is looked for */
#define BESIDE_MIN 10u  /* characters beside the name that make up for it */

static size_t distinct(const char *text, size_t n)
{
	bool seen[256] = { false };
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		count += !seen[(unsigned char)text[i]];
		seen[(unsigned char)text[i]] = true;
	}
	return count;
}

static bool only_digits(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

static bool holds(const char *text, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i + len <= n; i++)
		if (strncasecmp(text + i, name, len) == 0)
			return true;
	return false;
}

const char *cli_prompt_weakness(const char *text, size_t n, const char *what)
{
	const size_t name = strlen(what);

	if (only_digits(text, n))
		return N_("it has only digits");
	if (name >= NAME_MIN && n < name + BESIDE_MIN && holds(text, n, what, name))
		return N_("it is little more than the name");
	if (distinct(text, n) < DISTINCT_MIN)
		return N_("it repeats a few characters");
	return n < BYTES_MIN ? N_("it has fewer than 12 characters") : NULL;
}
