/* evx rebuild: the catalog of a vault made anew from its exhibits. */
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_vault.h"

static void remark(void *ctx, const char *uuid, const char *what)
{
	cli_output_remark(ctx, uuid, strlen(uuid), what);
}

static void print(struct cli *cli, const struct evx_vault_rebuild_result *result)
{
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP], c[CLI_THINGS_CAP];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_count(&j, "exhibits", result->exhibits);
		cli_json_count(&j, "unreadable", result->unreadable);
		cli_json_count(&j, "with_chunks", result->with_chunks);
		cli_json_count(&j, "chunks", result->rows);
		cli_json_text(&j, "tier",
			result->tier == 0         ? "none" :
				result->tier == 1 ? "custody" :
						    "content");
		cli_json_end(&j);
		return;
	}
	fprintf(cli->out,
		result->tier == 0 ? _("The catalog was made anew with no key: %s, %s of %s.\n") :
			result->tier == 1 ? _("The catalog was made anew with a custody key: %s, "
					      "%s of %s.\n") :
					    _("The catalog was made anew with a content key: %s, "
					      "%s of %s.\n"),
		cli_output_things(result->exhibits, "exhibit", "exhibits", a),
		cli_output_things(result->rows, "piece of data", "pieces of data", b),
		cli_output_things(result->with_chunks, "exhibit", "exhibits", c));
}

int cli_cmd_rebuild(struct cli *cli, int argc, char **argv)
{
	struct evx_vault_rebuild_options opt = {
		.confine = true, .remark = remark, .remark_ctx = cli
	};
	struct evx_vault_rebuild_result result;
	const char *vault = NULL;
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"also read what this member's key opens: numbers, descriptions, and data "
			"to share",
			0, 0 },
		{ "resume", 0, CLI_FLAG, &opt.resume, NULL,
			"after an interruption, read only what the catalog lacks", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &vault),
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct cli_progress progress;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 0);

	cli_output_hold(cli);
	if (r != CLI_CONTINUE)
		return r;
	opt.vault = cli_vault_path(cli, vault);
	r = opt.vault == NULL ? CLI_USAGE : cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	cli_progress_start(cli, &progress);
	err = evx_vault_rebuild(home, &opt, &ask, progress.counters, cli->cancel, &result, &diag);
	cli_progress_stop(cli, &progress);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	print(cli, &result);
	return result.unreadable > 0 ? CLI_BAD : CLI_GOOD;
}
