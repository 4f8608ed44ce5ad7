/* evx answer: a challenge answered from the exhibit, which proves that it is still there. */
#include "cli.h"
#include "cli_challenge.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_vault.h"

static int answer(struct cli *cli, struct evx_answer_options *o)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_answer_result result;
	struct cli_progress progress;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_vault_exhibit(cli, 1, o->as);

	if (r == CLI_CONTINUE)
		r = cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	o->challenge = cli->args[0];
	o->bundle = cli->args[1];
	o->jobs = (unsigned)cli->jobs;
	cli_progress_start(cli, &progress);
	err = evx_answer(home, o, &ask, progress.counters, cli->cancel, &result, &diag);
	cli_progress_stop(cli, &progress);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	cli_challenge_answered(cli, &result, o->output);
	return CLI_GOOD;
}

int cli_cmd_answer(struct cli *cli, int argc, char **argv)
{
	struct evx_answer_options o = { .confine = true };
	const struct cli_option options[] = {
		{ "output", 'o', CLI_TEXT, &o.output, "FILE", "write the answer to this new file",
			0, 0 },
		{ "as", 0, CLI_TEXT, &o.as, "NAME", "read shared data of a vault as this identity",
			0, 0 },
		CLI_VAULT_OPTIONS(cli, &cli->vault),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 2, 2);

	cli_output_hold(cli);
	if (r == CLI_CONTINUE && o.output == NULL)
		r = cli_options_misuse(cli, "Where should the answer be written? Use -o FILE.");
	return r == CLI_CONTINUE ? answer(cli, &o) : r;
}
