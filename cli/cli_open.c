/* What list, cat and extract share. */
#include "cli_open.h"

#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_time.h"
#include "cli_vault.h"

int cli_open_since(struct cli *cli, struct cli_open *o)
{
	int r;

	if (o->since == NULL)
		return CLI_CONTINUE;
	r = cli_time_since(cli, "since", o->since, &o->since_time);
	if (r == CLI_CONTINUE)
		o->options.since = &o->since_time;
	return r;
}

int cli_open_begin(struct cli *cli, struct cli_open *o, size_t first_path)
{
	int r = cli_vault_exhibit(cli, 0, o->options.as);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &o->home);

	if (r != CLI_CONTINUE)
		return r;
	o->options.bundle = cli->args[0];
	o->options.paths = (const char *const *)cli->args + first_path;
	o->options.npaths = cli->nargs - first_path;
	o->options.jobs = (unsigned)cli->jobs;
	o->options.confine = true;
	o->ask = cli_prompt_passphrase(cli);
	cli_progress_start(cli, &o->progress);
	return CLI_CONTINUE;
}

int cli_open_end(struct cli *cli, struct cli_open *o, enum evx_err err)
{
	int r = CLI_GOOD;

	cli_progress_stop(cli, &o->progress);
	if (err == EVX_OK)
		cli_output_confinement(cli, &o->result.confinement);
	else
		r = cli_output_error(cli, err, &o->diag);
	if (err == EVX_OK && o->result.verified && !(cli->json && cli->out == stderr))
		fprintf(stderr, "evx: %s\n",
			_("Only what was opened was checked. To check the whole bundle, run: evx "
			  "verify"));
	if (err == EVX_OK && o->result.goes_on)
		r = cli_output_goes_on(cli, o->options.bundle);
	evx_home_free(o->home);
	o->home = NULL;
	return r;
}
