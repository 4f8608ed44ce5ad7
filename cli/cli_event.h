/* What the commands share that sign or merge an event of custody. */
#ifndef CLI_EVENT_H
#define CLI_EVENT_H

#include "cli.h"

/* Signs and records what opt says, and tells the outcome. Where the bundle cannot be written, says
 * that --detached can help. Returns the exit code. */
int cli_event_record(struct cli *cli, struct evx_event_options *opt);
/* Says that so many bytes of an interrupted addition were cut off the bundle's end; 0: nothing. */
void cli_event_removed(struct cli *cli, const char *bundle, uint64_t removed);
/* Prints what was made: of bundle, if it was appended there. */
void cli_event_outcome(struct cli *cli, const char *bundle, const struct evx_event_outcome *out);

#endif
