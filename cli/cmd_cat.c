/* evx cat: one file to standard output. Its digest is known at the end only: the exit code says
 * whether what was written is good. */
#include <unistd.h>

#include "cli.h"
#include "cli_access.h"
#include "cli_json.h"
#include "cli_open.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_vault.h"

static int write_out(struct cli *cli, void *ctx)
{
	struct cli_open *o = ctx;
	struct cli_json j;
	enum evx_err err;
	int r = cli_open_begin(cli, o, 1);

	if (r != CLI_CONTINUE)
		return r;
	err = evx_cat(o->home, &o->options, &o->ask, STDOUT_FILENO, o->progress.counters,
		cli->cancel, &o->result, &o->diag);
	r = cli_open_end(cli, o, err);
	if ((r == CLI_GOOD || r == CLI_CUSTODY) && cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "path", cli->args[1]);
		cli_json_count(&j, "files", o->result.files);
		cli_json_size(&j, "bytes", o->result.bytes);
		cli_json_text(&j, "seal_hash", o->result.seal_hash);
		cli_json_bool(&j, "walked", false); /* the packs as a whole were not */
		cli_json_end(&j);
	}
	return r;
}

int cli_cmd_cat(struct cli *cli, int argc, char **argv)
{
	struct cli_open o = { 0 };
	struct cli_access access = { 0 };
	const struct cli_option options[] = {
		CLI_VAULT_OPTIONS(cli, &cli->vault),
		{ "as", 0, CLI_TEXT, &access.as, "NAME",
			"open with this identity (default: the only one)", 0, 0 },
		{ "purpose", 0, CLI_TEXT, &access.purpose, "TEXT",
			"record the access in the custody record, and what for", 0, 0 },
		{ "detached", 0, CLI_TEXT, &access.detached, "FILE",
			"write the entry as a receipt; leave the bundle unchanged", 0, 0 },
		{ "with", 0, CLI_LIST, &access.with, "FILE",
			"follow this earlier receipt; may be repeated", 0, 0 },
		{ "since", 0, CLI_TEXT, &o.since, "WHEN",
			"only what was modified since then: YYYY-MM-DD [HH:MM], 30d, 12h", 0, 0 },
	};
	int r;

	cli_output_use_stderr(cli); /* standard output is the file's bytes and nothing else */
	r = cli_options_parse(cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 2, 2);

	/* Evidence is bytes that somebody else chose: a terminal would act on some of them. */
	if (r == CLI_CONTINUE && isatty(STDOUT_FILENO))
		r = cli_options_misuse(cli,
			"The contents could control your terminal. Send them to a file or through "
			"a pipe.");
	if (r == CLI_CONTINUE)
		r = cli_access_check(cli, &access);
	if (r == CLI_CONTINUE)
		r = cli_open_since(cli, &o);
	if (r != CLI_CONTINUE)
		return r;
	o.options.as = access.as;
	access.since = o.since;
	return cli_access_run(cli, &access, write_out, &o);
}
