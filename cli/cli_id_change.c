/* evx id: the commands that change an identity, or carry it to another place. */
#include "cli.h"
#include "cli_id.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"

/* For commands whose success has nothing else to tell. */
static int done(struct cli *cli, struct evx_home *home, enum evx_err err,
	const struct evx_diag *diag, const char *name, const char *what)
{
	struct cli_json j;

	if (err == EVX_OK && cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "name", name);
		cli_json_text(&j, "done", what);
		cli_json_end(&j);
	} else if (err == EVX_OK && !cli->quiet) {
		cli_output_text(cli->out, name);
		fprintf(cli->out, ": %s\n", _(what));
	}
	return cli_id_finish(cli, home, err, diag);
}

int cli_id_passwd(struct cli *cli, int argc, char **argv)
{
	bool to_none = false;
	uint64_t work_factor = 0;
	const struct cli_option options[] = {
		{ "new-passphrase-file", 0, CLI_TEXT, &cli->new_passphrase_file, "FILE",
			"read the new passphrase from the first line of FILE", 0, 0 },
		{ "no-passphrase", 0, CLI_FLAG, &to_none, NULL,
			"protect the keys with no passphrase from now on", 0, 0 },
		{ "work-factor", 0, CLI_NUMBER, &work_factor, "N",
			"use scrypt work factor 2^N for the key files (default 18)", 1, 22 },
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE && to_none && cli->new_passphrase_file != NULL)
		r = cli_options_misuse(
			cli, "Use --no-passphrase or --new-passphrase-file, not both.");
	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	cli->separate_new = true;
	err = evx_id_passwd(home, cli->args[0], to_none, (unsigned)work_factor, &ask, &diag);
	return done(cli, home, err, &diag, cli->args[0],
		to_none ? N_("passphrase removed") : N_("passphrase changed"));
}

int cli_id_backup(struct cli *cli, int argc, char **argv)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 2, 2);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_id_backup(home, cli->args[0], cli->args[1], &ask, &diag);
	return done(cli, home, err, &diag, cli->args[0], N_("backed up"));
}

int cli_id_import(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL;
	const struct cli_option options[] = {
		{ "name", 0, CLI_TEXT, &name, "NAME",
			"name the identity (default: the file's name without its ending)", 0, 0 },
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined = { 0 };
	char used[65] = "";
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, true, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_id_import(home, cli->args[0], name, &ask, &confined, used, &diag);
	if (err == EVX_OK)
		cli_output_confinement(cli, &confined);
	return done(cli, home, err, &diag, used, N_("imported"));
}

int cli_id_retire(struct cli *cli, int argc, char **argv)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_id_retire(home, cli->args[0], &ask, &diag);
	return done(cli, home, err, &diag, cli->args[0], N_("retired"));
}
