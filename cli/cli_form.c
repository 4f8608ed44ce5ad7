/* The listing of an exhibit, written to a file in the form of another tool. */
#include "cli_form.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_child.h"
#include "cli_open.h"
#include "cli_output.h"

struct form_run {
	const struct cli_form *form;
	struct cli_open o;
	FILE *f;
	const char *path; /* of the file under way; NULL: standard output */
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
	if (fflush(run->f) != 0 || ferror(run->f) ||
		(run->path != NULL && fsync(fileno(run->f)) != 0))
		return evx_fail_errno(diag, run->path != NULL ? run->path : "standard output",
			"The listing could not be written");
	return EVX_OK;
}

static int write_form(struct cli *cli, void *ctx)
{
	struct form_run *run = ctx;
	char a[CLI_THINGS_CAP];
	enum evx_err err;
	int r = cli_open_begin(cli, &run->o, 1);

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

static int failed(struct cli *cli, const char *path, const char *what)
{
	struct evx_diag diag = { 0 };

	return cli_output_error(cli, evx_fail_errno(&diag, path, "%s", what), &diag);
}

/* The file gets its name when it is whole, and takes no other's. */
static int export_to(struct cli *cli, struct form_run *run, const char *output)
{
	char *path;
	int fd, r;

	if (asprintf(&path, "%s.XXXXXX", output) < 0)
		return cli_output_problem(cli, EVX_E_MEMORY, "Out of memory.");
	fd = mkostemp(path, O_CLOEXEC);
	run->f = fd >= 0 ? fdopen(fd, "w") : NULL;
	run->path = output;
	if (run->f == NULL) {
		r = failed(cli, output, "No file could be made here");
		if (fd >= 0) {
			close(fd);
			unlink(path);
		}
		free(path);
		return r;
	}
	r = cli_child_run(cli, write_form, run);
	(void)fclose(run->f); /* flushed and synced by the child */
	if (r == CLI_GOOD && link(path, output) != 0)
		r = failed(cli, output,
			errno == EEXIST ?
				"A file of this name is there already. It was left unchanged; "
				"nothing was written" :
				"The file could not get its name");
	unlink(path);
	free(path);
	return r;
}

int cli_form_export(
	struct cli *cli, const struct cli_form *form, const char *output, const char *as)
{
	struct form_run run = { .form = form, .f = stdout, .o = { .options = { .as = as } } };

	if (strcmp(output, "-") == 0) {
		cli_output_use_stderr(cli);
		return write_form(cli, &run);
	}
	if (access(output, F_OK) == 0) {
		errno = EEXIST;
		return failed(cli, output,
			"A file of this name is there already. Nothing was "
			"written");
	}
	return export_to(cli, &run, output);
}
