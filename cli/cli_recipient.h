/* Letting others open an exhibit: what `recipient add` and `export --to` share. */
#ifndef CLI_RECIPIENT_H
#define CLI_RECIPIENT_H

#include "cli.h"

/* Signs and appends a rewrap for the readers in opt; those who can open already keep that. yes:
 * without asking. Returns the exit code. */
int cli_recipient_add(struct cli *cli, struct evx_event_options *opt, bool yes);

#endif
