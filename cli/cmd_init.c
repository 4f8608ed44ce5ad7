/* evx init: a new vault. */
#include "cli.h"
#include "cli_json.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_vault.h"

static void print(struct cli *cli, const char *path, const char *uuid, size_t escrow)
{
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "vault", uuid);
		cli_json_text(&j, "path", path);
		cli_json_count(&j, "escrow", escrow);
		cli_json_end(&j);
		return;
	}
	cli_output_field(cli->out, "vault", uuid);
	cli_output_field(cli->out, "path", path);
	if (escrow == 0 && !cli->quiet)
		cli_output_warn(cli,
			"This vault has no escrow card. If all members' keys are lost, nobody can "
			"open its exhibits. Add one with --escrow CARD.");
}

int cli_cmd_init(struct cli *cli, int argc, char **argv)
{
	struct cli_list escrow = { NULL, 0 };
	const char *as = NULL, *vault = NULL, *path;
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &as, "NAME",
			"found the vault as this identity (default: the only one)", 0, 0 },
		{ "escrow", 0, CLI_LIST, &escrow, "CARD",
			"let this escrow card open all exhibits; may be repeated", 0, 0 },
		CLI_VAULT_OPTION(&vault),
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	char uuid[37];
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 1);

	cli_output_hold(cli);
	if (r != CLI_CONTINUE)
		return r;
	if (cli->nargs > 0 && vault != NULL)
		return cli_options_misuse(cli, "Name the vault once: VAULT or --vault DIR.");
	path = cli_vault_path(cli, cli->nargs > 0 ? cli->args[0] : vault);
	if (path == NULL)
		return CLI_USAGE;
	r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_init(home, path, as, escrow.v, escrow.n, &ask, &confined, uuid, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	print(cli, path, uuid, escrow.n);
	return CLI_GOOD;
}
