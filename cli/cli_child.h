/* One piece of work in a process of its own: what the library does confined cannot be followed by
 * anything else in the same process. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include "cli.h"

/* Runs work(cli, ctx) in a child process with the same standard descriptors, waits for it, and
 * returns its exit code (CLI_INTERRUPTED when a signal ended it, CLI_INCOMPLETE with the error
 * printed when there is no child). Signals that reach this process alone are passed on. What work
 * changes in memory is lost. */
int cli_child_run(struct cli *cli, int (*work)(struct cli *cli, void *ctx), void *ctx);

#endif
