/* Exhibits of a vault as people see them: what exhibits and find print. */
#ifndef CLI_EXHIBITS_H
#define CLI_EXHIBITS_H

#include "cli.h"

struct cli_exhibits {
	struct cli *cli;
	bool whole;   /* print whole UUIDs */
	bool any;     /* something was printed */
	size_t found; /* exhibits that were given */
};

/* For evx_vault_exhibits, with a struct cli_exhibits as ctx: prints the exhibit. EVX_E_IO when it
 * cannot be written. */
enum evx_err cli_exhibits_each(void *ctx, const struct evx_vault_exhibit_info *info);
/* The word for what a check found ("good", "bad", "custody" …), in the reader's language. */
const char *cli_exhibits_result(const char *result);
/* Says what must be said behind the list, and returns the exit code. */
int cli_exhibits_conclude(struct cli *cli, const struct evx_vault_exhibits_result *result);
/* Runs evx_vault_exhibits for a command whose options are parsed: vault as --vault has it. Fills
 * *result. CLI_CONTINUE, or an exit code with the error printed. */
int cli_exhibits_run(struct cli_exhibits *l, const char *vault,
	struct evx_vault_exhibits_options *opt, struct evx_vault_exhibits_result *result);

#endif
