/* evx trust: the cards whose keys are trusted on this machine. */
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"

static int finish(
	struct cli *cli, struct evx_home *home, enum evx_err err, const struct evx_diag *diag)
{
	evx_home_free(home);
	return err == EVX_OK ? CLI_GOOD : cli_output_error(cli, err, diag);
}

static enum evx_err added(void *ctx, const struct evx_card_info *card)
{
	struct cli *cli = ctx;

	if (cli->json || !cli->quiet)
		cli_output_card_line(cli, card);
	return EVX_OK;
}

static int trust_add(struct cli *cli, int argc, char **argv)
{
	const struct cli_option options[] = {
		{ "yes", 0, CLI_FLAG, &cli->names_compared, NULL,
			"trust the card although its name looks like another one's", 0, 0 },
	};
	struct evx_confine_state confined;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, SIZE_MAX);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, true, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_trust_add(
		home, (const char *const *)cli->args, cli->nargs, &confined, added, cli, &diag);
	if (err == EVX_OK)
		cli_output_confinement(cli, &confined);
	return finish(cli, home, err, &diag);
}

static enum evx_err list_one(void *ctx, const struct evx_card_info *card)
{
	cli_output_card_line(ctx, card);
	return EVX_OK;
}

static int trust_list(struct cli *cli, int argc, char **argv)
{
	struct evx_confine_state confined;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 0, 0);

	if (r == CLI_CONTINUE)
		r = cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	if (home == NULL)
		return CLI_GOOD;
	err = evx_trust_list(home, &confined, list_one, cli, &diag);
	if (err == EVX_OK)
		cli_output_confinement(cli, &confined);
	return finish(cli, home, err, &diag);
}

static int trust_show(struct cli *cli, int argc, char **argv)
{
	struct evx_card_info card;
	struct evx_confine_state confined;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	struct cli_json j;
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_trust_show(home, cli->args[0], &confined, &card, &diag);
	if (err == EVX_OK && cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_card(&j, "card", &card);
		cli_json_end(&j);
	} else if (err == EVX_OK) {
		cli_output_card_fields(cli->out, &card);
	}
	if (err == EVX_OK)
		cli_output_confinement(cli, &confined);
	return finish(cli, home, err, &diag);
}

static int trust_remove(struct cli *cli, int argc, char **argv)
{
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	struct cli_json j;
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_trust_remove(home, cli->args[0], &diag);
	if (err == EVX_OK && cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "fingerprint", cli->args[0]);
		cli_json_text(&j, "done", "removed");
		cli_json_end(&j);
	} else if (err == EVX_OK && !cli->quiet) {
		cli_output_text(cli->out, cli->args[0]);
		fputs(_(": no longer trusted\n"), cli->out);
	}
	return finish(cli, home, err, &diag);
}

static const struct cli_command subcommands[] = {
	{ "trust add", "CARD... [--yes]", NULL, trust_add, "evx trust add lab.card" },
	{ "trust list", "", NULL, trust_list, "evx trust list" },
	{ "trust show", "FINGERPRINT", NULL, trust_show, "evx trust show SHA256:…" },
	{ "trust remove", "FINGERPRINT", NULL, trust_remove, "evx trust remove SHA256:…" },
};

int cli_cmd_trust(struct cli *cli, int argc, char **argv)
{
	return cli_options_subcommand(cli, "trust", subcommands,
		sizeof(subcommands) / sizeof(subcommands[0]), argc, argv);
}
