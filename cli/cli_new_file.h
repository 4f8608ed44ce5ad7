/* A file that a command makes whole or not at all. */
#ifndef CLI_NEW_FILE_H
#define CLI_NEW_FILE_H

#include "cli.h"

/* Runs work(cli, f, ctx) in a child process (cli_child.h) with f, a new file that gets the name
 * output if work said with cli_new_file_whole that all is written, and is removed otherwise; "-": f
 * is stdout, results go to stderr, and there is no child. Nothing is overwritten. Returns the exit
 * code of work, or another with the error printed. */
int cli_new_file(struct cli *cli, const char *output,
	int (*work)(struct cli *cli, FILE *f, void *ctx), void *ctx);
/* For the end of work: flushes f, syncs it unless it is stdout, and marks it as whole. */
enum evx_err cli_new_file_whole(FILE *f, const char *output, struct evx_diag *diag);
/* The same without the mark: of a file from which the new one is made. */
enum evx_err cli_new_file_flush(FILE *f, const char *output, struct evx_diag *diag);

#endif
