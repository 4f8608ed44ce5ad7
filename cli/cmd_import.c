/* evx import: bundles into a vault. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cli_child.h"
#include "cli_claims.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_mirror.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_vault.h"

static const char *const act_names[] = { "new", "same", "longer", "shorter", "branch", "other" };

static int exit_code(const struct evx_import_result *r)
{
	switch (r->act) {
	case EVX_IMPORT_OTHER:
		return CLI_BAD;
	case EVX_IMPORT_BRANCH:
		return CLI_CUSTODY;
	case EVX_IMPORT_NEW:
	case EVX_IMPORT_LONGER:
		return r->exit_class;
	default:
		return CLI_GOOD;
	}
}

/* The vault has had the exhibit, in no case, and the user named one. */
static bool is_to_be_filed(const struct evx_import_options *opt, const struct evx_import_result *r)
{
	return opt->case_name != NULL && r->case_id[0] == '\0' && !r->disposed &&
		r->act != EVX_IMPORT_NEW && r->act != EVX_IMPORT_OTHER;
}

static void print_json(struct cli *cli, const char *bundle, const struct evx_import_result *r)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_text(&j, "bundle", bundle);
	cli_json_text(&j, "result", act_names[r->act]);
	cli_json_text(&j, "uuid", r->uuid);
	cli_json_text(&j, "seal_hash", r->seal_hash);
	cli_json_text(&j, "seal_code", r->seal_code);
	if (r->vault_seal[0] != '\0')
		cli_json_text(&j, "vault_seal_hash", r->vault_seal);
	if (r->case_id[0] != '\0')
		cli_json_text(&j, "case", r->case_id);
	if (r->case_why[0] != '\0')
		cli_json_text(&j, "case_why", r->case_why);
	cli_json_count(&j, "events", r->events);
	cli_json_count(&j, "added", r->added);
	cli_json_count(&j, "stamps", r->stamps);
	if (r->act == EVX_IMPORT_BRANCH) {
		cli_json_count(&j, "common_events", r->common);
		cli_json_bool(&j, "rightful", r->rightful);
	}
	cli_json_bool(&j, "disposed", r->disposed);
	if (r->act == EVX_IMPORT_NEW) {
		cli_json_count(&j, "packs", r->packs);
		cli_json_size(&j, "bytes", r->bytes);
	}
	if (r->why[0] != '\0')
		cli_json_text(&j, "why", r->why);
	cli_json_count(&j, "exit", (uint64_t)exit_code(r));
	cli_json_end(&j);
}

static void print_new(FILE *f, const struct evx_import_result *r)
{
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP];

	cli_layout_label(f, 14, "imported");
	fprintf(f, "%s, %s\n", cli_output_things(r->bytes, "byte", "bytes", a),
		cli_output_things(r->events, "entry", "entries", b));
}

/* Of an exhibit that is in the vault now. One that is about to be filed has its line then. */
static void print_case(
	FILE *f, const struct evx_import_options *opt, const struct evx_import_result *r)
{
	char text[700];

	if (r->case_id[0] != '\0' && r->act != EVX_IMPORT_NEW && opt->case_name != NULL)
		(void)snprintf(text, sizeof(text),
			_("%s, as before. To file it elsewhere, run: evx case file %s CASE"),
			r->case_id, r->uuid);
	else if (r->case_id[0] != '\0')
		(void)snprintf(text, sizeof(text), "%s", r->case_id);
	else if (is_to_be_filed(opt, r))
		return;
	else
		(void)snprintf(text, sizeof(text),
			_("none. %s%sTo file it, run: evx case file %s CASE"), r->case_why,
			r->case_why[0] != '\0' ? " " : "", r->uuid);
	cli_output_field(f, "case", text);
}

/* The line that says what was done. */
static void print_act(FILE *f, const struct evx_import_result *r)
{
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP];

	switch (r->act) {
	case EVX_IMPORT_NEW:
		fputs(_("IMPORTED: every byte is as it was sealed.\n"), f);
		break;
	case EVX_IMPORT_SAME:
		fputs(r->disposed ? _("NOTHING TO DO: the vault had this exhibit, and disposed of "
				      "it.\n") :
				    _("NOTHING TO DO: the vault has this exhibit, with the same "
				      "entries. The bundle's packs were not read.\n"),
			f);
		break;
	case EVX_IMPORT_LONGER:
		fprintf(f,
			_("EXTENDED: the vault has this exhibit. %s and %s were added to its "
			  "custody record. The bundle's packs were not read.\n"),
			cli_output_things(r->added, "entry", "entries", a),
			cli_output_things(r->stamps, "time-stamp", "time-stamps", b));
		break;
	case EVX_IMPORT_SHORTER:
		fprintf(f,
			r->disposed ? _("NOTHING TO DO: the vault has this exhibit with more "
					"entries, %s, and disposed of it. The bundle's packs were "
					"not read.\n") :
				      _("NOTHING TO DO: the vault has this exhibit with more "
					"entries, %s. The bundle's packs were not read.\n"),
			cli_output_things(r->events, "entry", "entries", a));
		break;
	case EVX_IMPORT_BRANCH:
		fprintf(f,
			r->rightful ? _("ANOTHER COPY: the vault has another version of this "
					"custody record. The two differ after entry %04zu, where a "
					"copy was recorded. ") :
				      _("FORK: the vault has another version of this custody "
					"record. The two differ after entry %04zu, and no copy was "
					"recorded there: each leaves out the other. "),
			r->common - 1);
		fprintf(f,
			cli_language_number("%zu entry is kept beside the exhibit as a receipt.\n",
				"%zu entries are kept beside the exhibit as receipts.\n", r->added),
			r->added);
		break;
	case EVX_IMPORT_OTHER:
		fputs(_("TWO EXHIBITS UNDER ONE UUID: the vault holds a different exhibit with the "
			"same number. One of the two is false. Nothing was imported. Ask both "
			"senders for the seal code.\n"),
			f);
		break;
	}
}

struct one {
	struct evx_import_options opt;
	struct cli_claims claims;
	int to; /* where the UUID is written of an exhibit that is to be filed */
};

static int import_one(struct cli *cli, void *ctx)
{
	const struct one *one = ctx;
	const struct evx_import_options *opt = &one->opt;
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_import_result result;
	struct cli_progress progress;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = opt->as != NULL ? cli_home_open(cli, false, &home) :
				  cli_home_open_optional(cli, &home);

	if (r != CLI_CONTINUE)
		return r;
	cli_progress_start(cli, &progress);
	err = evx_import(home, opt, &ask, progress.counters, cli->cancel, &result, &diag);
	cli_progress_stop(cli, &progress);
	evx_home_free(home);
	if (err != EVX_OK) {
		evx_diag_in(&diag, opt->bundle, err);
		return cli_output_error(cli, err, &diag);
	}
	cli_output_confinement(cli, &result.confinement);
	if (is_to_be_filed(opt, &result) && write(one->to, result.uuid, 36) != 36) {
		evx_fail_errno(
			&diag, NULL, "The exhibit could not be filed. Run the command again.");
		return cli_output_error(cli, EVX_E_IO, &diag);
	}
	if (cli->json) {
		print_json(cli, opt->bundle, &result);
		return exit_code(&result);
	}
	cli_output_field(cli->out, "bundle", opt->bundle);
	cli_output_field(cli->out, "uuid", result.uuid);
	cli_output_field(cli->out, "seal code", result.seal_code);
	if (result.vault_seal[0] != '\0') {
		cli_output_field(cli->out, "seal hash", result.seal_hash);
		cli_output_field(cli->out, "  in the vault", result.vault_seal);
	}
	if (result.act == EVX_IMPORT_NEW)
		print_new(cli->out, &result);
	if (result.act != EVX_IMPORT_OTHER && !result.disposed)
		print_case(cli->out, opt, &result);
	if (exit_code(&result) == result.exit_class)
		cli_output_field(cli->out, "custody", result.why);
	print_act(cli->out, &result);
	return exit_code(&result);
}

/* The graver of two exit codes: interrupted, then bad, then what could not be done, then the rest.
 */
static int graver(int a, int b)
{
	static const int order[] = { CLI_INTERRUPTED, CLI_BAD, CLI_USAGE, CLI_INCOMPLETE, CLI_NEWER,
		CLI_CUSTODY };
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return CLI_GOOD;
}

struct filing {
	struct evx_vault_filing_options opt;
};

static int file_one(struct cli *cli, void *ctx)
{
	return cli_vault_file(cli, &((struct filing *)ctx)->opt);
}

/* Imports one bundle in a process of its own, and files an exhibit that was there in no case in
 * another one: the first, which parsed what others wrote, may not. */
static int import_and_file(struct cli *cli, struct one *one)
{
	char uuid[37] = "";
	struct filing f = { { .vault = one->opt.vault,
		.as = one->opt.as,
		.exhibit = uuid,
		.in_case = one->opt.case_name,
		.confine = true } };
	ssize_t n = 0;
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return cli_output_problem(cli, EVX_E_IO, "pipe");
	one->to = fds[1];
	r = cli_child_run(cli, import_one, one);
	close(fds[1]);
	n = read(fds[0], uuid, 36);
	close(fds[0]);
	if (n != 36 || strspn(uuid, "0123456789abcdef-") != 36)
		return r;
	return graver(r, cli_child_run(cli, file_one, &f));
}

/* --via: not bundles, but a whole vault from its mirror. */
static int import_mirror(struct cli *cli, const char *via, struct evx_mirror_import_options *mirror,
	const struct evx_import_options *opt, const char *vault)
{
	if (via == NULL)
		return cli_options_misuse(cli, "From which remote? Use --via REMOTE with --into.");
	if (mirror->into == NULL)
		return cli_options_misuse(cli, "Where shall the vault be? Use --into DIR.");
	if (opt->case_name != NULL || vault != NULL || cli->nargs > 1)
		return cli_options_misuse(cli,
			"--via rebuilds one whole vault, without --case and --vault. Name at most "
			"one mirror.");
	mirror->mirror = cli->nargs > 0 ? cli->args[0] : NULL;
	return cli_mirror_import(cli, via, mirror);
}

/* Each bundle is parsed in a confined process, which cannot open the next one; one that is not
 * taken keeps no other from being taken. */
int cli_cmd_import(struct cli *cli, int argc, char **argv)
{
	struct one one = { .opt = { .confine = true,
				   .confirm_claims = cli_claims_confirm,
				   .claims_ctx = &one.claims },
		.claims = { .cli = cli } };
	struct evx_import_options *opt = &one.opt;
	struct evx_mirror_import_options mirror = { .confine = true };
	const char *vault = NULL, *via = NULL;
	uint64_t note = 0;
	const struct cli_option options[] = {
		{ "via", 0, CLI_TEXT, &via, "REMOTE",
			"rebuild a vault from its mirror on this remote", 0, 0 },
		{ "into", 0, CLI_TEXT, &mirror.into, "DIR",
			"with --via: make the vault in this new directory", 0, 0 },
		{ "note", 0, CLI_NUMBER, &note, "N",
			"with --via: rebuild the older state that note N of the mirror describes",
			1, 99999999 },
		{ "case", 0, CLI_TEXT, &opt->case_name, "CASE",
			"put new exhibits into this case: its id, or its label (needs a member's "
			"key)",
			0, 0 },
		{ "as", 0, CLI_TEXT, &opt->as, "NAME", "open case labels as this member", 0, 0 },
		{ "yes", 'y', CLI_FLAG, &one.claims.yes, NULL,
			"import entries of unknown signers as claims, ask nothing", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &vault),
	};
	size_t i;
	int r = cli_options_parse(
		    cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, SIZE_MAX),
	    code = CLI_GOOD;

	cli_output_hold(cli);
	if (r != CLI_CONTINUE)
		return r;
	if (via != NULL || mirror.into != NULL || note != 0) {
		mirror.as = opt->as;
		mirror.number = (uint32_t)note;
		return import_mirror(cli, via, &mirror, opt, vault);
	}
	if (cli->nargs == 0)
		return cli_options_misuse(cli, "Name the bundles to import.");
	opt->vault = cli_vault_path(cli, vault);
	if (opt->vault == NULL)
		return CLI_USAGE;
	if (cli->nargs > 1 || opt->case_name != NULL)
		cli_prompt_keep();
	for (i = 0; i < cli->nargs && code != CLI_INTERRUPTED; i++) {
		opt->bundle = one.claims.from = cli->args[i];
		code = graver(code,
			opt->case_name != NULL ? import_and_file(cli, &one) :
				cli->nargs > 1 ? cli_child_run(cli, import_one, &one) :
						 import_one(cli, &one));
	}
	return code;
}
