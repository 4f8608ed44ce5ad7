/* Passphrases and questions. */
#ifndef EVX_CLI_PROMPT_H
#define EVX_CLI_PROMPT_H

#include "cli.h"

/* A source of passphrases: the first line of --passphrase-file (else of $EVX_PASSPHRASE_FILE), else a prompt on the terminal without
 * echo. cli outlives it. */
struct evx_passphrase cli_prompt_passphrase(struct cli *cli);
/* From here on the answer to a question for a passphrase is kept (in one locked page, shared with child processes and left out of dumps), for when the
 * same one is asked for again: a file or pipe may give it once. */
void cli_prompt_keep(void);
/* True when someone sits at a terminal and can be asked. */
bool cli_prompt_possible(void);
/* Prints question and " [y/N] " on stderr; true when the answer begins with y or Y. */
bool cli_prompt_yes(struct cli *cli, const char *question);

#endif
