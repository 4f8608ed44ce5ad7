/* Opening evidence and recording that it was opened: cat and extract. */
#ifndef CLI_ACCESS_H
#define CLI_ACCESS_H

#include "cli.h"
#include "cli_options.h"

struct cli_access {
	const char *purpose;  /* NULL: record nothing, and say so */
	const char *detached; /* a receipt for evidence that is not to be written */
	struct cli_list with; /* earlier ones, which it follows */
	const char *as;
	const char *since; /* only what was modified since then is opened; NULL: all */
};

/* CLI_CONTINUE, or CLI_USAGE with the mistake printed. */
int cli_access_check(struct cli *cli, const struct cli_access *a);
/* Runs open_it(cli, ctx), which returns an exit code, and after CLI_GOOD signs an event `access`
 * with the paths in cli->args from 1 on; open_it runs in a process of its own then, because it
 * confines itself. Without a purpose runs it as it is and says that nothing was recorded. */
int cli_access_run(struct cli *cli, const struct cli_access *a,
	int (*open_it)(struct cli *cli, void *ctx), void *ctx);

#endif
