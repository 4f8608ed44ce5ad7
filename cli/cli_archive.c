/* What was sealed, written as a tar or zip archive. */
#include "cli_archive.h"

#include <unistd.h>

#include "cli_json.h"
#include "cli_new_file.h"
#include "cli_open.h"
#include "cli_output.h"

struct archive_run {
	struct evx_archive_options *archive;
	struct cli_open o;
	const char *output;
};

static void remark(void *ctx, const char *path, size_t path_len, const char *what)
{
	cli_output_remark(ctx, path, path_len, what);
}

static void print(struct cli *cli, const struct archive_run *run)
{
	const struct evx_open_result *result = &run->o.result;
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "written", run->output);
		cli_json_text(&j, "seal_hash", result->seal_hash);
		cli_json_count(&j, "entries", result->entries);
		cli_json_count(&j, "files", result->files);
		cli_json_count(&j, "left_out", result->not_made);
		cli_json_bool(&j, "encrypted", run->archive->nage_to > 0);
		cli_json_end(&j);
		return;
	}
	cli_output_text(cli->out, run->output);
	fprintf(cli->out, "  %s, %s\n", cli_output_things(result->entries, "entry", "entries", a),
		cli_output_things(result->files, "file", "files", b));
	if (result->not_made > 0)
		cli_output_warn(cli, "%s not in the archive.",
			cli_output_things(result->not_made, "entry is", "entries are", a));
}

static int write_archive(struct cli *cli, FILE *f, void *ctx)
{
	struct archive_run *run = ctx;
	enum evx_err err;
	int r = cli_open_begin(cli, &run->o, 1);

	if (r != CLI_CONTINUE)
		return r;
	run->o.options.remark = remark;
	run->o.options.remark_ctx = cli;
	run->archive->fd = fileno(f);
	err = evx_archive(run->o.home, &run->o.options, run->archive, &run->o.ask,
		run->o.progress.counters, cli->cancel, &run->o.result, &run->o.diag);
	if (err == EVX_OK)
		err = cli_new_file_whole(f, run->output, &run->o.diag);
	r = cli_open_end(cli, &run->o, err);
	if (r == CLI_GOOD)
		print(cli, run);
	return r;
}

int cli_archive_export(
	struct cli *cli, struct evx_archive_options *archive, const char *output, const char *as)
{
	struct archive_run run = {
		.archive = archive, .output = output, .o = { .options = { .as = as } }
	};

	return cli_new_file(cli, output, write_archive, &run);
}
