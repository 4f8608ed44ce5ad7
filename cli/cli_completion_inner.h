/* What the writers of the three completion scripts share. */
#ifndef CLI_COMPLETION_INNER_H
#define CLI_COMPLETION_INNER_H

#include "cli_completion.h"

/* A command or group: texts of static tables. */
struct cli_completion_name {
	const char *name, *summary;
};

/* All of them, known before the first is written; a group stands before its commands. */
struct cli_completion_names {
	struct cli_completion_name *v;
	size_t n, cap;
	bool failed;
};

/* One shell: what stands before the commands, one command, and what stands behind them. */
struct cli_completion_shell {
	const char *name;
	void (*begin)(FILE *f, const struct cli_completion_names *l);
	void (*told)(void *f, const struct cli *cli, const struct cli_option *rows, size_t n);
	const char *end;
};

extern const struct cli_completion_shell cli_completion_bash, cli_completion_zsh,
	cli_completion_fish;

/* The kind of an option's value, and of the command's operands: "file", "dir", "bundle" (FILE.evx),
 * "card", "identity", "remote", "command", the choices themselves ("nothing|copy"), or "". */
const char *cli_completion_option_kind(const struct cli_option *o);
const char *cli_completion_operand_kind(const struct cli *cli);
/* What is behind the first word of a name, or NULL. */
const char *cli_completion_second(const char *name);
/* True where name i is the first command of a group. */
bool cli_completion_begins_group(const struct cli_completion_names *l, size_t i);
/* Writes text that stands in single quotes of a shell: a quote becomes `quote`, and what stands in
 * `marked` gets a backslash. */
void cli_completion_quoted(FILE *f, const char *text, const char *quote, const char *marked);

#endif
