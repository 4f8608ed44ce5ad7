/* evx inbox: the shipments that wait on a remote. */
#include <string.h>

#include "cli.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_remote.h"
#include "cli_shipment.h"

struct inbox_run {
	struct cli *cli;
	size_t waiting, flawed, lost;
};

static enum evx_err print(void *ctx, const struct evx_incoming *in)
{
	struct inbox_run *run = ctx;

	if (in->flaw != EVX_INCOMING_GOOD)
		run->flawed++;
	else if (!in->answer && in->state == EVX_INCOMING_NEW)
		run->waiting++;
	if (run->cli->json)
		cli_shipment_json(run->cli->out, in);
	else if (!run->cli->quiet || in->flaw != EVX_INCOMING_GOOD)
		cli_shipment_line(run->cli->out, in);
	return ferror(run->cli->out) ? EVX_E_IO : EVX_OK;
}

static void sent_flaw(void *ctx, const struct evx_sent_flaw *f)
{
	struct inbox_run *run = ctx;

	run->lost += f->lost;
	cli_shipment_sent_flaw(run->cli, f);
}

static int inbox(struct cli *cli, const struct evx_inbox_options *asked, const char *via)
{
	struct evx_inbox_options opt = *asked;
	struct inbox_run run = { .cli = cli };
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct cli_shipment way;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_shipment_open(cli, via, &way);

	if (r != CLI_CONTINUE)
		return r;
	opt.remote = &way.entry;
	opt.use = &way.remote.use;
	opt.sent_flaw = sent_flaw;
	opt.ctx = &run;
	err = evx_inbox_list(way.home, &opt, &ask, cli->cancel, print, &run, &confined, &diag);
	cli_shipment_close(&way);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	if (!cli->json && !cli->quiet && run.waiting > 0)
		fputs(cli_language_number("To receive it, run: evx receive\n",
			      "To receive them, run: evx receive\n", run.waiting),
			cli->out);
	else if (!cli->json && !cli->quiet && run.flawed == 0)
		fputs(_("No shipment waits for you here.\n"), cli->out);
	if (!cli->json && !cli->quiet)
		cli_shipment_mend(cli->out, run.flawed);
	return run.flawed + run.lost > 0 ? CLI_INCOMPLETE : CLI_GOOD;
}

int cli_cmd_inbox(struct cli *cli, int argc, char **argv)
{
	struct evx_inbox_options opt = { .confine = true };
	const char *via = NULL;
	const struct cli_option options[] = {
		{ "via", 0, CLI_TEXT, &via, "REMOTE",
			"look at this remote: a name or a URL (default: the only one)", 0, 0 },
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"look for what was sent to this identity (default: the only one)", 0, 0 },
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 0);

	return r == CLI_CONTINUE ? inbox(cli, &opt, via) : r;
}
