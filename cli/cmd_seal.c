/* evx seal: files, directories, devices into a bundle. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_seal_result.h"
#include "cli_vault.h"

struct seal_run {
	struct cli *cli;
	bool yes;
};

static bool confirm(void *ctx, const struct evx_reader_info *readers, size_t n)
{
	struct seal_run *run = ctx;
	struct cli *cli = run->cli;

	cli_seal_result_single_key(cli, readers, n);
	if (run->yes || cli->quiet || !cli_prompt_possible())
		return true;
	fputs("These keys will be able to open it, and no others:\n", stderr);
	cli_seal_result_readers(stderr, readers, n);
	return cli_prompt_yes(cli, "Seal?");
}

static void remark(void *ctx, const char *path, size_t path_len, const char *what)
{
	struct seal_run *run = ctx;

	cli_output_remark(run->cli, path, path_len, what);
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
				"--hash: expected md5 and sha1, separated by a comma (sha256 is "
				"always made), found \"%s\"",
				list);
		list += n + (list[n] == ',');
	}
	return CLI_CONTINUE;
}

static int check(struct cli *cli, struct evx_seal_options *opt)
{
	const bool stream = opt->output != NULL && strcmp(opt->output, "-") == 0;

	if (opt->output != NULL && opt->vault != NULL)
		return cli_options_misuse(cli, "-o and --vault exclude each other");
	if (opt->output == NULL && opt->vault == NULL &&
		(opt->vault = cli_vault_path_optional(NULL)) == NULL)
		return cli_options_misuse(cli,
			"expected -o FILE.evx (or -o - for standard output), or a vault ('evx "
			"init' makes one)");
	if (opt->resume && (opt->output != NULL || opt->no_borrow))
		return cli_options_misuse(
			cli, "--resume is for a vault, and borrows from what was stored there");
	if (opt->output != NULL && opt->no_borrow)
		return cli_options_misuse(
			cli, "--no-borrow is for a vault: a bundle borrows nothing");
	if (opt->case_label == NULL || opt->exhibit_number == NULL)
		return cli_options_misuse(cli, "expected --case and --exhibit");
	if ((stream || opt->output == NULL) && opt->split != 0)
		return cli_options_misuse(cli, "--split: %s cannot be split",
			stream ? "standard output" : "an exhibit in a vault");
	if (opt->tsa != NULL && (opt->split != 0 || stream))
		return cli_options_misuse(cli,
			"--tsa: a time-stamp is appended to one file, not to a stream or to "
			"volumes");
	if (opt->tsa == NULL && opt->tsa_ca != NULL)
		return cli_options_misuse(cli, "--tsa-ca belongs to --tsa");
	if ((opt->clock_offset == NULL) != (opt->clock_source == NULL))
		return cli_options_misuse(cli, "--clock-offset and --clock-source belong together");
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
			"%s holds your own keys, and no passphrase protects them. Everyone who can "
			"open this exhibit could sign as you, and open "
			"what is sealed to you",
			opt->sources[i]);
		if (run->yes)
			continue;
		if (cli->quiet || !cli_prompt_possible())
			return cli_options_misuse(cli,
				"your own keys would be sealed; --yes seals them all the same");
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
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_home_open(cli, false, &home);

	if (r == CLI_CONTINUE && (r = check_own_keys(cli, home, opt, run)) != CLI_CONTINUE)
		evx_home_free(home);
	if (r != CLI_CONTINUE)
		return r;
	cli->making = true;
	opt->confirm = confirm;
	opt->remark = remark;
	opt->confirm_ctx = opt->remark_ctx = run;
	opt->jobs = (unsigned)cli->jobs;
	opt->confine = true;
	cli_progress_start(cli, &progress);
	err = evx_seal(home, opt, &ask, progress.counters, cli->cancel, &result, &diag);
	cli_progress_stop(cli, &progress);
	if (err == EVX_OK) {
		cli_output_confinement(cli, &result.confinement);
		cli_seal_result_print(cli, opt, &result);
		if (!cli_seal_result_whole(&result))
			cli_output_warn(cli,
				"sealed, but the source is not complete: unreadable files %llu, "
				"unreadable directories %llu, changed %llu, left out %llu, "
				"hashes not as expected %llu",
				(unsigned long long)result.unreadable_files,
				(unsigned long long)result.unreadable_directories,
				(unsigned long long)result.changed,
				(unsigned long long)result.left_out,
				(unsigned long long)(result.expected_mismatched +
					result.expected_missing + result.reread_differences));
		r = cli_seal_result_whole(&result) ? CLI_GOOD : CLI_PARTIAL;
		if (result.stamp_err != EVX_OK) {
			cli_output_warn(cli,
				"sealed, but not time-stamped: %s. The bundle is good; 'evx "
				"timestamp' can do it later",
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
	char *how = NULL;
	const struct cli_option options[] = {
		{ "output", 'o', CLI_TEXT, &opt.output, "FILE.evx",
			"the bundle to make, - for standard output", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &opt.vault),
		{ "no-borrow", 0, CLI_FLAG, &opt.no_borrow, NULL,
			"store everything anew, also what the case has already", 0, 0 },
		{ "resume", 0, CLI_FLAG, &opt.resume, NULL,
			"use what an interrupted seal into this case has stored", 0, 0 },
		{ "case", 0, CLI_TEXT, &opt.case_label, "C",
			"case number; in a vault a label or the case's id", 0, 0 },
		{ "exhibit", 0, CLI_TEXT, &opt.exhibit_number, "E", "exhibit number", 0, 0 },
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"identity that signs (default: the only one there is)", 0, 0 },
		CLI_SIGNER_ROW(&signer),
		{ "to", 0, CLI_LIST, &to, "CARD", "who can open the evidence; may be repeated", 0,
			0 },
		{ "custody-to", 0, CLI_LIST, &custody_to, "CARD",
			"who can read particulars and custody only; may be repeated", 0, 0 },
		{ "self", 0, CLI_FLAG, &opt.self, NULL, "the signer can open it, too", 0, 0 },
		{ "place", 0, CLI_TEXT, &opt.place, "P", "where it was taken or sealed", 0, 0 },
		{ "authority", 0, CLI_TEXT, &opt.authority, "A", "warrant or other legal authority",
			0, 0 },
		{ "purpose", 0, CLI_TEXT, &opt.purpose, "P", "what it is sealed for", 0, 0 },
		{ "description", 0, CLI_TEXT, &opt.description, "D", "what it is", 0, 0 },
		{ "seal-number", 0, CLI_TEXT, &opt.seal_number, "N",
			"number on the bag or physical seal", 0, 0 },
		{ "seized-at", 0, CLI_TEXT, &opt.seized_at, "T",
			"when it was seized, YYYY-MM-DDTHH:MM:SSZ", 0, 0 },
		{ "seized-from", 0, CLI_TEXT, &opt.seized_from, "W", "from whom", 0, 0 },
		{ "seized-by", 0, CLI_TEXT, &opt.seized_by, "W", "by whom", 0, 0 },
		{ "device", 0, CLI_TEXT, &opt.device,
			"make=,model=,serial=", "the device it comes from", 0, 0 },
		{ "witness", 0, CLI_LIST, &witness, "CARD", "card of a witness; may be repeated", 0,
			0 },
		{ "attach", 0, CLI_LIST, &attach, "FILE",
			"file to keep for custody readers (a photo, the warrant)", 0, 0 },
		{ "clock-offset", 0, CLI_TEXT, &opt.clock_offset, "S",
			"how far this machine's clock was off, in seconds", 0, 0 },
		{ "clock-source", 0, CLI_TEXT, &opt.clock_source, "W", "what it was compared with",
			0, 0 },
		{ "policy", 0, CLI_TEXT, &opt.policy_file, "FILE.json",
			"who else must sign later events", 0, 0 },
		{ "details", 0, CLI_TEXT, &opt.details_file, "FILE.json",
			"particulars as JSON; options win", 0, 0 },
		{ "replaces", 0, CLI_TEXT, &opt.replaces, "EXHIBIT",
			"hash or UUID of the exhibit that this one supersedes", 0, 0 },
		{ "hash", 0, CLI_TEXT, &hashes, "md5,sha1", "make these digests, too", 0, 0 },
		{ "hash-holes", 0, CLI_SIZE, &opt.hash_holes, "SIZE",
			"hash holes of a file up to this many bytes (default 64G)", 1, UINT64_MAX },
		{ "expect-hash", 0, CLI_TEXT, &opt.expect_hash, "FILE",
			"compare with digests as sha256sum, sha1sum or md5sum write them", 0, 0 },
		{ "reread", 0, CLI_FLAG, &opt.reread, NULL,
			"read the source a second time and compare", 0, 0 },
		{ "follow", 0, CLI_FLAG, &opt.follow, NULL, "follow symbolic links named as SOURCE",
			0, 0 },
		{ "one-file-system", 0, CLI_FLAG, &opt.one_file_system, NULL,
			"do not enter other file systems", 0, 0 },
		{ "split", 0, CLI_SIZE, &opt.split, "SIZE",
			"cut the bundle into volumes of this many bytes", 1, UINT64_MAX },
		{ "level", 0, CLI_NUMBER, &level, "N", "zstd compression level", 1, 19 },
		{ "public-label", 0, CLI_FLAG, &opt.public_label, NULL,
			"case and exhibit number readable without a key", 0, 0 },
		{ "custody-lists", 0, CLI_FLAG, &opt.custody_lists, NULL,
			"custody readers can see names and hashes", 0, 0 },
		{ "tsa", 0, CLI_TEXT, &opt.tsa, "URL",
			"have the seal time-stamped by the authority at URL", 0, 0 },
		{ "tsa-ca", 0, CLI_TEXT, &opt.tsa_ca, "FILE",
			"trust authorities of these certificates (PEM; default: those of this "
			"system)",
			0, 0 },
		{ "yes", 'y', CLI_FLAG, &run.yes, NULL, "do not ask before sealing", 0, 0 },
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, SIZE_MAX);

	if (r == CLI_CONTINUE)
		r = cli_home_signer(cli, signer, &opt.as);
	if (r == CLI_CONTINUE)
		r = check(cli, &opt);
	if (r == CLI_CONTINUE)
		r = parse_hashes(cli, hashes, &opt);
	if (r != CLI_CONTINUE)
		return r;
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
		cli->out = stderr;
	r = seal(cli, &opt, &run);
	free(how);
	return r;
}
