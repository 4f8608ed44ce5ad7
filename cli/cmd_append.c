/* evx append, and evx receipt import, which is the same: events in receipt files become events of a
 * bundle. */
#include "cli.h"
#include "cli_child.h"
#include "cli_claims.h"
#include "cli_event.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_vault.h"

struct one {
	const char *bundle, *file;
	bool yes;
};

static int append(struct cli *cli, void *ctx)
{
	const struct one *one = ctx;
	struct cli_claims claims = { cli, one->yes, one->file };
	struct evx_event_outcome out = { 0 };
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_home_open_optional(cli, &home);

	if (r != CLI_CONTINUE)
		return r;
	err = evx_event_append(
		home, one->bundle, one->file, true, cli_claims_confirm, &claims, &out, &diag);
	if (err == EVX_OK) {
		cli_event_outcome(cli, one->bundle, &out);
		r = CLI_GOOD;
	} else {
		r = cli_output_error(cli, err, &diag);
	}
	evx_event_outcome_free(&out);
	evx_home_free(home);
	return r;
}

/* Each file is parsed in a confined process, which cannot open the next one. */
int cli_cmd_append(struct cli *cli, int argc, char **argv)
{
	bool yes = false;
	const struct cli_option options[] = {
		CLI_VAULT_OPTIONS(cli, &cli->vault),
		{ "yes", 'y', CLI_FLAG, &yes, NULL,
			"add entries of unknown signers as claims, ask nothing", 0, 0 },
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 2, SIZE_MAX);
	size_t i;

	cli_output_hold(cli);
	if (r == CLI_CONTINUE)
		r = cli_vault_exhibit(cli, 0, NULL);
	if (r != CLI_CONTINUE)
		return r;
	for (i = 1, r = CLI_GOOD; i < cli->nargs && r == CLI_GOOD; i++) {
		struct one one = { cli->args[0], cli->args[i], yes };

		r = i + 1 < cli->nargs ? cli_child_run(cli, append, &one) : append(cli, &one);
	}
	return r;
}
