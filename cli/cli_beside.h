/* Bundles that are files already, copied to where programs go beside them. */
#ifndef CLI_BESIDE_H
#define CLI_BESIDE_H

#include "cli.h"

/* Checks every byte of each operand that is a bundle in one file, copies it into the directory dir
 * under its own name, and takes it out of cli->args. The others stay there. Nothing is overwritten,
 * and the first that is bad ends it. Returns CLI_GOOD, CLI_CUSTODY when a record has gaps, or
 * another exit code with the error printed. */
int cli_beside_copy(struct cli *cli, const char *dir);

#endif
