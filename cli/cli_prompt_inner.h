/* Between the files that ask for passphrases (inner header of cli/cli_prompt.c). */
#ifndef CLI_PROMPT_INNER_H
#define CLI_PROMPT_INNER_H

#include "cli.h"

/* Asks once on the terminal tty, without echo. watch: a descriptor whose other end, once closed,
 * ends the question (EVX_E_INTERRUPTED); -1: none. */
enum evx_err cli_prompt_ask_once(struct cli *cli, int tty, int watch, const char *question,
	const char *what, char *buf, size_t cap, size_t *len, struct evx_diag *diag);

/* Starts the process that can ask on tty again, unless there is one; a failure only means that
 * nobody is asked again. keeper: where an answer is to be sent, too (cli_prompt_send); -1: nowhere.
 */
void cli_prompt_again_start(struct cli *cli, int tty, int keeper);
/* Asks what again in that process. EVX_E_KEY when there is none. */
enum evx_err cli_prompt_again(struct cli *cli, const char *what, char *buf, size_t cap, size_t *len,
	struct evx_diag *diag);
/* Ends it. */
void cli_prompt_again_stop(void);

/* Sends a passphrase to the process at fd that keeps it, if it fits. */
void cli_prompt_send(int fd, const char *what, const char *buf, size_t len);

#endif
