/* Times that a person types. */
#ifndef CLI_TIME_H
#define CLI_TIME_H

#include "cli.h"

/* "2026-11-30T14:05:00+01:00", or "2026-11-30" for a day */
#define CLI_TIME_CAP 128
/* Reads value, given for --option: a day, or a day and a time with or without seconds, with 'T' or
 * a blank between; then Z, an offset such as +01:00, or the name that the zone of this machine has
 * at that time (CET); without any of them it is the time of this machine's zone. Writes it as RFC
 * 3339 with the offset, so that nobody has to know the zone. past: not after now. Returns
 * CLI_CONTINUE, or CLI_USAGE with the mistake and what to write. value NULL: nothing is done. */
int cli_time_option(
	struct cli *cli, const char *option, const char *value, bool past, char out[CLI_TIME_CAP]);
/* The same as a point in time, seconds since 1970; a day begins at midnight here, and a span before
 * now ("30d", "12h") is one, too. */
int cli_time_since(struct cli *cli, const char *option, const char *value, int64_t *seconds);

#endif
