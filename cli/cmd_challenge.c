/* evx challenge: challenges prepared from an exhibit, asked one by one, and answers to them judged.
 */
#include <string.h>

#include "cli.h"
#include "cli_challenge.h"
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_vault.h"

struct asking {
	struct cli *cli;
	struct evx_challenge_prepare_options prepare;
	struct evx_challenge_use_options use;
	struct cli_list to;
	uint64_t challenges, packs;
	bool next;
	const char *output, *as, *signer, *code;
	bool self;
};

static int prepare(struct asking *a)
{
	struct cli *cli = a->cli;
	struct evx_challenge_prepare_options *o = &a->prepare;
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_challenge_prepare_result result = { .nreaders = 0 };
	struct cli_progress progress;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_vault_exhibit(cli, 0, a->as);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	*o = (struct evx_challenge_prepare_options){ .bundle = cli->args[0],
		.output = a->output,
		.as = a->as,
		.code = a->code,
		.to = a->to.v,
		.nto = a->to.n,
		.self = a->self,
		.challenges = (uint32_t)a->challenges,
		.packs = (uint32_t)a->packs,
		.jobs = (unsigned)cli->jobs,
		.confine = true };
	cli_progress_start(cli, &progress);
	err = evx_challenge_prepare(home, o, &ask, progress.counters, cli->cancel, &result, &diag);
	cli_progress_stop(cli, &progress);
	r = err == EVX_OK ? CLI_GOOD : cli_output_error(cli, err, &diag);
	if (err == EVX_OK) {
		cli_output_confinement(cli, &result.confinement);
		cli_challenge_prepared(cli, &result, o->output);
	}
	evx_challenge_prepare_result_free(&result);
	evx_home_free(home);
	return r;
}

static int take(struct asking *a)
{
	struct cli *cli = a->cli;
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_challenge_next_result result;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_home_open(cli, false, &home);

	if (r != CLI_CONTINUE)
		return r;
	err = evx_challenge_next(home, &a->use, &ask, cli->cancel, &result, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	if (!result.list.preparer_known)
		cli_output_warn(cli,
			"An unknown signer prepared this list, and knows the answers. Compare the "
			"fingerprint before you rely on an answer.");
	cli_challenge_taken(cli, &result, a->output);
	return CLI_GOOD;
}

static int check(struct asking *a)
{
	struct cli *cli = a->cli;
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_challenge_check_result result;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_home_open(cli, false, &home);

	if (r != CLI_CONTINUE)
		return r;
	err = evx_challenge_check(home, &a->use, &ask, cli->cancel, &result, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	return cli_challenge_verdict(cli, &result, a->use.answer);
}

static int show(struct asking *a)
{
	struct cli *cli = a->cli;
	struct evx_challenge_status status;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_home_open_optional(cli, &home);

	if (r != CLI_CONTINUE)
		return r;
	err = evx_challenge_show(home, &a->use, &status, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &status.confinement);
	cli_challenge_status(cli, &status, a->use.list);
	evx_challenge_status_free(&status);
	return CLI_GOOD;
}

/* Which of the four is meant, and whether the options go with it. */
static int look(struct asking *a)
{
	const bool prepares = a->challenges != 0, checks = a->use.answer != NULL;

	if (prepares + a->next + checks > 1)
		return cli_options_misuse(a->cli,
			"Use one of --prepare, --next and --check. To see what is left in a list, "
			"use none of them.");
	if ((prepares || a->next) && a->output == NULL)
		return cli_options_misuse(a->cli,
			prepares ? N_("Where should the list be written? Use -o FILE.") :
				   N_("Where should the challenge be written? Use -o FILE."));
	if (!prepares && !a->next && a->output != NULL)
		return cli_options_misuse(a->cli, "-o FILE goes with --prepare or --next.");
	if (!prepares && (a->to.n > 0 || a->self || a->packs != 0 || a->code != NULL))
		return cli_options_misuse(
			a->cli, "--to, --self, --packs and --code go with --prepare.");
	return CLI_CONTINUE;
}

int cli_cmd_challenge(struct cli *cli, int argc, char **argv)
{
	struct asking a = { .cli = cli };
	const struct cli_option options[] = {
		{ "prepare", 0, CLI_NUMBER, &a.challenges, "N",
			"prepare N challenges about exhibit X for each asker", 1, 10000 },
		{ "packs", 0, CLI_NUMBER, &a.packs, "K",
			"name K packs in each challenge (default: 32)", 1, 1024 },
		{ "to", 0, CLI_LIST, &a.to, "CARD",
			"let this person ask (default: yourself); may be repeated", 0, 0 },
		{ "self", 0, CLI_FLAG, &a.self, NULL, "let yourself ask, too", 0, 0 },
		{ "next", 0, CLI_FLAG, &a.next, NULL,
			"take your next challenge out of the list; it can be asked only once", 0,
			0 },
		{ "check", 0, CLI_TEXT, &a.use.answer, "FILE", "judge the answer in FILE", 0, 0 },
		{ "output", 'o', CLI_TEXT, &a.output, "FILE", "write this new file", 0, 0 },
		{ "as", 0, CLI_TEXT, &a.as, "NAME", "work as this identity (default: the only one)",
			0, 0 },
		CLI_SIGNER_ROW(&a.signer),
		CLI_CODE_ROW(&a.code),
		CLI_VAULT_OPTIONS(cli, &cli->vault),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE && (a.challenges != 0 || a.next))
		cli_output_hold(cli);
	if (r == CLI_CONTINUE)
		r = look(&a);
	if (r == CLI_CONTINUE)
		r = cli_home_signer(cli, a.signer, &a.as);
	if (r != CLI_CONTINUE)
		return r;
	a.use.list = cli->args[0];
	a.use.output = a.output;
	a.use.as = a.as;
	a.use.confine = true;
	if (a.challenges != 0)
		return prepare(&a);
	return a.next ? take(&a) : a.use.answer != NULL ? check(&a) : show(&a);
}
