/* evx roster: the commands that write a draft. */
#include "cli_names.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_roster.h"

/* Every change may say who will sign. */
#define BY_OPTION(list) \
	{ \
		"by", 0, CLI_LIST, &(list), "FINGERPRINT", \
			"say which root will sign this version; may be repeated (default: all)", \
			0, 0 \
	}

/* Makes the change and says what the draft waits for. */
static int make(struct cli *cli, struct evx_roster_change *change, const struct cli_list *by)
{
	struct evx_confine_state confined;
	struct evx_roster_info info;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_home_open_optional(cli, &home);

	if (r != CLI_CONTINUE)
		return r;
	change->confirm_names = cli_names_confirm;
	change->confirm_ctx = cli;
	change->file = cli->args[0];
	change->by = by->v;
	change->nby = by->n;
	cli->making = true;
	err = evx_roster_make(home, change, &confined, &info, &diag);
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

/* Roots and threshold of new and rotate. */
static int take_roots(struct cli *cli, struct evx_roster_change *change,
	const struct cli_list *roots, uint64_t threshold)
{
	if (roots->n == 0)
		return cli_options_misuse(cli, "Name at least one root: --root CARD.");
	if (threshold > roots->n)
		return cli_options_misuse(cli,
			"--threshold: expected at most the number of roots, %zu, found %llu",
			roots->n, (unsigned long long)threshold);
	change->roots = roots->v;
	change->nroots = roots->n;
	change->threshold = (uint32_t)threshold;
	return CLI_CONTINUE;
}

int cli_roster_new(struct cli *cli, int argc, char **argv)
{
	struct evx_roster_change change = { .act = EVX_ROSTER_NEW };
	struct cli_list roots = { 0 }, by = { 0 };
	uint64_t threshold = 0;
	const struct cli_option options[] = {
		{ "name", 0, CLI_TEXT, &change.name, "NAME", "name the community", 0, 0 },
		{ "root", 0, CLI_LIST, &roots, "CARD", "make this card a root; may be repeated", 0,
			0 },
		{ "threshold", 0, CLI_NUMBER, &threshold, "M",
			"require M roots to sign (default: all)", 1, 16 },
		BY_OPTION(by),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE && change.name == NULL)
		r = cli_options_misuse(cli, "Name the community: --name NAME.");
	if (r == CLI_CONTINUE)
		r = take_roots(cli, &change, &roots, threshold);
	return r == CLI_CONTINUE ? make(cli, &change, &by) : r;
}

int cli_roster_rotate(struct cli *cli, int argc, char **argv)
{
	struct evx_roster_change change = { .act = EVX_ROSTER_ROTATE };
	struct cli_list roots = { 0 }, by = { 0 };
	uint64_t threshold = 0;
	const struct cli_option options[] = {
		{ "root", 0, CLI_LIST, &roots, "CARD",
			"make this card a root from now on; may be repeated", 0, 0 },
		{ "threshold", 0, CLI_NUMBER, &threshold, "M",
			"require M of them to sign (default: all)", 1, 16 },
		BY_OPTION(by),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE)
		r = take_roots(cli, &change, &roots, threshold);
	return r == CLI_CONTINUE ? make(cli, &change, &by) : r;
}

int cli_roster_add(struct cli *cli, int argc, char **argv)
{
	struct evx_roster_change change = { .act = EVX_ROSTER_ADD };
	struct cli_list acts_for = { 0 }, by = { 0 };
	const struct cli_option options[] = {
		{ "agency", 0, CLI_TEXT, &change.agency, "NAME",
			"name the agency (default: the card's organisation)", 0, 0 },
		{ "from", 0, CLI_TEXT, &change.from, "TIME",
			"make the key valid from then on (default: now)", 0, 0 },
		{ "until", 0, CLI_TEXT, &change.until, "TIME",
			"make the key valid until then (default: no end)", 0, 0 },
		{ "acts-for", 0, CLI_LIST, &acts_for, "FINGERPRINT",
			"let this key sign for this office of the agency; may be repeated", 0, 0 },
		{ "approver", 0, CLI_FLAG, &change.approver, NULL,
			"let this key approve take-overs in the agency", 0, 0 },
		BY_OPTION(by),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 2, 2);

	if (r != CLI_CONTINUE)
		return r;
	change.card = cli->args[1];
	change.acts_for = acts_for.v;
	change.nacts_for = acts_for.n;
	return make(cli, &change, &by);
}

int cli_roster_revoke(struct cli *cli, int argc, char **argv)
{
	struct evx_roster_change change = { .act = EVX_ROSTER_REVOKE };
	struct cli_list by = { 0 };
	const struct cli_option options[] = {
		{ "reason", 0, CLI_TEXT, &change.reason, "R",
			"say why: retired, lost or compromised", 0, 0 },
		{ "time", 0, CLI_TEXT, &change.time, "TIME", "say when it happened (default: now)",
			0, 0 },
		BY_OPTION(by),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 2, 2);

	if (r == CLI_CONTINUE && change.reason == NULL)
		r = cli_options_misuse(cli, "Say why: --reason retired, lost or compromised.");
	if (r != CLI_CONTINUE)
		return r;
	change.key = cli->args[1];
	return make(cli, &change, &by);
}
