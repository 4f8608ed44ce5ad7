/* The listing of an exhibit, written to a file in the form of another tool. */
#include "cli_form.h"

#include "cli_new_file.h"
#include "cli_open.h"
#include "cli_output.h"

struct form_run {
	const struct cli_form *form;
	struct cli_open o;
	FILE *f;
	const char *output;
	bool begun;
	uint64_t left_out;
};

static void begin(struct form_run *run)
{
	if (!run->begun)
		run->form->begin(run->f, &run->o.result);
	run->begun = true;
}

static enum evx_err each(void *ctx, const struct evx_entry *entry, uint64_t index)
{
	struct form_run *run = ctx;

	begin(run);
	run->left_out += !run->form->entry(run->f, entry, index);
	return ferror(run->f) ? EVX_E_IO : EVX_OK;
}

static enum evx_err finish(struct form_run *run, struct evx_diag *diag)
{
	begin(run);
	run->form->end(run->f);
	return cli_new_file_whole(run->f, run->output, diag);
}

static int write_form(struct cli *cli, FILE *f, void *ctx)
{
	struct form_run *run = ctx;
	char a[CLI_THINGS_CAP];
	enum evx_err err;
	int r = cli_open_begin(cli, &run->o, 1);

	run->f = f;
	if (r != CLI_CONTINUE)
		return r;
	err = evx_list(run->o.home, &run->o.options, &run->o.ask, each, run,
		run->o.progress.counters, cli->cancel, &run->o.result, &run->o.diag);
	if (err == EVX_OK)
		err = finish(run, &run->o.diag);
	r = cli_open_end(cli, &run->o, err);
	if (r == CLI_GOOD && run->left_out > 0)
		cli_output_warn(cli, "%s %s: not in the list.",
			cli_output_things(run->left_out, "file", "files", a), run->form->left_out);
	return r;
}

int cli_form_export(
	struct cli *cli, const struct cli_form *form, const char *output, const char *as)
{
	struct form_run run = { .form = form, .output = output, .o = { .options = { .as = as } } };

	return cli_new_file(cli, output, write_form, &run);
}
