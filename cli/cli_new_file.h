/* A file that a command makes whole or not at all. */
#ifndef CLI_NEW_FILE_H
#define CLI_NEW_FILE_H

#include "cli.h"

/* Runs work(cli, f, ctx) in a child process (cli_child.h) with f, a new file that gets the name
 * output when work ends with CLI_GOOD, and is removed otherwise; "-": f is stdout, results go to
 * stderr, and there is no child. Nothing is overwritten. work flushes f and syncs it. Returns its
 * exit code, or another with the error printed. */
int cli_new_file(struct cli *cli, const char *output,
	int (*work)(struct cli *cli, FILE *f, void *ctx), void *ctx);
/* For the end of work: flushes f, and syncs it unless it is stdout. */
enum evx_err cli_new_file_flush(FILE *f, const char *output, struct evx_diag *diag);

#endif
