/* An exhibit and its custody record as CASE/UCO: first what the check found, then the files. */
#include "case_uco.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "case_uco_node.h"
#include "cli_child.h"
#include "cli_new_file.h"
#include "cli_open.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_report.h"
#include "cli_verdict.h"

/* What the process that checks tells those after it. */
struct found {
	char seal_hash[65];
	int tier;
};

/* The two steps run in processes of their own, as each confines itself. */
struct export_run {
	const char *output, *as;
	const char *file; /* NULL: the exhibit is no single file */
	FILE *f;
	struct found *found; /* shared */
};

static enum evx_err written(struct case_uco *c, struct evx_diag *diag)
{
	if (c->err != EVX_OK)
		return evx_fail_memory(diag);
	if (fflush(c->j.f) != 0 || ferror(c->j.f))
		return evx_fail_errno(diag, NULL, "The file could not be written");
	return EVX_OK;
}

/* ---- the record */

static int tell(struct cli *cli, const struct evx_report *r)
{
	if (cli->json)
		cli_report_json(cli->out, cli->subject, r);
	else
		cli_verdict_quiet(cli->out, r, r->exit_class, cli->args[0]);
	if (r->exit_class != CLI_CUSTODY && !cli->json)
		fputs("evx: No file was made: the exhibit is not good.\n", stderr);
	return r->exit_class;
}

static int write_record(struct cli *cli, void *ctx, const struct evx_report *r)
{
	const struct export_run *run = ctx;
	struct evx_diag diag = { 0 };
	struct case_uco c;
	enum evx_err err;

	if (r->exit_class != CLI_GOOD && r->exit_class != CLI_CUSTODY)
		return tell(cli, r);
	case_uco_begin(&c, run->f, r->seal_hash);
	case_uco_record(&c, r, run->file);
	case_uco_people(&c, r);
	err = written(&c, &diag);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	memcpy(run->found->seal_hash, r->seal_hash, sizeof(r->seal_hash));
	run->found->tier = r->tier;
	return r->exit_class == CLI_CUSTODY ? tell(cli, r) : CLI_GOOD;
}

static int check(struct cli *cli, void *ctx)
{
	struct export_run *run = ctx;
	struct evx_verify_options options = {
		.bundle = cli->args[0], .as = run->as, .hashes = run->file != NULL
	};

	return cli_report_verify(cli, &options, write_record, run);
}

/* ---- the files */

struct listing {
	struct case_uco c;
	struct cli_open o;
	const struct found *found;
};

static enum evx_err each(void *ctx, const struct evx_entry *entry, uint64_t index)
{
	struct listing *l = ctx;

	if (strcmp(l->o.result.seal_hash, l->found->seal_hash) != 0)
		return evx_fail(&l->o.diag, EVX_E_FORGED,
			"The exhibit was exchanged while it was exported. Nothing was written.");
	case_uco_file(&l->c, entry, index);
	return l->c.err != EVX_OK ? evx_fail_memory(&l->o.diag) :
		ferror(l->c.j.f)  ? EVX_E_IO :
				    EVX_OK;
}

static int files(struct cli *cli, void *ctx)
{
	const struct export_run *run = ctx;
	struct listing l = { .o = { .options = { .as = run->as } }, .found = run->found };
	enum evx_err err;
	int r = cli_open_begin(cli, &l.o, 1);

	if (r != CLI_CONTINUE)
		return r;
	case_uco_go_on(&l.c, run->f, run->found->seal_hash);
	err = evx_list(l.o.home, &l.o.options, &l.o.ask, each, &l, l.o.progress.counters,
		cli->cancel, &l.o.result, &l.o.diag);
	if (err == EVX_E_KEY && run->found->tier < 2) { /* a custody key, and a list that it does
							   not open */
		evx_diag_clear(&l.o.diag);
		err = EVX_OK;
		cli_output_warn(cli,
			"This identity cannot open the list of contents. The files are not in the "
			"export.");
	}
	if (err == EVX_OK)
		err = written(&l.c, &l.o.diag);
	l.o.result.verified = false; /* no need to say that the rest was not checked: it was */
	return cli_open_end(cli, &l.o, err);
}

/* ---- both */

static int both(struct cli *cli, FILE *f, void *ctx)
{
	struct export_run *run = ctx;
	struct evx_diag diag = { 0 };
	struct case_uco c;
	enum evx_err err;
	int r, code;

	run->f = f;
	if (run->as != NULL)
		cli_prompt_keep();
	code = cli_child_run(cli, check, run);
	if (code != CLI_GOOD && code != CLI_CUSTODY)
		return code;
	r = run->found->tier > 0 ? cli_child_run(cli, files, run) : CLI_GOOD;
	cli_prompt_forget();
	if (r != CLI_GOOD)
		return r;
	case_uco_go_on(&c, f, run->found->seal_hash);
	case_uco_end(&c);
	err = cli_new_file_whole(f, run->output, &diag);
	return err == EVX_OK ? code : cli_output_error(cli, err, &diag);
}

int case_uco_export(struct cli *cli, const char *output, const char *as)
{
	const char *path = cli->args[0], *slash = strrchr(path, '/');
	struct export_run run = { .output = output, .as = as };
	struct stat st;
	int r;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		run.file = slash != NULL ? slash + 1 : path;
	run.found = mmap(NULL, sizeof(*run.found), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run.found == MAP_FAILED)
		return cli_output_problem(cli, EVX_E_MEMORY, "Out of memory. Nothing was written.");
	r = cli_new_file(cli, output, both, &run);
	(void)munmap(run.found, sizeof(*run.found));
	return r;
}
