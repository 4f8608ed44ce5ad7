/* evx vault: the vaults that this machine remembers. */
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"

static enum evx_err print(void *ctx, const struct evx_vault_known *k)
{
	struct cli *cli = ctx;
	char path[8192], entries[CLI_THINGS_CAP];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "vault", k->vault);
		cli_json_text(&j, "path", k->path);
		cli_json_text(&j, "founder", k->founder);
		cli_json_bool(&j, "accepted", k->accepted);
		cli_json_count(&j, "log_entries", k->entries);
		cli_json_end(&j);
		return EVX_OK;
	}
	fprintf(cli->out, "%s  %s  ", k->vault, k->founder);
	cli_layout_cell(cli->out, 12,
		k->accepted ? C_("founder", "accepted") : C_("founder", "not accepted"));
	fprintf(cli->out, "  %s  %s\n", cli_output_things(k->entries, "entry", "entries", entries),
		evx_text_escape(k->path, strlen(k->path), path, sizeof(path)));
	return EVX_OK;
}

static int vault_list(struct cli *cli, int argc, char **argv)
{
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err = EVX_OK;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 0, 0);

	if (r == CLI_CONTINUE)
		r = cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	if (home != NULL)
		err = evx_vault_known_list(home, print, cli, &diag);
	evx_home_free(home);
	return err == EVX_OK ? CLI_GOOD : cli_output_error(cli, err, &diag);
}

static int vault_forget(struct cli *cli, int argc, char **argv)
{
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_known_forget(home, cli->args[0], &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	if (!cli->quiet && !cli->json)
		fputs(_("Forgotten. The next command that writes to this vault asks for the "
			"founder again.\n"),
			cli->out);
	return CLI_GOOD;
}

static const struct cli_command subcommands[] = {
	{ "vault list", "", NULL, vault_list, "evx vault list" },
	{ "vault forget", "UUID", NULL, vault_forget,
		"evx vault forget 0b5e0f3a-7c1d-4a52-9e1c-5d0a7f3c2b11" },
};

int cli_cmd_vault(struct cli *cli, int argc, char **argv)
{
	return cli_options_subcommand(cli, "vault", subcommands,
		sizeof(subcommands) / sizeof(subcommands[0]), argc, argv);
}
