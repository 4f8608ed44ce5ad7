/* Points in time as people type them. */
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* What to say of a text that is none. */
#define CLI_WHEN_FORMS \
	"a day (2026-11-30), a time here (2026-11-30 08:15), a time with its zone " \
	"(2026-11-30T08:15:00Z, 2026-11-30T08:15+01:00), or a span before now (30d, 12h)"

/* Reads one of those forms, seconds optional, T or a space before the time. A day begins at
 * midnight here. *seconds since 1970-01-01T00:00:00Z. False for anything else, a time that does not
 * exist here or a day that does not exist included. */
bool cli_when_parse(const char *text, int64_t *seconds);

#endif
