/* evx seal: files, directories, devices into a bundle. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_count.h"
#include "cli_language.h"
#include "cli_leftovers.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_question.h"
#include "cli_seal_result.h"
#include "cli_time.h"
#include "cli_vault.h"

#define SOURCES_SHOWN 5 /* in the question */

struct seal_run {
	struct cli *cli;
	bool yes;
	const struct evx_seal_options *opt;
};

/* What is about to be sealed. */
static void show(const struct seal_run *run)
{
	const struct evx_seal_options *opt = run->opt;
	const struct cli_progress *p = run->cli->progress;
	char size[CLI_NUMBER_CAP];
	size_t i;

	cli_progress_hold(run->cli);
	fputs(_("You are about to seal:\n"), stderr);
	cli_question_exhibit(opt->case_label, opt->exhibit_number, true);
	cli_question_row("description", opt->description);
	cli_question_row("seized at", opt->seized_at);
	for (i = 0; i < opt->nsources && i < SOURCES_SHOWN; i++)
		cli_question_row(i == 0 ? "source" : "",
			strcmp(opt->sources[i], "-") == 0 ? _("standard input") : opt->sources[i]);
	if (opt->nsources > SOURCES_SHOWN) {
		fprintf(stderr, "  %-12s ", "");
		fprintf(stderr,
			cli_language_number(
				"and %zu more\n", "and %zu more\n", opt->nsources - SOURCES_SHOWN),
			opt->nsources - SOURCES_SHOWN);
	}
	if (p != NULL && atomic_load(&p->counters->bytes_total) > 0)
		cli_question_row("size",
			cli_output_short_size(atomic_load(&p->counters->bytes_total), size));
}

/* A number that the case has already. */
static enum evx_err twice(void *ctx, const char *uuid, size_t n)
{
	struct seal_run *run = ctx;
	char things[CLI_THINGS_CAP];

	if (run->yes)
		return EVX_OK;
	if (!cli_prompt_possible())
		return EVX_E_USAGE;
	show(run);
	fprintf(stderr, _("The case has %s of this number already: %s%s\n"),
		cli_output_things(n, "exhibit", "exhibits", things), uuid, n > 1 ? ", …" : "");
	return cli_prompt_yes(run->cli, "Is this the same exhibit once more?") ? EVX_OK :
										 EVX_E_INTERRUPTED;
}

static bool confirm(void *ctx, const struct evx_reader_info *readers, size_t n)
{
	struct seal_run *run = ctx;
	struct cli *cli = run->cli;

	cli_seal_result_single_key(cli, readers, n);
	if (run->yes || cli->quiet || !cli_prompt_possible())
		return true;
	show(run);
	fputs(_("Only these keys will be able to open the exhibit:\n"), stderr);
	cli_seal_result_readers(stderr, readers, n);
	return cli_prompt_yes(cli, "Seal?");
}

static void remark(void *ctx, const char *path, size_t path_len, const char *what)
{
	struct seal_run *run = ctx;

	cli_output_remark(run->cli, path, path_len, what);
}

/* A stream without a byte is most often a program that failed. A directory without files is told of
 * (cli_seal_result_print), and asked about where somebody can answer. */
static enum evx_err empty(void *ctx, bool stream)
{
	struct seal_run *run = ctx;
	struct cli *cli = run->cli;

	if (run->yes)
		return EVX_OK;
	if (cli->quiet || !cli_prompt_possible())
		return stream ? EVX_E_USAGE : EVX_OK;
	return cli_prompt_yes(cli,
		       stream ? N_("Standard input was empty. Seal an empty file?") :
				N_("There is not one file in the source. Seal the empty "
				   "directory?")) ?
		EVX_OK :
		EVX_E_INTERRUPTED;
}

/* --hash md5,sha1 */
static int parse_hashes(struct cli *cli, const char *list, struct evx_seal_options *opt)
{
	size_t n;

	while (list != NULL && *list != '\0') {
		n = strcspn(list, ",");
		if (n == 3 && strncmp(list, "md5", n) == 0)
			opt->hash_md5 = true;
		else if (n == 4 && strncmp(list, "sha1", n) == 0)
			opt->hash_sha1 = true;
		else if (n != 6 || strncmp(list, "sha256", n) != 0)
			return cli_options_misuse(cli,
				"--hash \"%s\": use md5, sha1 or md5,sha1. SHA-256 is always made.",
				list);
		list += n + (list[n] == ',');
	}
	return CLI_CONTINUE;
}

static int check(struct cli *cli, struct evx_seal_options *opt)
{
	const bool stream = opt->output != NULL && strcmp(opt->output, "-") == 0;

	if (opt->output != NULL && opt->vault != NULL)
		return cli_options_misuse(cli, "Use -o FILE.evx or --vault DIR, not both.");
	if (opt->output == NULL && opt->vault == NULL &&
		(opt->vault = cli_vault_path_optional(NULL)) == NULL)
		return cli_options_misuse(cli,
			"Where should the exhibit go? Name a new bundle with -o FILE.evx, or a "
			"vault with --vault DIR. ('evx init' makes a vault.)");
	if (opt->resume && (stream || opt->split != 0))
		return cli_options_misuse(cli,
			"--resume needs one bundle file, or a vault. A stream and volumes cannot "
			"be continued: seal again without --resume.");
	if (opt->resume && opt->no_borrow)
		return cli_options_misuse(cli, "--resume does not work with --no-borrow.");
	if (opt->output != NULL && opt->no_borrow)
		return cli_options_misuse(
			cli, "--no-borrow works only in a vault. A bundle shares no data.");
	if (opt->case_label == NULL || opt->exhibit_number == NULL)
		return cli_options_misuse(
			cli, "Name the case and the exhibit: --case C --exhibit E.");
	if (cli_options_blank(opt->case_label))
		return cli_options_misuse(cli,
			"The case label is empty. Write it as it stands on the papers, such as "
			"--case 26-114 --exhibit 7.");
	if (cli_options_blank(opt->exhibit_number))
		return cli_options_misuse(cli,
			"The exhibit number is empty. Write it as it stands on the papers, such as "
			"--case 26-114 --exhibit 7.");
	if (stream && opt->split != 0)
		return cli_options_misuse(
			cli, "--split: Standard output cannot be split. Leave the option out.");
	if (opt->output == NULL && opt->split != 0)
		return cli_options_misuse(cli,
			"--split: An exhibit in a vault cannot be split. Leave the option out.");
	if (opt->tsa != NULL && (opt->split != 0 || stream))
		return cli_options_misuse(cli,
			"--tsa needs one bundle file: evx cannot add a time-stamp to a stream or "
			"to volumes. Leave out --tsa, or --split and -o -.");
	if (opt->tsa == NULL && opt->tsa_ca != NULL)
		return cli_options_misuse(cli, "--tsa-ca needs --tsa URL.");
	if ((opt->clock_offset == NULL) != (opt->clock_source == NULL))
		return cli_options_misuse(cli, "Give --clock-offset and --clock-source together.");
	return CLI_CONTINUE;
}

/* One's own keys without a passphrase among the evidence: whoever opens it could sign as oneself.
 */
static int check_own_keys(struct cli *cli, struct evx_home *home,
	const struct evx_seal_options *opt, const struct seal_run *run)
{
	struct evx_diag diag = { 0 };
	size_t i;

	for (i = 0; i < opt->nsources; i++) {
		bool plain = false;
		enum evx_err err = strcmp(opt->sources[i], "-") == 0 ?
			EVX_OK :
			evx_home_within(home, opt->sources[i], &plain, &diag);

		if (err != EVX_OK)
			return cli_output_error(cli, err, &diag);
		if (!plain)
			continue;
		cli_output_warn(cli,
			"%s holds your own keys without a passphrase. Everybody who can open this "
			"exhibit could sign as you, and open what is sealed to you.",
			opt->sources[i]);
		if (run->yes)
			continue;
		if (cli->quiet || !cli_prompt_possible())
			return cli_options_misuse(cli,
				"Your own keys are among the evidence. Nothing was sealed. To seal "
				"them all the same, use --yes.");
		if (!cli_prompt_yes(cli, "Seal your own keys, too?"))
			return CLI_INTERRUPTED;
	}
	return CLI_CONTINUE;
}

static int seal(struct cli *cli, struct evx_seal_options *opt, struct seal_run *run)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_seal_result result = { 0 };
	struct cli_progress progress;
	struct cli_count count;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_home_open(cli, false, &home);

	if (r == CLI_CONTINUE &&
		((r = check_own_keys(cli, home, opt, run)) != CLI_CONTINUE ||
			(!opt->resume &&
				(r = cli_leftovers(cli, opt->output, true, !run->yes)) !=
					CLI_CONTINUE)))
		evx_home_free(home);
	if (r != CLI_CONTINUE)
		return r;
	cli->making = true;
	run->opt = opt;
	opt->confirm = confirm;
	opt->remark = remark;
	opt->empty = empty;
	opt->twice = twice;
	opt->twice_ctx = run;
	opt->confirm_ctx = opt->remark_ctx = opt->empty_ctx = run;
	opt->jobs = (unsigned)cli->jobs;
	opt->confine = true;
	cli_progress_start(cli, &progress);
	cli_count_start(&count, &progress, opt->sources, opt->nsources, opt->one_file_system,
		opt->reread ? 2 : 1);
	err = evx_seal(home, opt, &ask, progress.counters, cli->cancel, &result, &diag);
	cli_count_stop(&count);
	cli_progress_stop(cli, &progress);
	if (err == EVX_OK) {
		cli_output_confinement(cli, &result.confinement);
		cli_seal_result_print(cli, opt, &result);
		if (!cli_seal_result_whole(&result))
			cli_output_warn(cli,
				"The exhibit is sealed, but not everything could be read as "
				"expected: unreadable files %llu, unreadable directories %llu, "
				"changed %llu, left out %llu, wrong hashes %llu. The seal "
				"records this.",
				(unsigned long long)result.unreadable_files,
				(unsigned long long)result.unreadable_directories,
				(unsigned long long)result.changed,
				(unsigned long long)result.left_out,
				(unsigned long long)(result.expected_mismatched +
					result.expected_missing + result.reread_differences));
		if (result.expected_missing > 0)
			cli_output_warn(cli,
				"Some lines of %s could not be compared, because no file or more "
				"than one fits the name. A list that fits is made in the source: "
				"find . -type f -exec sha256sum {} +",
				opt->expect_hash);
		r = cli_seal_result_whole(&result) ? CLI_GOOD : CLI_PARTIAL;
		if (result.stamp_err != EVX_OK) {
			cli_output_warn(cli,
				"The bundle is sealed, but has no time-stamp (%s). To add one "
				"later, run: evx timestamp",
				result.stamp_diag.text);
			r = CLI_INCOMPLETE;
		}
	} else {
		r = cli_output_error(cli, err, &diag);
	}
	evx_seal_result_free(&result);
	evx_home_free(home);
	return r;
}

int cli_cmd_seal(struct cli *cli, int argc, char **argv)
{
	struct evx_seal_options opt = { 0 };
	struct seal_run run = { .cli = cli };
	struct cli_list to = { 0 }, custody_to = { 0 }, witness = { 0 }, attach = { 0 };
	const char *hashes = NULL, *signer = NULL;
	uint64_t level = 0;
	char *how = NULL, seized_at[CLI_TIME_CAP];
	const struct cli_option options[] = {
		{ "output", 'o', CLI_TEXT, &opt.output, "FILE.evx",
			"write the exhibit to this new bundle (-: standard output)", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &opt.vault),
		{ "no-borrow", 0, CLI_FLAG, &opt.no_borrow, NULL,
			"share no data with other exhibits, store everything anew", 0, 0 },
		{ "resume", 0, CLI_FLAG, &opt.resume, NULL,
			"use what an interrupted seal of this bundle or case stored", 0, 0 },
		{ "case", 0, CLI_TEXT, &opt.case_label, "C",
			"case label; in a vault also the case id", 0, 0 },
		{ "exhibit", 0, CLI_TEXT, &opt.exhibit_number, "E", "exhibit number", 0, 0 },
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"sign as this identity (default: the only one)", 0, 0 },
		CLI_SIGNER_ROW(&signer),
		{ "to", 0, CLI_LIST, &to, "CARD",
			"let this person open the contents; may be repeated", 0, 0 },
		{ "custody-to", 0, CLI_LIST, &custody_to, "CARD",
			"let this person read the custody details only; may be repeated", 0, 0 },
		{ "self", 0, CLI_FLAG, &opt.self, NULL, "let yourself open the contents", 0, 0 },
		{ "place", 0, CLI_TEXT, &opt.place, "P",
			"record where the evidence was taken or sealed", 0, 0 },
		{ "authority", 0, CLI_TEXT, &opt.authority, "A",
			"record the warrant or other legal authority", 0, 0 },
		{ "purpose", 0, CLI_TEXT, &opt.purpose, "P",
			"record what the evidence is sealed for", 0, 0 },
		{ "description", 0, CLI_TEXT, &opt.description, "D", "describe the evidence", 0,
			0 },
		{ "seal-number", 0, CLI_TEXT, &opt.seal_number, "N",
			"record the number on the bag or physical seal", 0, 0 },
		{ "handling", 0, CLI_TEXT, &opt.handling, "CODE",
			"record how it must be handled: H0 to H3 of Europol, or a text", 0, 0 },
		{ "scope", 0, CLI_TEXT, &opt.scope, "TEXT",
			"record what was searched for, and what was left out", 0, 0 },
		{ "seized-at", 0, CLI_TEXT, &opt.seized_at, "T",
			"record when it was seized: \"2026-11-30 14:05\" (local), or with a zone",
			0, 0 },
		{ "seized-from", 0, CLI_TEXT, &opt.seized_from, "W",
			"record from whom it was seized", 0, 0 },
		{ "seized-by", 0, CLI_TEXT, &opt.seized_by, "W", "record who seized it", 0, 0 },
		{ "device", 0, CLI_TEXT, &opt.device,
			"make=,model=,serial=", "record the device that it comes from", 0, 0 },
		{ "witness", 0, CLI_LIST, &witness, "CARD",
			"record a witness by their card; may be repeated", 0, 0 },
		{ "attach", 0, CLI_LIST, &attach, "FILE",
			"keep this file (a photo, the warrant) for custody readers; may be "
			"repeated",
			0, 0 },
		{ "clock-offset", 0, CLI_TEXT, &opt.clock_offset, "S",
			"record how many seconds this machine's clock was off", 0, 0 },
		{ "clock-source", 0, CLI_TEXT, &opt.clock_source, "W",
			"record what the clock was compared with", 0, 0 },
		{ "policy", 0, CLI_TEXT, &opt.policy_file, "FILE.json",
			"set who must sign which later entries", 0, 0 },
		{ "details", 0, CLI_TEXT, &opt.details_file, "FILE.json",
			"take custody details from this JSON file; options win", 0, 0 },
		{ "replaces", 0, CLI_TEXT, &opt.replaces, "EXHIBIT",
			"record the seal hash or UUID of the exhibit that this one replaces", 0,
			0 },
		{ "hash", 0, CLI_TEXT, &hashes, "md5,sha1", "make these hashes, too", 0, 0 },
		{ "hash-holes", 0, CLI_SIZE, &opt.hash_holes, "SIZE",
			"hash the holes of sparse files up to this size (default 64G)", 1,
			UINT64_MAX },
		{ "expect-hash", 0, CLI_TEXT, &opt.expect_hash, "FILE",
			"compare with the hashes in a list of sha256sum, md5sum, hashdeep …", 0,
			0 },
		{ "reread", 0, CLI_FLAG, &opt.reread, NULL,
			"read the source a second time and compare", 0, 0 },
		{ "follow", 0, CLI_FLAG, &opt.follow, NULL, "follow symbolic links named as SOURCE",
			0, 0 },
		{ "one-file-system", 0, CLI_FLAG, &opt.one_file_system, NULL,
			"do not enter other file systems", 0, 0 },
		{ "stdin-name", 0, CLI_TEXT, &opt.stdin_name, "NAME",
			"name the file from standard input in the exhibit (default: stdin)", 0, 0 },
		{ "split", 0, CLI_SIZE, &opt.split, "SIZE",
			"cut the bundle into volumes of this size", 1, UINT64_MAX },
		{ "level", 0, CLI_NUMBER, &level, "N", "compress at zstd level N", 1, 19 },
		{ "public-label", 0, CLI_FLAG, &opt.public_label, NULL,
			"let everybody read the case label and exhibit number", 0, 0 },
		{ "custody-lists", 0, CLI_FLAG, &opt.custody_lists, NULL,
			"let custody readers see the list of contents", 0, 0 },
		{ "tsa", 0, CLI_TEXT, &opt.tsa, "URL", "get a time-stamp from the authority at URL",
			0, 0 },
		{ "tsa-ca", 0, CLI_TEXT, &opt.tsa_ca, "FILE",
			"trust the authorities of these certificates (PEM; default: this system's)",
			0, 0 },
		{ "yes", 'y', CLI_FLAG, &run.yes, NULL, "ask nothing before sealing", 0, 0 },
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, SIZE_MAX);

	if (r == CLI_CONTINUE)
		r = cli_home_signer(cli, signer, &opt.as);
	if (r == CLI_CONTINUE)
		r = check(cli, &opt);
	if (r == CLI_CONTINUE)
		r = parse_hashes(cli, hashes, &opt);
	if (r == CLI_CONTINUE)
		r = cli_time_option(cli, "seized-at", opt.seized_at, true, seized_at);
	if (r != CLI_CONTINUE)
		return r;
	if (opt.seized_at != NULL)
		opt.seized_at = seized_at;
	opt.sources = (const char *const *)cli->args;
	opt.nsources = cli->nargs;
	opt.to = to.v;
	opt.nto = to.n;
	opt.custody_to = custody_to.v;
	opt.ncustody_to = custody_to.n;
	opt.witness = witness.v;
	opt.nwitness = witness.n;
	opt.attach = attach.v;
	opt.nattach = attach.n;
	opt.level = (int)level;
	opt.invocation = how = cli_options_invocation(cli);
	if (opt.output != NULL && strcmp(opt.output, "-") == 0)
		cli_output_use_stderr(cli);
	cli_output_hold(cli);
	r = seal(cli, &opt, &run);
	free(how);
	return r;
}
