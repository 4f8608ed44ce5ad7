/* Unfinished files of commands that were killed. */
#ifndef CLI_LEFTOVERS_H
#define CLI_LEFTOVERS_H

#include "cli.h"

/* Tells of what a killed command left of output (NULL or "-": nothing), with resumes that --resume
 * would use it, and offers to remove it where somebody can answer and ask is set. Returns
 * CLI_CONTINUE, or CLI_INTERRUPTED when the question was interrupted. */
int cli_leftovers(struct cli *cli, const char *output, bool resumes, bool ask);

#endif
