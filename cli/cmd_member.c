/* evx member: who can open a vault. */
#include "cli.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_vault.h"

static void print(struct cli *cli, const struct evx_vault_member_info *m)
{
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_card(&j, "card", &m->card);
		cli_json_text(&j, "tier", m->content ? "content" : "custody");
		cli_json_bool(&j, "founder", m->founder);
		cli_json_bool(&j, "removed", m->removed);
		cli_json_end(&j);
		return;
	}
	fprintf(cli->out, "%s  ", m->card.fingerprint);
	cli_layout_cell(cli->out, 7,
		m->removed         ? C_("member", "removed") :
			m->content ? C_("member", "content") :
				     C_("member", "custody"));
	fputs("  ", cli->out);
	if (m->card.person[0] != '\0')
		cli_output_card(cli->out, &m->card);
	if (m->founder)
		fprintf(cli->out, "%s%s", m->card.person[0] != '\0' ? " " : "", _("(founder)"));
	putc('\n', cli->out);
}

/* Opens the home and names the vault. Returns CLI_CONTINUE or an exit code. */
static int begin(struct cli *cli, const char *vault, const char **path, struct evx_home **home)
{
	*path = cli_vault_path(cli, vault);
	return *path == NULL ? CLI_USAGE : cli_home_open(cli, false, home);
}

static int member_add(struct cli *cli, int argc, char **argv)
{
	struct evx_vault_member_info added = { .content = true };
	const char *as = NULL, *vault = NULL, *path;
	bool custody_only = false;
	const struct cli_option options[] = {
		{ "custody-only", 0, CLI_FLAG, &custody_only, NULL,
			"let them keep, check and export exhibits, but not open contents", 0, 0 },
		{ "as", 0, CLI_TEXT, &as, "NAME", "sign as this identity (default: the only one)",
			0, 0 },
		CLI_VAULT_OPTIONS(cli, &vault),
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE)
		r = begin(cli, vault, &path, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_add_member(
		home, path, as, cli->args[0], custody_only, &ask, &confined, &added.card, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	added.content = !custody_only;
	if (cli->json || !cli->quiet)
		print(cli, &added);
	return CLI_GOOD;
}

static int member_remove(struct cli *cli, int argc, char **argv)
{
	const char *as = NULL, *vault = NULL, *path;
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &as, "NAME", "sign as this identity (default: the only one)",
			0, 0 },
		CLI_VAULT_OPTIONS(cli, &vault),
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct evx_home *home;
	struct evx_card_info removed;
	struct evx_diag diag = { 0 };
	struct cli_json j;
	enum evx_err err;
	uint32_t epoch;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE)
		r = begin(cli, vault, &path, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_remove_member(
		home, path, as, cli->args[0], &ask, &confined, &epoch, &removed, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "removed", removed.fingerprint);
		cli_json_text(&j, "person", removed.person[0] != '\0' ? removed.person : NULL);
		cli_json_count(&j, "epoch", epoch);
		cli_json_end(&j);
	} else if (!cli->quiet) {
		fputs(_("Removed: "), cli->out);
		if (removed.person[0] != '\0')
			cli_output_card(cli->out, &removed);
		else
			fputs(removed.fingerprint, cli->out);
		fputs(".\n", cli->out);
		fprintf(cli->out,
			_("The vault has new keys (key change %u) for everything that is sealed "
			  "from now on.\n"),
			(unsigned)epoch);
		fputs(_("This member can still open what they could open before, wherever they "
			"have a copy. No program can take that back.\n"),
			cli->out);
	}
	return CLI_GOOD;
}

static enum evx_err list_one(void *ctx, const struct evx_vault_member_info *member)
{
	print(ctx, member);
	return EVX_OK;
}

static int member_list(struct cli *cli, int argc, char **argv)
{
	const char *as = NULL, *vault = NULL, *path;
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &as, "NAME",
			"show names as this identity can open them (default: keys only)", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &vault),
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 0);

	if (r != CLI_CONTINUE)
		return r;
	path = cli_vault_path(cli, vault);
	if (path == NULL)
		return CLI_USAGE;
	r = cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_list_members(home, path, as, &ask, &confined, list_one, cli, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	return CLI_GOOD;
}

static const struct cli_command subcommands[] = {
	{ "member add", "CARD [--custody-only] [--as NAME] [--vault DIR]", NULL, member_add,
		"evx member add lab.card --custody-only" },
	{ "member remove", "NAME|FINGERPRINT [--as NAME] [--vault DIR]", NULL, member_remove,
		"evx member remove 'Ann Smith'" },
	{ "member list", "[--as NAME] [--vault DIR]", NULL, member_list,
		"evx member list --as smith" },
};

int cli_cmd_member(struct cli *cli, int argc, char **argv)
{
	return cli_options_subcommand(cli, "member", subcommands,
		sizeof(subcommands) / sizeof(subcommands[0]), argc, argv);
}
