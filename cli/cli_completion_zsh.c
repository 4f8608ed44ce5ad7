/* The completion script of zsh. */
#include "cli_completion_inner.h"

#include <string.h>

#include "cli_options.h"

static void zsh_action(FILE *f, const char *kind)
{
	static const struct {
		const char *kind, *action;
	} actions[] = {
		{ "", " " },
		{ "file", "_files" },
		{ "dir", "_files -/" },
		{ "card", "_files -g \"*.card(-.)\"" },
		{ "bundle", "_files -g \"*.evx(-.)\"" },
		{ "identity", "_evx_names id" },
		{ "remote", "_evx_names remote" },
		{ "command", "_evx_commands" },
	};
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].kind, kind) == 0) {
			fputs(actions[i].action, f);
			return;
		}
	putc('(', f);
	for (; *kind != '\0'; kind++)
		putc(*kind == '|' ? ' ' : *kind, f);
	putc(')', f);
}

static void zsh_spec(FILE *f, const struct cli_option *o, const char *dashes, const char *name)
{
	fprintf(f, " \\\n\t\t\t'%s%s%s[", o->kind == CLI_LIST ? "*" : "", dashes, name);
	cli_completion_quoted(f, o->help, "'\\''", "[]:\\");
	putc(']', f);
	if (o->arg != NULL) {
		putc(':', f);
		cli_completion_quoted(f, o->arg, "'\\''", "[]:\\");
		putc(':', f);
		zsh_action(f, cli_completion_option_kind(o));
	}
	putc('\'', f);
}

static void zsh_one(void *ctx, const struct cli *cli, const struct cli_option *rows, size_t n)
{
	char letter[2] = { '\0' };
	FILE *f = ctx;
	size_t i;

	if (rows == NULL)
		return;
	fprintf(f, "\t'%s')\n\t\t_arguments -s", cli->name);
	for (i = 0; i < n; i++) {
		zsh_spec(f, &rows[i], "--", rows[i].name);
		letter[0] = rows[i].letter;
		if (rows[i].letter != 0)
			zsh_spec(f, &rows[i], "-", letter);
	}
	fputs(" \\\n\t\t\t'*:operand:", f);
	zsh_action(f, cli_completion_operand_kind(cli));
	fputs("'\n\t\t;;\n", f);
}

static void zsh_describe(FILE *f, const struct cli_completion_name *c, const char *word, int len)
{
	fprintf(f, "\t\t'%.*s:", len, word);
	cli_completion_quoted(f, c->summary, "'\\''", "");
	fputs("'\n", f);
}

static void zsh_words(FILE *f, const struct cli_completion_names *l)
{
	const char *word;
	size_t i;

	fputs("#compdef evx\n# zsh completion for evx, made by: evx completion zsh\n\n"
	      "_evx_names() {\n"
	      "\tlocal -a names\n"
	      "\tnames=(${(f)\"$(evx $@[-1] list 2>/dev/null </dev/null | sed 's/ .*//')\"})\n"
	      "\tcompadd \"$@[1,-2]\" -a names\n"
	      "}\n\n"
	      "_evx_commands() {\n\tlocal -a commands\n\tcommands=(\n",
		f);
	for (i = 0; i < l->n; i++)
		if (cli_completion_second(l->v[i].name) == NULL)
			zsh_describe(f, &l->v[i], l->v[i].name, (int)strlen(l->v[i].name));
	fputs("\t)\n\t_describe command commands\n}\n\n"
	      "_evx_group() {\n\tlocal -a commands\n\tcase $1 in\n",
		f);
	for (i = 0; i < l->n; i++) {
		word = cli_completion_second(l->v[i].name);
		if (cli_completion_begins_group(l, i))
			fprintf(f, "\t%.*s) commands=(\n", (int)strcspn(l->v[i].name, " "),
				l->v[i].name);
		if (word != NULL)
			zsh_describe(f, &l->v[i], word, (int)strlen(word));
		if (word != NULL &&
			(i + 1 == l->n || cli_completion_second(l->v[i + 1].name) == NULL ||
				cli_completion_begins_group(l, i + 1)))
			fputs("\t) ;;\n", f);
	}
	fputs("\tesac\n\t(( $#commands )) || return 1\n"
	      "\t(( $2 )) || return 0\n\t_describe command commands\n}\n\n"
	      "_evx() {\n"
	      "\tlocal key=$words[2]\n"
	      "\tif (( CURRENT == 2 )); then\n\t\t_evx_commands\n\t\treturn\n\tfi\n"
	      "\tif _evx_group $key 0; then\n"
	      "\t\tif (( CURRENT == 3 )); then\n\t\t\t_evx_group $key 1\n\t\t\treturn\n\t\tfi\n"
	      "\t\tkey=\"$key $words[3]\"\n"
	      "\t\tshift words\n\t\t(( CURRENT-- ))\n"
	      "\tfi\n"
	      "\tshift words\n\t(( CURRENT-- ))\n"
	      "\tcase $key in\n",
		f);
}

static const char zsh_end[] = "\tesac\n}\n\n"
			      "if [ \"$funcstack[1]\" = _evx ]; then\n\t_evx \"$@\"\nelse\n"
			      "\tcompdef _evx evx\nfi\n";

const struct cli_completion_shell cli_completion_zsh = { "zsh", zsh_words, zsh_one, zsh_end };
