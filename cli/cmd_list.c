/* evx list: what is sealed, one line each. */
#include "cli.h"
#include "cli_entry.h"
#include "cli_open.h"
#include "cli_options.h"
#include "cli_vault.h"

struct list_run {
	struct cli *cli;
	FILE *f;
};

static enum evx_err each(void *ctx, const struct evx_entry *entry, uint64_t index)
{
	struct list_run *run = ctx;

	if (run->cli->json)
		cli_entry_json(run->f, entry, index);
	else
		cli_entry_print(run->f, entry);
	return ferror(run->f) ? EVX_E_IO : EVX_OK;
}

int cli_cmd_list(struct cli *cli, int argc, char **argv)
{
	struct cli_open o = { 0 };
	struct list_run run = { .cli = cli };
	const struct cli_option options[] = {
		CLI_VAULT_OPTIONS(cli, &cli->vault),
		{ "as", 0, CLI_TEXT, &o.options.as, "NAME",
			"open with this identity (default: the only one)", 0, 0 },
		{ "since", 0, CLI_TEXT, &o.since, "WHEN",
			"only what was modified since then: YYYY-MM-DD [HH:MM], 30d, 12h", 0, 0 },
	};
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, SIZE_MAX);

	if (r == CLI_CONTINUE)
		r = cli_open_since(cli, &o);
	if (r == CLI_CONTINUE)
		r = cli_open_begin(cli, &o, 1);
	if (r != CLI_CONTINUE)
		return r;
	run.f = cli->out;
	err = evx_list(o.home, &o.options, &o.ask, each, &run, o.progress.counters, cli->cancel,
		&o.result, &o.diag);
	return cli_open_end(cli, &o, err);
}
