/* The completion script of bash. */
#include "cli_completion_inner.h"

#include <string.h>

#include "cli_options.h"

static void bash_option(FILE *f, const struct cli_option *o)
{
	const char *kind = o->arg != NULL ? cli_completion_option_kind(o) : "";

	fprintf(f, " --%s%s%s", o->name, o->arg != NULL ? ":" : "", kind);
	if (o->letter != 0)
		fprintf(f, " -%c%s%s", o->letter, o->arg != NULL ? ":" : "", kind);
}

static void bash_one(void *ctx, const struct cli *cli, const struct cli_option *rows, size_t n)
{
	FILE *f = ctx;
	size_t i;

	if (rows == NULL)
		return;
	fprintf(f, "\t'%s') echo '%s", cli->name, cli_completion_operand_kind(cli));
	for (i = 0; i < n; i++)
		bash_option(f, &rows[i]);
	fputs("' ;;\n", f);
}

static void bash_words(FILE *f, const struct cli_completion_names *l)
{
	size_t i, k, len;

	fputs("# bash completion for evx, made by: evx completion bash\n\n"
	      "# The commands (no argument), or those of a group.\n"
	      "_evx_commands() {\n\tcase $1 in\n\t'') echo '",
		f);
	for (i = 0; i < l->n; i++)
		if (cli_completion_second(l->v[i].name) == NULL)
			fprintf(f, "%s%s", i > 0 ? " " : "", l->v[i].name);
	fputs("' ;;\n", f);
	for (i = 0; i < l->n; i++) {
		if (!cli_completion_begins_group(l, i))
			continue;
		len = strcspn(l->v[i].name, " ");
		fprintf(f, "\t%.*s) echo '", (int)len, l->v[i].name);
		for (k = i; k < l->n && (k == i || !cli_completion_begins_group(l, k)) &&
			cli_completion_second(l->v[k].name) != NULL;
			k++)
			fprintf(f, "%s%s", k > i ? " " : "", cli_completion_second(l->v[k].name));
		fputs("' ;;\n", f);
	}
	fputs("\tesac\n}\n\n"
	      "# What a command takes: the kind of its operands, then OPTION or OPTION:KIND.\n"
	      "_evx_options() {\n\tcase $1 in\n",
		f);
}

static const char bash_engine[] =
	"\tesac\n}\n\n"
	"_evx_values() {\n"
	"\tlocal IFS=$'\\n'\n"
	"\tcase $1 in\n"
	"\tcommand) COMPREPLY=($(IFS=' '; compgen -W \"$(_evx_commands)\" -- \"$cur\")) ;;\n"
	"\tidentity | remote)\n"
	"\t\tlocal table=$1 name\n"
	"\t\t[ \"$table\" = identity ] && table=id\n"
	"\t\t# compgen would expand what stands in a name\n"
	"\t\twhile IFS=' ' read -r name _; do\n"
	"\t\t\t[[ $name = \"$cur\"* ]] && COMPREPLY+=(\"$name\")\n"
	"\t\tdone < <(evx $table list 2>/dev/null </dev/null)\n"
	"\t\t;;\n"
	"\tdir) compopt -o filenames; COMPREPLY=($(compgen -d -- \"$cur\")) ;;\n"
	"\tfile) compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
	"\tcard | bundle)\n"
	"\t\tlocal ending=card\n"
	"\t\t[ \"$1\" = bundle ] && ending=evx\n"
	"\t\tcompopt -o filenames\n"
	"\t\tCOMPREPLY=($(compgen -f -X \"!*.$ending\" -- \"$cur\"; compgen -d -- \"$cur\"))\n"
	"\t\t;;\n"
	"\t*'|'*) COMPREPLY=($(IFS=' '; compgen -W \"${1//|/ }\" -- \"$cur\")) ;;\n"
	"\tesac\n"
	"}\n\n"
	"_evx() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} at=1 "
	"command=${COMP_WORDS[1]} kind option words\n"
	"\tCOMPREPLY=()\n"
	"\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	"\t\t_evx_values command\n"
	"\t\treturn\n"
	"\tfi\n"
	"\twords=$(_evx_commands \"$command\")\n"
	"\tif [ -n \"$words\" ]; then\n"
	"\t\tif [ \"$COMP_CWORD\" -eq 2 ]; then\n"
	"\t\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\t\tcommand=\"$command ${COMP_WORDS[2]}\"\n"
	"\t\tat=2\n"
	"\tfi\n"
	"\t# bash makes a word of its own of the sign in --option=VALUE\n"
	"\tif [ \"$cur\" = = ]; then\n"
	"\t\tcur=\n"
	"\telif [ \"$prev\" = = ] && [ \"$COMP_CWORD\" -gt $((at + 2)) ]; then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\tset -f\n"
	"\tset -- $(_evx_options \"$command\")\n"
	"\tset +f\n"
	"\twords=\n"
	"\tcase $1 in\n"
	"\t-*) kind= ;;\n"
	"\t*) kind=$1; [ $# -eq 0 ] || shift ;;\n"
	"\tesac\n"
	"\tfor option; do\n"
	"\t\twords=\"$words ${option%%:*}\"\n"
	"\t\tcase $option in\n"
	"\t\t\"$prev\":*) _evx_values \"${option#*:}\"; return ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tcase $cur in\n"
	"\t-*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
	"\t*) _evx_values \"$kind\" ;;\n"
	"\tesac\n"
	"}\n"
	"complete -F _evx evx\n";

const struct cli_completion_shell cli_completion_bash = { "bash", bash_words, bash_one,
	bash_engine };
