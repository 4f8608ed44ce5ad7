/* Options of one command as a table: parsing, usage line and help come from the same rows. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli.h"

enum cli_option_kind {
	CLI_FLAG,   /* to: bool */
	CLI_TEXT,   /* to: const char *; may be given once */
	CLI_LIST,   /* to: struct cli_list; may be repeated */
	CLI_NUMBER, /* to: uint64_t in min..max */
	CLI_SIZE,   /* to: uint64_t bytes in min..max; suffixes K, M, G, T are powers of 1024 */
};

/* Values of an option that may be repeated; the array belongs to struct cli. */
struct cli_list {
	const char **v;
	size_t n;
};

struct cli_option {
	const char *name; /* long name */
	char letter;      /* short name, 0: none */
	enum cli_option_kind kind;
	void *to;
	const char *arg; /* what help calls the argument, NULL for flags */
	const char *help;
	uint64_t min, max;
};

/* The seal code on paper. */
#define CLI_CODE_ROW(to) \
	{ \
		"code", 0, CLI_TEXT, (to), "CODE", \
			"compare the exhibit with this seal code from paper; another exhibit is " \
			"refused", \
			0, 0 \
	}

/* Parses argv by the rows in table (n of them) and the options that all commands share; operands go
 * to cli->args, of which there must be min_args to max_args. Returns CLI_CONTINUE, or the exit code
 * after printing help (CLI_GOOD) or the mistake and the usage line (CLI_USAGE). */
int cli_options_parse(struct cli *cli, int argc, char **argv, const struct cli_option *table,
	size_t n, size_t min_args, size_t max_args);
/* Runs the row of a command of commands (group: "id", rows "id new" …) that argv[1] names, or
 * prints them all for --help. */
int cli_options_subcommand(struct cli *cli, const char *group, const struct cli_command *table,
	size_t n, int argc, char **argv);
/* Prints the usage line of the current command and then the mistake on stderr; with --json the
 * mistake alone, also as JSON. Returns CLI_USAGE. */
int cli_options_misuse(struct cli *cli, const char *fmt, ...) EVX_PRINTF(2, 3);
/* True when --json stands in argv[1..], where the command line could not be parsed. */
bool cli_options_json(int argc, char **argv);
/* A size as CLI_SIZE takes it: false when text is none. */
bool cli_options_size(const char *text, uint64_t *out);
/* True for a text of nothing but blanks. */
bool cli_options_blank(const char *text);
/* The command line as it stands in signed details: the options, and how many operands there were,
 * not which; names of sources may be privileged, and custody readers see the details. Escaped,
 * malloc'ed; NULL when out of memory. */
char *cli_options_invocation(const struct cli *cli);

#endif
