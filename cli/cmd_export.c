/* evx export: exhibits of a vault, or unpacked bundles, as bundles. */
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "json.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "prompt.h"
#include "vault.h"

struct export_run {
	struct cli *cli;
	int code;
};

static enum evx_err print(void *ctx, const struct evx_export_info *e)
{
	struct export_run *run = ctx;
	FILE *f = run->cli->out;
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP];
	struct cli_json j;

	if (e->exit_class != CLI_GOOD)
		run->code = e->exit_class;
	if (run->cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "uuid", e->uuid);
		cli_json_text(&j, "seal_hash", e->seal_hash);
		cli_json_text(&j, "written", e->written);
		cli_json_size(&j, "bytes", e->bytes);
		cli_json_count(&j, "packs", e->packs);
		cli_json_count(&j, "recipes", e->recipes);
		cli_json_count(&j, "events", e->events);
		cli_json_count(&j, "branch_events", e->branches);
		cli_json_count(&j, "exit", (uint64_t)e->exit_class);
		if (e->why[0] != '\0')
			cli_json_text(&j, "why", e->why);
		cli_json_end(&j);
		return ferror(f) ? EVX_E_IO : EVX_OK;
	}
	fprintf(f, "%s  ", e->uuid);
	cli_output_text(f, e->written);
	fprintf(f, "  %s, a chain of %s\n", cli_output_things(e->bytes, "byte", "bytes", a), cli_output_things(e->events, "event", "events", b));
	if (e->recipes > 0)
		fprintf(f, "%-38s%s of frames that the case shares, written out\n", "", cli_output_things(e->recipes, "pack", "packs", a));
	if (e->branches > 0)
		fprintf(f, "%-38sNOT IN IT: %s of other copies, kept in the vault as branches/%s/*.receipt\n", "",
			cli_output_things(e->branches, "event", "events", a), e->uuid);
	cli_output_field(f, "  custody", e->why);
	return ferror(f) ? EVX_E_IO : EVX_OK;
}

static int export_all(struct cli *cli, struct evx_export_options *opt)
{
	struct export_run run = { cli, CLI_GOOD };
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct cli_progress progress;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = opt->as != NULL ? cli_home_open(cli, false, &home) : cli_home_open_optional(cli, &home);

	if (r != CLI_CONTINUE)
		return r;
	opt->exhibits = (const char *const *)cli->args;
	opt->nexhibits = cli->nargs;
	cli_progress_start(cli, &progress);
	err = evx_export(home, opt, &ask, progress.counters, cli->cancel, print, &run, &confined, &diag);
	cli_progress_stop(cli, &progress);
	evx_home_free(home);
	if (err == EVX_E_IO && ferror(cli->out))
		err = evx_diag_in(&diag, "standard output", evx_fail(&diag, EVX_E_IO, "could not be written"));
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	return run.code;
}

int cli_cmd_export(struct cli *cli, int argc, char **argv)
{
	struct evx_export_options opt = { .confine = true };
	const char *vault = NULL;
	const struct cli_option options[] = {
		{ "output", 'o', CLI_TEXT, &opt.output, "FILE", "the bundle to make; an existing directory: UUID.evx in it; - is standard output", 0, 0 },
		{ "split", 0, CLI_SIZE, &opt.split, "SIZE", "as volumes FILE.001 … of this size", 1, UINT64_MAX },
		{ "as", 0, CLI_TEXT, &opt.as, "NAME", "member whose key opens recipes (default: the only identity there is)", 0, 0 },
		CLI_VAULT_OPTION(&vault),
	};
	int r = cli_options_parse(cli, argc, argv, options, sizeof options / sizeof options[0], 1, SIZE_MAX);

	if (r != CLI_CONTINUE)
		return r;
	if (opt.output == NULL)
		return cli_options_misuse(cli, "expected -o FILE.evx or -o DIR");
	opt.vault = cli_vault_path_optional(vault);
	if (vault != NULL && opt.vault == NULL)
		opt.vault = vault; /* named and not there: that is to be told */
	if (strcmp(opt.output, "-") == 0) {
		if (isatty(STDOUT_FILENO))
			return cli_options_misuse(cli, "a bundle is not for a terminal");
		cli->out = stderr;
	}
	return export_all(cli, &opt);
}
