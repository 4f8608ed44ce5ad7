/* The completion script of fish. */
#include "cli_completion_inner.h"

#include <string.h>

#include "cli_options.h"

static void fish_value(FILE *f, const char *kind)
{
	static const struct {
		const char *kind, *how;
	} values[] = {
		{ "", " -x" },
		{ "file", " -r -F" },
		{ "dir", " -x -a '(__fish_complete_directories)'" },
		{ "card", " -x -a '(__fish_complete_suffix .card)'" },
		{ "bundle", " -x -a '(__fish_complete_suffix .evx)'" },
		{ "identity", " -x -a '(__evx_names id)'" },
		{ "remote", " -x -a '(__evx_names remote)'" },
		{ "command", " -x -a '(__evx_commands)'" },
	};
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(values[i].kind, kind) == 0) {
			fputs(values[i].how, f);
			return;
		}
	fputs(" -x -a '", f);
	for (; *kind != '\0'; kind++)
		putc(*kind == '|' ? ' ' : *kind, f);
	putc('\'', f);
}

static void fish_one(void *ctx, const struct cli *cli, const struct cli_option *rows, size_t n)
{
	FILE *f = ctx;
	size_t i;

	if (rows == NULL)
		return;
	fprintf(f, "complete -c evx -n '__evx_at %s'", cli->name);
	fish_value(f, cli_completion_operand_kind(cli));
	putc('\n', f);
	for (i = 0; i < n; i++) {
		fprintf(f, "complete -c evx -n '__evx_at %s' -l %s", cli->name, rows[i].name);
		if (rows[i].letter != 0)
			fprintf(f, " -s %c", rows[i].letter);
		if (rows[i].arg != NULL)
			fish_value(f, cli_completion_option_kind(&rows[i]));
		fputs(" -d '", f);
		cli_completion_quoted(f, rows[i].help, "\\'", "\\");
		fputs("'\n", f);
	}
}

static void fish_words(FILE *f, const struct cli_completion_names *l)
{
	const char *word;
	size_t i;

	fputs("# fish completion for evx, made by: evx completion fish\n\n"
	      "# True when the command line begins with these words.\n"
	      "function __evx_at\n"
	      "\tset -l words (commandline -opc)[2..-1]\n"
	      "\tset -l n (count $argv)\n"
	      "\ttest (count $words) -ge $n; and test \"$words[1..$n]\" = \"$argv\"\n"
	      "end\n"
	      "# True when it is these words and no more.\n"
	      "function __evx_just\n"
	      "\tset -l words (commandline -opc)[2..-1]\n"
	      "\ttest \"$words\" = \"$argv\"\n"
	      "end\n"
	      "function __evx_names\n"
	      "\tevx $argv[1] list 2>/dev/null </dev/null | string replace -r ' .*' ''\n"
	      "end\n"
	      "function __evx_commands\n"
	      "\tcomplete -C 'evx '\n"
	      "end\n\n"
	      "complete -c evx -f\n",
		f);
	for (i = 0; i < l->n; i++) {
		word = cli_completion_second(l->v[i].name);
		if (word == NULL)
			fprintf(f, "complete -c evx -n '__evx_just' -a %s -d '", l->v[i].name);
		else
			fprintf(f, "complete -c evx -n '__evx_just %.*s' -a %s -d '",
				(int)strcspn(l->v[i].name, " "), l->v[i].name, word);
		cli_completion_quoted(f, l->v[i].summary, "\\'", "\\");
		fputs("'\n", f);
	}
}

const struct cli_completion_shell cli_completion_fish = { "fish", fish_words, fish_one, "" };
