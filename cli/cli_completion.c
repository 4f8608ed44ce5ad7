/* Shell completion, written from the rows by which commands parse their options. */
#include "cli_completion_inner.h"

#include <stdlib.h>
#include <string.h>

#include "cli_options.h"
#include "cli_output.h"

/* What may stand where help shows a word: the kind by which the three scripts find it. */
static const struct {
	const char *word, *kind;
} kinds[] = {
	{ "FILE", "file" },
	{ "FILE.json", "file" },
	{ "FILE.jsonld", "file" },
	{ "SOURCE", "file" },
	{ "DRAFT", "file" },
	{ "LIST", "file" },
	{ "CHALLENGE", "file" },
	{ "DIR", "dir" },
	{ "VAULT", "dir" },
	{ "FILE.evx", "bundle" },
	{ "BUNDLE", "bundle" },
	{ "BUNDLE|VAULT", "bundle" },
	{ "X", "bundle" },
	{ "CARD", "card" },
	{ "CARD|SHA256:…", "card" },
	{ "NAME", "identity" },
	{ "REMOTE", "remote" },
	{ "REMOTE|FILE", "remote" },
	{ "COMMAND", "command" },
};

/* Commands whose NAME is no identity of this machine. */
static const struct {
	const char *command, *kind;
} operands[] = {
	{ "id new", "" },
	{ "remote add", "" },
	{ "remote show", "remote" },
	{ "remote remove", "remote" },
	{ "remote test", "remote" },
	{ "invite", "remote" },
	{ "completion", "bash|zsh|fish" },
};

static const char *kind_of_word(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].word) == len && memcmp(kinds[i].word, word, len) == 0)
			return kinds[i].kind;
	return "";
}

const char *cli_completion_option_kind(const struct cli_option *o)
{
	static const char lower[] = "abcdefghijklmnopqrstuvwxyz0123456789-|";

	if (strcmp(o->name, "as") != 0 && strcmp(o->arg, "NAME") == 0)
		return ""; /* what something new is called */
	if (strchr(o->arg, '|') != NULL && strspn(o->arg, lower) == strlen(o->arg))
		return o->arg;
	return kind_of_word(o->arg, strlen(o->arg));
}

const char *cli_completion_operand_kind(const struct cli *cli)
{
	const char *s = cli->synopsis + strspn(cli->synopsis, "[(");
	size_t i;

	for (i = 0; i < sizeof(operands) / sizeof(operands[0]); i++)
		if (strcmp(operands[i].command, cli->name) == 0)
			return operands[i].kind;
	return kind_of_word(s, strcspn(s, ". ])"));
}

static void list_one(void *ctx, const struct cli *cli, const struct cli_option *rows, size_t nrows)
{
	struct cli_completion_names *l = ctx;
	struct cli_completion_name *more;

	(void)rows;
	(void)nrows;
	if (l->n == l->cap) {
		more = realloc(l->v, (l->cap + 64) * sizeof(*more));
		if (more == NULL) {
			l->failed = true;
			return;
		}
		l->v = more;
		l->cap += 64;
	}
	l->v[l->n].name = cli->name;
	l->v[l->n++].summary = cli->summary != NULL ? cli->summary : cli->synopsis;
}

const char *cli_completion_second(const char *name)
{
	const char *blank = strchr(name, ' ');

	return blank != NULL ? blank + 1 : NULL;
}

bool cli_completion_begins_group(const struct cli_completion_names *l, size_t i)
{
	size_t len = strcspn(l->v[i].name, " ");

	return cli_completion_second(l->v[i].name) != NULL &&
		(i == 0 || strncmp(l->v[i - 1].name, l->v[i].name, len + 1) != 0);
}

void cli_completion_quoted(FILE *f, const char *text, const char *quote, const char *marked)
{
	for (; *text != '\0'; text++)
		if (*text == '\'')
			fputs(quote, f);
		else if (strchr(marked, *text) != NULL)
			fprintf(f, "\\%c", *text);
		else
			putc(*text, f);
}

int cli_completion_write(struct cli *cli, const char *shell, cli_tell_all *all, FILE *f)
{
	static const struct cli_completion_shell *const shells[] = { &cli_completion_bash,
		&cli_completion_zsh, &cli_completion_fish };
	struct cli_completion_names l = { 0 };
	struct cli_tell tell = { list_one, &l };
	size_t i;

	for (i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (strcmp(shells[i]->name, shell) == 0)
			break;
	if (i == sizeof(shells) / sizeof(shells[0]))
		return cli_options_misuse(
			cli, "\"%.99s\" is no shell that evx knows. Use bash, zsh or fish.", shell);
	cli->tell = &tell;
	all(cli);
	if (!l.failed) {
		shells[i]->begin(f, &l);
		tell = (struct cli_tell){ shells[i]->told, f };
		all(cli);
		fputs(shells[i]->end, f);
	}
	cli->tell = NULL;
	free(l.v);
	return l.failed ?
		cli_output_problem(cli, EVX_E_MEMORY, "Out of memory. Nothing was printed.") :
		CLI_GOOD;
}
