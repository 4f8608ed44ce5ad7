/* What is printed: hostile text made harmless, errors, numbers, and the last flush. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdarg.h>

#include "cli.h"

/* Prints n bytes (or a string; NULL prints nothing) with everything that could act on a terminal
 * escaped. */
void cli_output_bytes(FILE *f, const void *p, size_t n);
void cli_output_text(FILE *f, const char *s);
/* "LABEL  TEXT" with the text escaped, wrapped at the width; nothing when the text is NULL or "".
 */
void cli_output_field(FILE *f, const char *label, const char *text);
/* "Person, Organisation (CC), role" escaped, without LF. */
void cli_output_card(FILE *f, const struct evx_card_info *card);
/* The card field by field, one line each. */
void cli_output_card_fields(FILE *f, const struct evx_card_info *card);
/* The card on one line, its fingerprint first; with --json as an object. */
void cli_output_card_line(struct cli *cli, const struct evx_card_info *card);

/* Warns that path goes on behind the end of its bundle. Returns the exit code for that. */
int cli_output_goes_on(struct cli *cli, const char *path);

/* "evx: PATH: TEXT: strerror (class)" on stderr, with --json an error object on stdout, too.
 * Returns the exit code for err; CLI_PIPE, printing nothing, where nobody reads standard output any
 * more. */
int cli_output_error(struct cli *cli, enum evx_err err, const struct evx_diag *diag);
/* The same for a fault that the command line itself found, a text in English. text is escaped. */
int cli_output_problem(struct cli *cli, enum evx_err err, const char *text);
/* Of a failure that was told as text, one of evx's own (N_): gives *diag its translation, too. */
void cli_output_told(struct evx_diag *diag, const char *text);
/* The same for a mistake on the command line; returns CLI_USAGE. */
int cli_output_mistake(struct cli *cli, const char *fmt, ...) EVX_PRINTF(2, 3);
int cli_output_mistake_v(struct cli *cli, const char *fmt, va_list ap) EVX_PRINTF(2, 0);
/* "evx: warning: …" on stderr. */
void cli_output_warn(struct cli *cli, const char *fmt, ...) EVX_PRINTF(2, 3);
/* "evx: PATH: WHAT" on stderr: a remark on one entry. */
void cli_output_remark(struct cli *cli, const char *path, size_t path_len, const char *what);
/* Says on stderr when the kernel lacks what confines the process; to root also when all is to be
 * quiet. */
void cli_output_confinement(struct cli *cli, const struct evx_confine_state *state);
/* The exit code that stands for an error. */
int cli_output_exit_code(const struct cli *cli, enum evx_err err);

/* "1,234,567", in other languages with what separates there. */
#define CLI_NUMBER_CAP 48
const char *cli_output_count(uint64_t v, char buf[CLI_NUMBER_CAP]);
/* "1 file", "1,234 files" */
#define CLI_THINGS_CAP 192
const char *cli_output_things(
	uint64_t v, const char *one, const char *many, char buf[CLI_THINGS_CAP]);
/* "12.3 GiB" */
const char *cli_output_short_size(uint64_t bytes, char buf[CLI_NUMBER_CAP]);

/* For a command that does something, after its options: with --quiet (and without --json) what goes
 * to cli->out from here on is kept back, and printed by cli_output_finish only if the command does
 * not end with CLI_GOOD. */
void cli_output_hold(struct cli *cli);
/* From here on results go to stderr, as stdout carries data. */
void cli_output_use_stderr(struct cli *cli);
/* Flushes and closes stdout, the last thing done; returns code, or CLI_INCOMPLETE with a message
 * when bytes could not be written. Where nobody reads stdout any more it says nothing: a good or
 * unfinished command ends by SIGPIPE, as a shell expects; any other code is returned. */
int cli_output_finish(struct cli *cli, int code);

#endif
