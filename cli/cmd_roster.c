/* evx roster: whom a community trusts; the table of its commands. Those that write a draft are in
 * roster_change.c. */
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_roster.h"

static int roster_sign(struct cli *cli, int argc, char **argv)
{
	const char *as = NULL, *signer = NULL;
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &as, "NAME", "sign as this identity (default: the only one)",
			0, 0 },
		CLI_SIGNER_ROW(&signer),
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct evx_roster_info info;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_signer(cli, signer, &as);
	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_roster_cosign(home, cli->args[0], as, &ask, &confined, &info, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	if (cli->json)
		cli_roster_print(cli, &info);
	cli_roster_print_missing(cli, &info);
	evx_roster_info_free(&info);
	return CLI_GOOD;
}

/* Reads the roster in the first operand. */
static int tell(struct cli *cli, struct evx_roster_info *info)
{
	struct evx_confine_state confined;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_home_open_optional(cli, &home);

	if (r != CLI_CONTINUE)
		return r;
	err = evx_roster_tell(home, cli->args[0], &confined, info, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	return CLI_CONTINUE;
}

static enum evx_err list_one(void *ctx, const struct evx_roster_info *info)
{
	struct cli *cli = ctx;

	if (cli->json) {
		cli_roster_print(cli, info);
		return EVX_OK;
	}
	fprintf(cli->out, "%s  ", info->origin);
	fprintf(cli->out, _("version %u of %s  "), (unsigned)info->version, info->time);
	cli_output_text(cli->out, info->name);
	putc('\n', cli->out);
	return EVX_OK;
}

/* Without a file: the rosters trusted here. */
static int list(struct cli *cli)
{
	struct evx_confine_state confined;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_home_open_optional(cli, &home);

	if (r != CLI_CONTINUE || home == NULL)
		return r == CLI_CONTINUE ? CLI_GOOD : r;
	err = evx_roster_list(home, &confined, list_one, cli, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	return CLI_GOOD;
}

static int roster_show(struct cli *cli, int argc, char **argv)
{
	struct evx_roster_info info;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 0, 1);

	if (r != CLI_CONTINUE)
		return r;
	if (cli->nargs == 0)
		return list(cli);
	r = tell(cli, &info);
	if (r != CLI_CONTINUE)
		return r;
	cli_roster_print(cli, &info);
	cli_roster_print_keys(cli, &info);
	evx_roster_info_free(&info);
	return CLI_GOOD;
}

/* The last line of verify, and the exit code that goes with it. */
static int judge(struct cli *cli, const struct evx_roster_info *info)
{
	const char *text = N_("GOOD: the right roots signed every version.");
	int code = CLI_GOOD;

	if (info->known == EVX_KNOWN_FORKED) {
		text = N_("BAD: the roots signed two different versions with the same number. "
			  "This machine trusts the other one. Ask the roots.");
		code = CLI_BAD;
	} else if (info->draft) {
		text = N_("DRAFT: signatures are missing on the last version.");
		code = CLI_CUSTODY;
	} else if (info->known == EVX_KNOWN_OLDER) {
		text = N_("OLD: this machine trusts a newer version of this roster.");
		code = CLI_CUSTODY;
	}
	if (!cli->json)
		fprintf(cli->out, "%s\n", _(text));
	return code;
}

static int roster_verify(struct cli *cli, int argc, char **argv)
{
	struct evx_roster_info info;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 1, 1);

	if (r == CLI_CONTINUE)
		r = tell(cli, &info);
	if (r != CLI_CONTINUE)
		return r;
	cli_roster_print(cli, &info);
	r = judge(cli, &info);
	evx_roster_info_free(&info);
	return r;
}

struct import_run {
	struct cli *cli;
	bool yes;
	bool nobody; /* there was nobody to ask */
	bool scope;  /* … for which agencies */
};

static void show_agencies(const struct evx_roster_info *info)
{
	char keys[CLI_THINGS_CAP];
	size_t i;

	fputs(_("The roster lists keys of these agencies:\n"), stderr);
	for (i = 0; i < info->nagencies; i++) {
		fprintf(stderr, "     %s  ", info->agencies[i].country);
		cli_output_text(stderr, info->agencies[i].agency);
		fprintf(stderr, ", %s\n",
			cli_output_things(info->agencies[i].keys, "key", "keys", keys));
	}
	fputs(_("For an agency that you accept, the roster decides whose key is whose,\nwho acts "
		"for an office, and who approves take-overs. To accept only some agencies, use "
		"--agency NAME.\n"),
		stderr);
}

static bool confirm(void *ctx, const struct evx_roster_info *info, const char *alike,
	bool disguised, bool scope)
{
	struct import_run *run = ctx;

	fputs("evx: ", stderr);
	fprintf(stderr, _("the roster %s\n     "), info->origin);
	cli_output_text(stderr, info->name);
	if (disguised)
		fprintf(stderr, "\n     %s",
			_("has a name that mixes alphabets, or has invisible signs"));
	if (alike != NULL) {
		fprintf(stderr, "\n     %s",
			_("has a name that looks like that of another trusted roster: "));
		cli_output_text(stderr, alike);
	}
	fputs(".\n", stderr);
	if (scope)
		show_agencies(info);
	if ((run->yes || run->cli->names_compared) && !scope)
		return true;
	run->scope = scope;
	run->nobody = run->cli->quiet || !cli_prompt_possible();
	return !run->nobody &&
		cli_prompt_yes(
			run->cli, scope ? N_("Trust it for all these agencies?") : N_("Trust it?"));
}

static int roster_import(struct cli *cli, int argc, char **argv)
{
	struct import_run run = { .cli = cli };
	struct evx_roster_accept accept = { .all = false };
	struct cli_list agencies = { NULL, 0 };
	const struct cli_option options[] = {
		{ "agency", 0, CLI_LIST, &agencies, "NAME",
			"accept the roster for this agency only; may be repeated", 0, 0 },
		{ "all-agencies", 0, CLI_FLAG, &accept.all, NULL,
			"accept the roster for all agencies that it lists now", 0, 0 },
		{ "yes", 0, CLI_FLAG, &run.yes, NULL,
			"trust the roster although its name looks like another one's", 0, 0 },
	};
	struct evx_confine_state confined;
	struct evx_roster_info info;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE && accept.all && agencies.n > 0)
		r = cli_options_misuse(cli, "Use --agency or --all-agencies, not both.");
	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, true, &home);
	if (r != CLI_CONTINUE)
		return r;
	accept.agencies = agencies.v;
	accept.nagencies = agencies.n;
	err = evx_roster_import(
		home, cli->args[0], &accept, &confined, confirm, &run, &info, &diag);
	evx_home_free(home);
	if (run.nobody)
		return cli_options_misuse(cli,
			run.scope ? N_("%s: Which agencies do you accept? Use --agency NAME for "
				       "each, or --all-agencies.") :
				    N_("%s: The roster's name looks like another one's. To trust "
				       "it all the same, use --yes."),
			cli->args[0]);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	if (cli->json || !cli->quiet)
		cli_roster_print(cli, &info);
	evx_roster_info_free(&info);
	return CLI_GOOD;
}

static const struct cli_command subcommands[] = {
	{ "roster new", "FILE --name NAME --root CARD... [--threshold M] [--by FINGERPRINT]...",
		NULL, cli_roster_new,
		"evx roster new police.roster --name police.example --root smith.card" },
	{ "roster add",
		"FILE CARD [--agency NAME] [--from TIME] [--until TIME] [--acts-for "
		"FINGERPRINT]... [--approver] [--by FINGERPRINT]...",
		NULL, cli_roster_add, "evx roster add police.roster lab.card" },
	{ "roster revoke",
		"FILE FINGERPRINT --reason retired|lost|compromised [--time TIME] [--by "
		"FINGERPRINT]...",
		NULL, cli_roster_revoke,
		"evx roster revoke police.roster SHA256:… --reason retired" },
	{ "roster rotate", "FILE --root CARD... [--threshold M] [--by FINGERPRINT]...", NULL,
		cli_roster_rotate,
		"evx roster rotate police.roster --root smith.card --root jones.card" },
	{ "roster sign", "FILE [--as NAME]", NULL, roster_sign,
		"evx roster sign police.roster --as smith" },
	{ "roster show", "[FILE]", NULL, roster_show, "evx roster show police.roster" },
	{ "roster verify", "FILE", NULL, roster_verify, "evx roster verify police.roster" },
	{ "roster import", "FILE [--agency NAME]... [--all-agencies] [--yes]", NULL, roster_import,
		"evx roster import police.roster --all-agencies" },
};

int cli_cmd_roster(struct cli *cli, int argc, char **argv)
{
	return cli_options_subcommand(cli, "roster", subcommands,
		sizeof(subcommands) / sizeof(subcommands[0]), argc, argv);
}
