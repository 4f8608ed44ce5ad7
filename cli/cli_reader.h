/* What goes beside a bundle for somebody who has no evx. */
#ifndef CLI_READER_H
#define CLI_READER_H

#include "cli.h"

/* Looks for the programs that were installed with this one. Returns CLI_CONTINUE, or an exit code
 * with the error printed. */
int cli_reader_find(struct cli *cli);
/* Copies them, with their checksums and the page that explains them, into the directory dir. What
 * is there already with the same bytes stays; anything else of these names is left, and an error.
 * Returns CLI_GOOD, or an exit code with the error printed. */
int cli_reader_put(struct cli *cli, const char *dir);

#endif
