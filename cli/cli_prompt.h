/* Passphrases and questions. */
#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include "cli.h"

/* A source of passphrases: the first line of --passphrase-file (else of $EVX_PASSPHRASE_FILE), else
 * a prompt on the terminal without echo. cli outlives it. A descriptor that these
 * options name (/dev/fd/N, N above 2) is closed before this process is confined. */
struct evx_passphrase cli_prompt_passphrase(struct cli *cli);
/* From here on the answer to a question for a passphrase is kept, for when the same one is asked
 * for again: a file or pipe may give it once. It is kept in locked memory of this process alone,
 * which is left out of dumps, until the process confines itself: what reads hostile bytes has it no
 * more. A child process gets it and gives it back by the link below. */
void cli_prompt_keep(void);
/* Wipes what is kept, and closes the way to the process that keeps it, too. Happens by itself
 * before this process is confined, and in each new child. */
void cli_prompt_forget(void);

/* The way between a process that keeps a passphrase and its child: packets, never shared memory. */
struct cli_prompt_link {
	int here, there; /* -1: nothing is kept */
};

/* Before fork, in the child, and in the parent after the child's end (or when there was none). */
void cli_prompt_before_child(struct cli_prompt_link *l);
void cli_prompt_in_child(const struct cli_prompt_link *l);
void cli_prompt_after_child(const struct cli_prompt_link *l);
/* Opens the terminal where questions are answered: standard input, or, when that is something else
 * and stderr is a terminal, the one that this process belongs to. Call once, before anything else
 * here. */
void cli_prompt_start(void);
/* True when someone sits at a terminal and can be asked. */
bool cli_prompt_possible(void);
/* Prints question, translated, and " [y/N] " on stderr; true when the answer begins with y or Y, or
 * with the letter of this language. */
bool cli_prompt_yes(struct cli *cli, const char *question);

#endif
