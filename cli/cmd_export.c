/* evx export: exhibits of a vault, or unpacked bundles, as bundles. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case_uco.h"
#include "cli.h"
#include "cli_archive.h"
#include "cli_beside.h"
#include "cli_child.h"
#include "cli_form.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_leftovers.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_reader.h"
#include "cli_recipient.h"
#include "cli_vault.h"

#define UNDER 38 /* columns before what more there is to say of an exhibit: its UUID and two */

struct export_run {
	struct cli *cli;
	int code;
};

static enum evx_err print(void *ctx, const struct evx_export_info *e)
{
	struct export_run *run = ctx;
	FILE *f = run->cli->out;
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP];
	struct cli_json j;

	if (e->exit_class != CLI_GOOD)
		run->code = e->exit_class;
	if (run->cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "uuid", e->uuid);
		cli_json_text(&j, "seal_hash", e->seal_hash);
		cli_json_text(&j, "written", e->written);
		cli_json_size(&j, "bytes", e->bytes);
		cli_json_count(&j, "packs", e->packs);
		cli_json_count(&j, "recipes", e->recipes);
		cli_json_count(&j, "events", e->events);
		cli_json_count(&j, "branch_events", e->branches);
		cli_json_count(&j, "exit", (uint64_t)e->exit_class);
		if (e->why[0] != '\0')
			cli_json_text(&j, "why", e->why);
		cli_json_end(&j);
		return ferror(f) ? EVX_E_IO : EVX_OK;
	}
	fprintf(f, "%s  ", e->uuid);
	cli_output_text(f, e->written);
	fprintf(f, "  %s, %s\n", cli_output_things(e->bytes, "byte", "bytes", a),
		cli_output_things(e->events, "entry", "entries", b));
	if (e->recipes > 0) {
		cli_layout_cell(f, UNDER, "");
		fprintf(f, _("%s of shared data written out in full\n"),
			cli_output_things(e->recipes, "pack", "packs", a));
	}
	if (e->branches > 0) {
		cli_layout_cell(f, UNDER, "");
		fprintf(f,
			_("NOT IN IT: %s of other copies; the vault keeps them as "
			  "branches/%s/*.receipt\n"),
			cli_output_things(e->branches, "entry", "entries", a), e->uuid);
	}
	cli_output_field(f, "  custody", e->why);
	return ferror(f) ? EVX_E_IO : EVX_OK;
}

static int export_all(struct cli *cli, struct evx_export_options *opt)
{
	struct export_run run = { cli, CLI_GOOD };
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct cli_progress progress;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = opt->as != NULL ? cli_home_open(cli, false, &home) :
				  cli_home_open_optional(cli, &home);

	if (r == CLI_CONTINUE &&
		(r = cli_leftovers(cli, opt->output, false, false)) != CLI_CONTINUE)
		evx_home_free(home);
	if (r != CLI_CONTINUE)
		return r;
	opt->exhibits = (const char *const *)cli->args;
	opt->nexhibits = cli->nargs;
	cli_progress_start(cli, &progress);
	err = evx_export(
		home, opt, &ask, progress.counters, cli->cancel, print, &run, &confined, &diag);
	cli_progress_stop(cli, &progress);
	evx_home_free(home);
	if (err == EVX_E_IO && ferror(cli->out))
		err = evx_diag_in(&diag, "standard output",
			evx_fail(&diag, EVX_E_IO, "Standard output could not be written to."));
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	return run.code;
}

struct letting_in {
	const struct cli_list *to, *custody_to;
	struct evx_export_options *opt;
	const char *path, *purpose;
	bool yes, with_reader;
};

static int export_in_child(struct cli *cli, void *ctx)
{
	struct letting_in *l = ctx;

	return export_all(cli, l->opt);
}

/* The bundles first, in a process of their own: they confine it. */
static int export_with_reader(struct cli *cli, struct letting_in *l)
{
	const char *dir = l->opt->output;
	bool made = false;
	int r = cli_reader_find(cli), copied, put;

	if (r != CLI_CONTINUE)
		return r;
	if (mkdir(dir, 0777) == 0)
		made = true;
	copied = l->opt->split > 0 ? CLI_GOOD : cli_beside_copy(cli, dir);
	r = copied == CLI_GOOD || copied == CLI_CUSTODY ? CLI_GOOD : copied;
	if (r == CLI_GOOD && cli->nargs > 0)
		r = cli_child_run(cli, export_in_child, l);
	r = r == CLI_GOOD ? copied : r;
	if (r != CLI_GOOD && r != CLI_CUSTODY) {
		if (made)
			(void)rmdir(dir); /* stays when a bundle is in it */
		return r;
	}
	put = cli_reader_put(cli, dir);
	if (put != CLI_GOOD)
		return put;
	if (!cli->json) {
		cli_output_text(cli->out, dir);
		fprintf(cli->out, "/READ-ME-FIRST.txt  %s\n", _("how to check this without evx"));
	}
	return r;
}

static int let_in(struct cli *cli, void *ctx)
{
	const struct letting_in *l = ctx;
	struct evx_event_options event = { .bundle = l->path,
		.as = l->opt->as,
		.purpose = l->purpose,
		.readers_to = l->to->v,
		.nreaders_to = l->to->n,
		.custody_to = l->custody_to->v,
		.ncustody_to = l->custody_to->n };

	cli_output_use_stderr(cli); /* of what is exported, stdout tells */
	return cli_recipient_add(cli, &event, l->yes);
}

/* A rewrap of each in the vault's own chain comes first, so that it tells for whom the bundle was
 * opened. */
static int let_in_all(struct cli *cli, struct letting_in *l)
{
	const bool json = cli->json;
	size_t i;
	int r = CLI_GOOD;

	cli->json = false;
	for (i = 0; i < cli->nargs && r == CLI_GOOD; i++) {
		l->path = cli->args[i];
		r = cli_child_run(cli, let_in, l);
	}
	cli->json = json;
	return r;
}

static int run_all(struct cli *cli, struct letting_in *l)
{
	const size_t n = cli->nargs;
	char **paths = calloc(n, sizeof(*paths)), *given;
	size_t i;
	int r = CLI_CONTINUE;

	if (paths == NULL)
		return cli_output_problem(cli, EVX_E_MEMORY, "export");
	for (i = 0; i < cli->nargs && r == CLI_CONTINUE; i++) {
		given = cli->args[i];
		r = cli_vault_exhibit(cli, i, l->opt->as);
		if (cli->args[i] != given) /* more of these than struct cli has room for */
			paths[i] = cli->lists[--cli->nlists];
	}
	if (r == CLI_CONTINUE && l->to->n + l->custody_to->n > 0) {
		cli_prompt_keep();
		r = let_in_all(cli, l);
		r = r == CLI_GOOD ? CLI_CONTINUE : r;
	}
	if (r == CLI_CONTINUE)
		r = l->with_reader ? export_with_reader(cli, l) : export_all(cli, l->opt);
	for (i = 0; i < n; i++)
		free(paths[i]);
	free(paths);
	return r;
}

/* What is written in place of a bundle: flags, of which one is given. */
struct form_flags {
	bool sha256sums, bodyfile, mtree, dfxml, tar, zip;
	const char *case_uco; /* the file */
	struct cli_list age_to;
};

static int export_as(struct cli *cli, const struct form_flags *flags, const struct cli_form *form,
	const struct letting_in *l)
{
	struct evx_archive_options archive = {
		.zip = flags->zip, .age_to = flags->age_to.v, .nage_to = flags->age_to.n
	};

	if (strcmp(l->opt->output, "-") == 0 && form == NULL && isatty(STDOUT_FILENO))
		return cli_options_misuse(
			cli, "An archive cannot be written to a terminal. Use -o FILE, or a pipe.");
	return form != NULL ? cli_form_export(cli, form, l->opt->output, l->opt->as) :
			      cli_archive_export(cli, &archive, l->opt->output, l->opt->as);
}

static int export_case_uco(struct cli *cli, const char *output, const char *as)
{
	int r = cli_vault_exhibit(cli, 0, as);

	return r == CLI_CONTINUE ? case_uco_export(cli, output, as) : r;
}

/* A listing or archive in place of a bundle; CLI_CONTINUE when none is asked for. */
static int export_form(struct cli *cli, const struct form_flags *flags, const struct letting_in *l)
{
	const struct {
		bool given;
		const struct cli_form *form; /* NULL: an archive */
	} forms[] = {
		{ flags->sha256sums, &cli_form_sha256sums },
		{ flags->bodyfile, &cli_form_bodyfile },
		{ flags->mtree, &cli_form_mtree },
		{ flags->dfxml, &cli_form_dfxml },
		{ flags->tar, NULL },
		{ flags->zip, NULL },
		{ flags->case_uco != NULL, NULL },
	};
	const struct cli_form *form = NULL;
	size_t i, given = 0;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].given) {
			form = forms[i].form;
			given++;
		}
	if (flags->age_to.n > 0 && !flags->tar && !flags->zip)
		return cli_options_misuse(cli, "--age-to goes with --tar or --zip.");
	if (given == 0)
		return CLI_CONTINUE;
	if (given > 1 || cli->nargs > 1)
		return cli_options_misuse(
			cli, "One exhibit is written in one form. Run evx export for each.");
	if (l->to->n + l->custody_to->n > 0 || l->opt->split > 0 || l->with_reader)
		return cli_options_misuse(cli,
			"--to, --custody-to, --split and --with-reader are for bundles. Leave "
			"them out here.");
	if (flags->case_uco != NULL && l->opt->output != NULL)
		return cli_options_misuse(
			cli, "--case-uco names its own file. Leave out -o %.99s.", l->opt->output);
	if (flags->case_uco != NULL)
		return export_case_uco(cli, flags->case_uco, l->opt->as);
	if (l->opt->output == NULL)
		return cli_options_misuse(
			cli, "Where should it go? Use -o FILE, or -o - for standard output.");
	return export_as(cli, flags, form, l);
}

/* One that is there, or can be made. */
static bool can_be_directory(const char *path)
{
	const size_t n = strlen(path);
	struct stat st;

	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode);
	return strcmp(path, "-") != 0 && !(n > 4 && strcmp(path + n - 4, ".evx") == 0);
}

/* Drafts of forms are made from what evx report finds, with its options. */
static bool wants_draft(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--form") == 0 || strncmp(argv[i], "--form=", 7) == 0)
			return true;
	return false;
}

int cli_cmd_export(struct cli *cli, int argc, char **argv)
{
	const char *draft;
	struct form_flags forms = { false };
	struct evx_export_options opt = { .confine = true };
	struct cli_list to = { NULL, 0 }, custody_to = { NULL, 0 };
	struct letting_in l = { .to = &to, .custody_to = &custody_to, .opt = &opt };
	const struct cli_option options[] = {
		{ "output", 'o', CLI_TEXT, &opt.output, "FILE",
			"write this new bundle; in a directory: UUID.evx (-: standard output)", 0,
			0 },
		{ "to", 0, CLI_LIST, &to, "CARD",
			"first let this person open the contents, in the vault too; may be "
			"repeated",
			0, 0 },
		{ "custody-to", 0, CLI_LIST, &custody_to, "CARD",
			"first let this person read the custody details; may be repeated", 0, 0 },
		{ "purpose", 0, CLI_TEXT, &l.purpose, "TEXT",
			"record what for (with --to and --custody-to)", 0, 0 },
		{ "split", 0, CLI_SIZE, &opt.split, "SIZE",
			"cut the bundle into volumes FILE.001 … of this size", 1, UINT64_MAX },
		{ "with-reader", 0, CLI_FLAG, &l.with_reader, NULL,
			"put programs that check and open bundles beside them, for -o DIR", 0, 0 },
		{ "sha256sums", 0, CLI_FLAG, &forms.sha256sums, NULL,
			"write a list of checksums instead, for sha256sum -c", 0, 0 },
		{ "bodyfile", 0, CLI_FLAG, &forms.bodyfile, NULL,
			"write a body file instead, for mactime (The Sleuth Kit)", 0, 0 },
		{ "mtree", 0, CLI_FLAG, &forms.mtree, NULL, "write an mtree specification instead",
			0, 0 },
		{ "dfxml", 0, CLI_FLAG, &forms.dfxml, NULL,
			"write the listing as Digital Forensics XML instead", 0, 0 },
		{ "case-uco", 0, CLI_TEXT, &forms.case_uco, "FILE.jsonld",
			"write the custody record to FILE.jsonld as CASE/UCO instead", 0, 0 },
		{ "tar", 0, CLI_FLAG, &forms.tar, NULL,
			"write the contents as a tar archive instead", 0, 0 },
		{ "zip", 0, CLI_FLAG, &forms.zip, NULL,
			"write the contents as a ZIP archive instead", 0, 0 },
		{ "age-to", 0, CLI_LIST, &forms.age_to, "AGE1…",
			"encrypt the archive to this public key of age; may be repeated", 0, 0 },
		{ "form", 0, CLI_TEXT, &draft, "fre902|bsa63|nist-coc",
			"write the draft of a certificate or form instead, with the options of "
			"evx report",
			0, 0 },
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"work as this identity; it signs with --to (default: the only one)", 0, 0 },
		{ "yes", 'y', CLI_FLAG, &l.yes, NULL, "ask nothing before signing", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &cli->vault),
	};
	int r;

	if (wants_draft(argc, argv))
		return cli_cmd_report(cli, argc, argv);
	r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, SIZE_MAX);
	cli_output_hold(cli);
	if (r == CLI_CONTINUE)
		r = export_form(cli, &forms, &l);
	if (r != CLI_CONTINUE)
		return r;
	if (opt.output == NULL)
		return cli_options_misuse(
			cli, "Where should the bundle go? Use -o FILE.evx or -o DIR.");
	if (l.with_reader && !can_be_directory(opt.output))
		return cli_options_misuse(cli, "--with-reader needs a directory. Use -o DIR.");
	if (strcmp(opt.output, "-") == 0) {
		if (isatty(STDOUT_FILENO))
			return cli_options_misuse(cli,
				"A bundle cannot be written to a terminal. Use -o FILE.evx, or a "
				"pipe.");
		cli_output_use_stderr(cli);
	}
	return run_all(cli, &l);
}
