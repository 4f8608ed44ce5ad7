/* evx case: the cases of a vault. */
#include "cli.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_vault.h"

#define CASES_MAX 2

/* What the commands that change a case share. */
struct change {
	const char *as, *vault, *office, *reason;
	char id[37], into[37];
};

typedef enum evx_err change_fn(struct change *c, struct evx_home *home, const char *path,
	char **args, const struct evx_passphrase *ask, struct evx_confine_state *confined,
	struct evx_diag *diag);

static int run(struct cli *cli, struct change *c, change_fn *call)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	const char *path = cli_vault_path(cli, c->vault);
	struct evx_confine_state confined;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	struct cli_json j;
	enum evx_err err;
	int r = path == NULL ? CLI_USAGE : cli_home_open(cli, false, &home);

	if (r != CLI_CONTINUE)
		return r;
	err = call(c, home, path, cli->args, &ask, &confined, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "case", c->id);
		if (c->into[0] != '\0')
			cli_json_text(&j, "into", c->into);
		cli_json_end(&j);
	} else {
		fprintf(cli->out, "%s\n", c->into[0] != '\0' ? c->into : c->id);
	}
	return CLI_GOOD;
}

static enum evx_err call_new(struct change *c, struct evx_home *home, const char *path, char **args,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, struct evx_diag *diag)
{
	return evx_vault_new_case(
		home, path, c->as, args[0], c->office, ask, confined, c->id, diag);
}

static enum evx_err call_alias(struct change *c, struct evx_home *home, const char *path,
	char **args, const struct evx_passphrase *ask, struct evx_confine_state *confined,
	struct evx_diag *diag)
{
	return evx_vault_alias_case(
		home, path, c->as, args[0], args[1], c->office, ask, confined, c->id, diag);
}

static enum evx_err call_merge(struct change *c, struct evx_home *home, const char *path,
	char **args, const struct evx_passphrase *ask, struct evx_confine_state *confined,
	struct evx_diag *diag)
{
	return evx_vault_merge_cases(home, path, c->as, args[0], args[1], c->reason, ask, confined,
		c->id, c->into, diag);
}

#define AS_OPTION(to) \
	{ \
		"as", 0, CLI_TEXT, (to), "NAME", "work as this identity (default: the only one)", \
			0, 0 \
	}
#define OFFICE_OPTION(to) \
	{ \
		"office", 0, CLI_TEXT, (to), "NAME", "say which office uses this label", 0, 0 \
	}

static int case_new(struct cli *cli, int argc, char **argv)
{
	struct change c = { NULL, NULL, NULL, NULL, "", "" };
	const struct cli_option options[] = { OFFICE_OPTION(&c.office), AS_OPTION(&c.as),
		CLI_VAULT_OPTIONS(cli, &c.vault) };
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	return r == CLI_CONTINUE ? run(cli, &c, call_new) : r;
}

static int case_alias(struct cli *cli, int argc, char **argv)
{
	struct change c = { NULL, NULL, NULL, NULL, "", "" };
	const struct cli_option options[] = { OFFICE_OPTION(&c.office), AS_OPTION(&c.as),
		CLI_VAULT_OPTIONS(cli, &c.vault) };
	int r = cli_options_parse(cli, argc, argv, options, sizeof(options) / sizeof(options[0]),
		CASES_MAX, CASES_MAX);

	return r == CLI_CONTINUE ? run(cli, &c, call_alias) : r;
}

static int case_merge(struct cli *cli, int argc, char **argv)
{
	struct change c = { NULL, NULL, NULL, NULL, "", "" };
	const struct cli_option options[] = {
		{ "reason", 0, CLI_TEXT, &c.reason, "TEXT", "record why, for the members", 0, 0 },
		AS_OPTION(&c.as),
		CLI_VAULT_OPTIONS(cli, &c.vault),
	};
	int r = cli_options_parse(cli, argc, argv, options, sizeof(options) / sizeof(options[0]),
		CASES_MAX, CASES_MAX);

	return r == CLI_CONTINUE ? run(cli, &c, call_merge) : r;
}

static enum evx_err list_one(void *ctx, const struct evx_vault_case_info *info)
{
	struct cli *cli = ctx;
	struct cli_json j;
	size_t i;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "case", info->id);
		if (info->into[0] != '\0')
			cli_json_text(&j, "into", info->into);
		cli_json_array(&j, "labels");
		for (i = 0; i < info->nlabels; i++) {
			cli_json_object(&j, NULL);
			cli_json_text(&j, "label", info->labels[i].label);
			cli_json_text(&j, "office", info->labels[i].office);
			cli_json_close(&j);
		}
		cli_json_close(&j);
		cli_json_count(&j, "exhibits", info->exhibits);
		cli_json_end(&j);
		return EVX_OK;
	}
	fprintf(cli->out, "%s  %6llu  ", info->id, (unsigned long long)info->exhibits);
	for (i = 0; i < info->nlabels; i++) {
		fputs(i > 0 ? " = " : "", cli->out);
		cli_output_text(cli->out, info->labels[i].label);
		if (info->labels[i].office != NULL) {
			fputs(" (", cli->out);
			cli_output_text(cli->out, info->labels[i].office);
			putc(')', cli->out);
		}
	}
	if (info->into[0] != '\0') {
		fputs(info->nlabels > 0 ? ", " : "", cli->out);
		fprintf(cli->out, _("merged into %s"), info->into);
	}
	putc('\n', cli->out);
	return EVX_OK;
}

static int case_list(struct cli *cli, int argc, char **argv)
{
	const char *as = NULL, *vault = NULL, *path;
	const struct cli_option options[] = { AS_OPTION(&as), CLI_VAULT_OPTIONS(cli, &vault) };
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 0);

	if (r != CLI_CONTINUE)
		return r;
	path = cli_vault_path(cli, vault);
	r = path == NULL ? CLI_USAGE : cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_list_cases(home, path, as, &ask, &confined, list_one, cli, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	return CLI_GOOD;
}

static int case_file(struct cli *cli, int argc, char **argv)
{
	struct evx_vault_filing_options opt = { .confine = true };
	const struct cli_option options[] = {
		{ "reason", 0, CLI_TEXT, &opt.reason, "TEXT", "record why, for the members", 0, 0 },
		AS_OPTION(&opt.as),
		CLI_VAULT_OPTIONS(cli, &cli->vault),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 2, 2);

	if (r != CLI_CONTINUE)
		return r;
	opt.vault = cli_vault_path(cli, cli->vault);
	if (opt.vault == NULL)
		return CLI_USAGE;
	r = cli_vault_exhibit(cli, 0, opt.as);
	if (r != CLI_CONTINUE)
		return r;
	opt.exhibit = cli->args[0];
	opt.in_case = cli->args[1];
	return cli_vault_file(cli, &opt);
}

static const struct cli_command subcommands[] = {
	{ "case new", "LABEL [--office NAME] [--as NAME] [--vault DIR]", NULL, case_new,
		"evx case new 26-114 --office police" },
	{ "case alias", "CASE LABEL [--office NAME] [--as NAME] [--vault DIR]", NULL, case_alias,
		"evx case alias 26-114 'J 88/26' --office court" },
	{ "case file", "EXHIBIT CASE [--reason TEXT] [--as NAME] [--vault DIR]", NULL, case_file,
		"evx case file 26-141/7 26-114 --reason 'mistyped'" },
	{ "case list", "[--as NAME] [--vault DIR]", NULL, case_list, "evx case list --as smith" },
	{ "case merge", "CASE INTO [--reason TEXT] [--as NAME] [--vault DIR]", NULL, case_merge,
		"evx case merge 26-115 26-114 --reason 'one investigation'" },
};

int cli_cmd_case(struct cli *cli, int argc, char **argv)
{
	return cli_options_subcommand(
		cli, "case", subcommands, sizeof(subcommands) / sizeof(subcommands[0]), argc, argv);
}
