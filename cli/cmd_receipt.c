/* evx receipt export, import: an event as a text file, out of a bundle and into one. */
#include "cli.h"
#include "cli_event.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_vault.h"

static int export(struct cli *cli, int argc, char **argv)
{
	uint64_t number = UINT64_MAX;
	struct evx_event_outcome out = { 0 };
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	const struct cli_option options[] = {
		CLI_VAULT_OPTIONS(cli, &cli->vault),
		{ "event", 0, CLI_NUMBER, &number, "N",
			"write entry N (default: the newest acceptance, else the last entry)", 1,
			9999 },
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 2, 2);

	cli_output_hold(cli);
	if (r == CLI_CONTINUE)
		r = cli_vault_exhibit(cli, 0, NULL);
	if (r == CLI_CONTINUE)
		r = cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_event_export(home, cli->args[0], number == UINT64_MAX ? -1 : (int)number,
		cli->args[1], true, &out, &diag);
	if (err == EVX_OK)
		cli_event_outcome(cli, NULL, &out);
	else
		r = cli_output_error(cli, err, &diag);
	evx_event_outcome_free(&out);
	evx_home_free(home);
	return err == EVX_OK ? CLI_GOOD : r;
}

int cli_cmd_receipt(struct cli *cli, int argc, char **argv)
{
	static const struct cli_command commands[] = {
		{ "receipt export", "BUNDLE FILE [--event N]", NULL, export,
			"evx receipt export phone.evx receipt.txt" },
		{ "receipt import", "BUNDLE FILE... [--yes]", NULL, cli_cmd_append,
			"evx receipt import phone.evx receipt.txt" },
	};

	return cli_options_subcommand(
		cli, "receipt", commands, sizeof(commands) / sizeof(commands[0]), argc, argv);
}
