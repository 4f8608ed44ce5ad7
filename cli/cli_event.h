/* What the commands share that sign or merge an event of custody. */
#ifndef CLI_EVENT_H
#define CLI_EVENT_H

#include "cli.h"

/* Signs and records what opt says, and tells the outcome. Where the bundle cannot be written, says
 * that --detached can help. Returns the exit code. */
int cli_event_record(struct cli *cli, struct evx_event_options *opt);
/* Prints what was made: of bundle, if it was appended there. */
void cli_event_outcome(struct cli *cli, const char *bundle, const struct evx_event_outcome *out);

#endif
