/* Options of one command as a table. */
#include "cli_options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli_completion.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_nearest.h"
#include "cli_output.h"

#define OPTIONS_MAX 64
#define INVOCATION_CAP 4096
#define HELP_LEFT 31  /* columns before what an option does */
#define LONG_BASE 256 /* getopt_long's value of row i is LONG_BASE + i */

/* "usage: evx NAME SYNOPSIS", wrapped behind the name. */
static void usage(FILE *f, const char *before, const char *name, const char *synopsis)
{
	size_t at = cli_layout_columns(before) + strlen(name) + 1;

	fprintf(f, "%s%s%s", before, name, synopsis[0] != '\0' ? " " : "");
	cli_layout_paragraph(f, at, at, synopsis);
}

static void example(FILE *f, const char *line)
{
	if (line == NULL)
		return;
	fputs(_("example: "), f);
	cli_layout_paragraph(f, cli_layout_columns(_("example: ")), 13, line);
	putc('\n', f);
}

int cli_options_misuse(struct cli *cli, const char *fmt, ...)
{
	va_list ap;
	int r;

	if (!cli->json) { /* the mistake itself stands last, where the eye is */
		usage(stderr, _("usage: evx "), cli->name, cli->synopsis);
		fprintf(stderr, "       evx help %s\n", cli->name);
	}
	va_start(ap, fmt);
	r = cli_output_mistake_v(cli, fmt, ap);
	va_end(ap);
	return r;
}

bool cli_options_json(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

bool cli_options_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* A decimal number with, for sizes, one optional suffix. */
static bool number(const char *s, bool size, uint64_t *out)
{
	static const char suffix[] = "KMGT";
	uint64_t v = 0;
	const char *at;
	unsigned shift;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(v, 10U, &v) ||
			__builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return false;
	if (size && *s != '\0' && (at = strchr(suffix, *s)) != NULL) {
		shift = 10U * (unsigned)(at - suffix + 1);
		if (v > UINT64_MAX >> shift)
			return false;
		v <<= shift;
		s++;
	}
	*out = v;
	return *s == '\0';
}

bool cli_options_size(const char *text, uint64_t *out)
{
	return number(text, true, out);
}

static int list_add(struct cli *cli, struct cli_list *list, const char *value, int argc)
{
	if (list->v == NULL) {
		if (cli->nlists == CLI_LISTS_MAX)
			return cli_options_misuse(
				cli, "Too many different options are repeated. Use fewer.");
		list->v = calloc((size_t)argc, sizeof(*list->v));
		if (list->v == NULL)
			return cli_output_problem(
				cli, EVX_E_MEMORY, "Out of memory. Nothing was changed.");
		cli->lists[cli->nlists++] = list->v;
	}
	list->v[list->n++] = value;
	return CLI_CONTINUE;
}

static int take(
	struct cli *cli, const struct cli_option *o, const char *value, bool again, int argc)
{
	if (o->kind == CLI_FLAG) {
		*(bool *)o->to = true;
		return CLI_CONTINUE;
	}
	if (o->kind == CLI_LIST)
		return list_add(cli, o->to, value, argc);
	if (again)
		return cli_options_misuse(
			cli, "--%s stands twice. Give this option once.", o->name);
	if (o->kind == CLI_TEXT) {
		*(const char **)o->to = value;
		return CLI_CONTINUE;
	}
	if (number(value, o->kind == CLI_SIZE, o->to) && *(uint64_t *)o->to >= o->min &&
		*(uint64_t *)o->to <= o->max)
		return CLI_CONTINUE;
	if (o->kind == CLI_SIZE)
		return cli_options_misuse(cli,
			"--%s \"%s\": use a size in bytes from %llu to %llu, such as 4G (K, M, G "
			"and T are powers of 1024).",
			o->name, value, (unsigned long long)o->min, (unsigned long long)o->max);
	return cli_options_misuse(cli, "--%s \"%s\": use a number from %llu to %llu.", o->name,
		value, (unsigned long long)o->min, (unsigned long long)o->max);
}

static void help_row(const struct cli_option *o)
{
	char left[64];
	char letter[8] = "";
	size_t wide;

	if (o->letter != 0)
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name, o->arg != NULL ? " " : "",
		o->arg != NULL ? o->arg : "");
	wide = cli_layout_columns(left) + 2;
	if (wide > HELP_LEFT - 2)
		printf("  %s\n%*s", left, HELP_LEFT, "");
	else
		printf("  %s%*s", left, (int)(HELP_LEFT - wide), "");
	cli_layout_paragraph(stdout, HELP_LEFT, HELP_LEFT, _(o->help));
}

static int help(const struct cli *cli, const struct cli_option *rows, size_t n)
{
	size_t i;

	example(stdout, cli->example);
	usage(stdout, _("usage: evx "), cli->name, cli->synopsis);
	putchar('\n');
	for (i = 0; i < n; i++)
		help_row(&rows[i]);
	printf(_("\nThe manual page evx-%.*s(1) tells more.\n"), (int)strcspn(cli->name, " "),
		cli->name);
	return CLI_GOOD;
}

/* Fills the two forms that getopt_long wants from the rows. */
static void describe(const struct cli_option *rows, size_t n, struct option *longs, char *shorts)
{
	size_t i, at = 0;

	shorts[at++] = ':'; /* tell a missing argument from an unknown option */
	for (i = 0; i < n; i++) {
		longs[i].name = rows[i].name;
		longs[i].has_arg = rows[i].kind == CLI_FLAG ? no_argument : required_argument;
		longs[i].val = LONG_BASE + (int)i;
		if (rows[i].letter != 0) {
			shorts[at++] = rows[i].letter;
			if (rows[i].kind != CLI_FLAG)
				shorts[at++] = ':';
		}
	}
	shorts[at] = '\0';
}

static size_t row_of(const struct cli_option *rows, size_t n, int c)
{
	size_t i;

	if (c >= LONG_BASE)
		return (size_t)(c - LONG_BASE);
	for (i = 0; i < n; i++)
		if (rows[i].letter == (char)c)
			return i;
	return n;
}

/* What is wrong with the option that getopt_long stopped at. */
static int unknown(struct cli *cli, const char *given, const struct cli_option *rows, size_t n)
{
	struct cli_nearest nearest = { .word = NULL };
	char word[64];
	size_t len, i;

	if (optopt >= LONG_BASE)
		return cli_options_misuse(cli, "--%s stands alone: it takes no value.",
			rows[optopt - LONG_BASE].name);
	if (strncmp(given, "--", 2) != 0)
		return cli_options_misuse(
			cli, "-%c is not an option of this command. Its help lists them.", optopt);
	len = strcspn(given + 2, "=");
	snprintf(word, sizeof(word), "%.*s", len < sizeof(word) ? (int)len : 0, given + 2);
	nearest.word = word;
	for (i = 0; i < n; i++)
		cli_nearest_try(&nearest, rows[i].name);
	if (nearest.best != NULL)
		return cli_options_misuse(cli,
			"%s is not an option of this command. Did you mean --%s?", given,
			nearest.best);
	return cli_options_misuse(
		cli, "%s is not an option of this command. Its help lists them.", given);
}

static int read_all(struct cli *cli, int argc, char **argv, const struct cli_option *rows, size_t n)
{
	struct option longs[OPTIONS_MAX + 1] = { { 0 } };
	char shorts[2 * OPTIONS_MAX + 2];
	bool seen[OPTIONS_MAX] = { false };
	int c, r;
	size_t i;

	describe(rows, n, longs, shorts);
	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (c == ':')
			return cli_options_misuse(
				cli, "%s needs a value behind it.", argv[optind - 1]);
		i = c == '?' ? n : row_of(rows, n, c);
		if (i == n)
			return unknown(cli, argv[optind - 1], rows, n);
		r = take(cli, &rows[i], optarg, seen[i], argc);
		if (r != CLI_CONTINUE)
			return r;
		seen[i] = true;
	}
	return CLI_CONTINUE;
}

int cli_options_parse(struct cli *cli, int argc, char **argv, const struct cli_option *table,
	size_t n, size_t min_args, size_t max_args)
{
	bool want_help = false, json = false;
	const struct cli_option common[] = {
		{ "passphrase-file", 0, CLI_TEXT, &cli->passphrase_file, "FILE",
			"read the passphrase from the first line of FILE", 0, 0 },
		{ "jobs", 0, CLI_NUMBER, &cli->jobs, "N",
			"use N threads (default: one for each processor)", 1, 1024 },
		{ "json", 0, CLI_FLAG, &json, NULL, "print results as JSON", 0, 0 },
		{ "quiet", 0, CLI_FLAG, &cli->quiet, NULL,
			"show no progress and no remarks, ask nothing", 0, 0 },
		{ "require-confinement", 0, CLI_FLAG, &cli->require_confinement, NULL,
			"stop if the kernel cannot shut evx off from other files", 0, 0 },
		{ "names-compared", 0, CLI_FLAG, &cli->names_compared, NULL,
			"accept names that look alike: you compared the fingerprints", 0, 0 },
		{ "help", 'h', CLI_FLAG, &want_help, NULL, "print this help", 0, 0 },
	};
	const size_t ncommon = sizeof(common) / sizeof(common[0]);
	struct cli_option rows[OPTIONS_MAX];
	int r;

	if (n + ncommon > OPTIONS_MAX)
		return cli_output_problem(
			cli, EVX_E_LIMIT, "This command has too many options. Report this fault.");
	if (n > 0)
		memcpy(rows, table, n * sizeof(*table));
	memcpy(rows + n, common, sizeof(common));
	n += ncommon;
	if (cli->tell != NULL) {
		cli->tell->told(cli->tell->ctx, cli, rows, n);
		return CLI_GOOD;
	}
	cli->json = cli_options_json(argc, argv); /* also of a mistake that stands before it */
	r = read_all(cli, argc, argv, rows, n);
	if (r != CLI_CONTINUE)
		return r;
	cli->json = json;
	if (want_help)
		return help(cli, rows, n);
	if (cli->require_confinement)
		evx_confine_require();
	cli->before_args = argv + 1;
	cli->nbefore = (size_t)optind - 1;
	cli->args = argv + optind;
	cli->nargs = (size_t)(argc - optind);
	if (cli->nargs < min_args && min_args == 1)
		return cli_options_misuse(
			cli, "Something is missing: this command needs 1 operand, 0 were given.");
	if (cli->nargs < min_args && cli->nargs == 1)
		return cli_options_misuse(cli,
			"Something is missing: this command needs %zu operands, 1 was given.",
			min_args);
	if (cli->nargs < min_args)
		return cli_options_misuse(cli,
			"Something is missing: this command needs %zu operands, %zu were given.",
			min_args, cli->nargs);
	if (cli->nargs > max_args)
		return cli_options_misuse(cli,
			"\"%s\" is one operand too many. Put names with blanks in quotes.",
			cli->args[max_args]);
	return CLI_CONTINUE;
}

static int run_row(struct cli *cli, const struct cli_command *row, int argc, char **argv)
{
	cli->name = row->name;
	cli->synopsis = row->synopsis;
	cli->example = row->example;
	cli->summary = row->summary;
	return row->run(cli, argc, argv);
}

int cli_options_subcommand(struct cli *cli, const char *group, const struct cli_command *table,
	size_t n, int argc, char **argv)
{
	const size_t skip = strlen(group) + 1;
	struct cli_nearest nearest = { .word = NULL };
	size_t i;

	if (cli->tell != NULL)
		cli->tell->told(cli->tell->ctx, cli, NULL, 0);
	for (i = 0; cli->tell != NULL && i < n; i++)
		(void)run_row(cli, &table[i], argc, argv);
	if (cli->tell != NULL)
		return CLI_GOOD;
	for (i = 0; argc > 1 && i < n; i++)
		if (strcmp(argv[1], table[i].name + skip) == 0)
			return run_row(cli, &table[i], argc - 1, argv + 1);
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		example(stdout, cli->example);
		printf(_("usage: evx %s COMMAND\n\n"), group);
		for (i = 0; i < n; i++)
			usage(stdout, "  evx ", table[i].name, table[i].synopsis);
		printf(_("\nThe manual page evx-%.*s(1) tells more.\n"), (int)strlen(group), group);
		return CLI_GOOD;
	}
	cli->json = cli_options_json(argc, argv);
	if (argc < 2)
		return cli_options_misuse(cli,
			"Name a command behind 'evx %s'. 'evx help %s' lists them.", group, group);
	nearest.word = argv[1];
	for (i = 0; i < n; i++)
		cli_nearest_try(&nearest, table[i].name + skip);
	if (nearest.best != NULL)
		return cli_options_misuse(cli, "evx %s has no command \"%s\". Did you mean %s?",
			group, argv[1], nearest.best);
	return cli_options_misuse(cli, "evx %s has no command \"%s\". 'evx help %s' lists them.",
		group, argv[1], group);
}

char *cli_options_invocation(const struct cli *cli)
{
	size_t cap = 96 + strlen(cli->name), i, at;
	char *plain, *out = malloc(INVOCATION_CAP);

	for (i = 0; i < cli->nbefore; i++)
		cap += strlen(cli->before_args[i]) + 1;
	plain = malloc(cap);
	if (plain != NULL && out != NULL) {
		at = (size_t)snprintf(plain, cap, "evx %s [%zu operand%s]", cli->name, cli->nargs,
			cli->nargs == 1 ? "" : "s");
		for (i = 0; i < cli->nbefore; i++)
			at += (size_t)snprintf(plain + at, cap - at, " %s", cli->before_args[i]);
		evx_text_escape(plain, at, out, INVOCATION_CAP);
	}
	if (plain == NULL) {
		free(out);
		out = NULL;
	}
	free(plain);
	return out;
}
