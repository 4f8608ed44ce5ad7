/* Shell completion, written from the rows by which commands parse their options. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli.h"

struct cli_option;

/* Who is told of a command instead of its running: its name, synopsis and summary stand in cli. A
 * group is told before its commands, with rows NULL. */
struct cli_tell {
	void (*told)(void *ctx, const struct cli *cli, const struct cli_option *rows, size_t n);
	void *ctx;
};

/* Has every command of the program told once. */
typedef void cli_tell_all(struct cli *cli);

/* Writes the completion script for the shell, "bash", "zsh" or "fish", to f. Returns an exit
 * code. */
int cli_completion_write(struct cli *cli, const char *shell, cli_tell_all *all, FILE *f);

#endif
