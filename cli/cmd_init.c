/* evx init: a new vault, or an old one that was put back from a backup. */
#include "cli.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_vault.h"

static void print(struct cli *cli, const char *path, const char *uuid, size_t escrow)
{
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "vault", uuid);
		cli_json_text(&j, "path", path);
		cli_json_count(&j, "escrow", escrow);
		cli_json_end(&j);
		return;
	}
	cli_output_field(cli->out, "vault", uuid);
	cli_output_field(cli->out, "path", path);
	if (escrow == 0 && !cli->quiet)
		cli_output_warn(cli,
			"This vault has no escrow card. If all members' keys are lost, nobody can "
			"open its exhibits. Add one with --escrow CARD.");
}

/* ---- A vault that was put back from a backup */

struct rollback {
	struct cli *cli;
	bool yes;
};

static void label(const char *text)
{
	fputs("  ", stderr);
	cli_layout_label(stderr, 11, text);
}

static bool confirm(void *ctx, const struct evx_rollback_info *info)
{
	const struct rollback *r = ctx;
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP];

	if (r->yes)
		return true;
	if (!cli_prompt_possible())
		return false;
	fprintf(stderr, _("Vault %s is not as this machine saw it last.\n"), info->vault);
	if (info->log_changed) {
		label(L_("vault log"));
		fprintf(stderr, _("this machine saw %s, the vault has %u\n"),
			cli_output_things(info->seen, "entry", "entries", a),
			(unsigned)info->found);
	}
	if (info->missing > 0) {
		label(L_("missing"));
		fprintf(stderr, "%s\n", cli_output_things(info->missing, "exhibit", "exhibits", a));
	}
	if (info->shorter > 0) {
		label(L_("custody"));
		fprintf(stderr, _("%s with fewer or other entries than before\n"),
			cli_output_things(info->shorter, "exhibit", "exhibits", b));
	}
	if (info->exchanged > 0) {
		label(L_("EXCHANGED"));
		fprintf(stderr,
			_("%s with another seal. A backup does not explain that. They stay in "
			  "question.\n"),
			cli_output_things(info->exchanged, "exhibit", "exhibits", b));
	}
	fputs(_("This happens when a vault is put back from a backup. It also happens when "
		"somebody removes entries or exhibits.\nIf you go on, you sign in the vault log "
		"that you accept the vault as it is. This cannot be taken back.\n"),
		stderr);
	return cli_prompt_yes(r->cli, "Was this vault put back from a backup?");
}

static void print_rollback(struct cli *cli, const struct evx_rollback_outcome *o)
{
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "vault", o->info.vault);
		cli_json_count(&j, "log_seen", o->info.seen);
		cli_json_count(&j, "log_found", o->info.found);
		cli_json_count(&j, "missing", o->info.missing);
		cli_json_count(&j, "shorter", o->info.shorter);
		cli_json_count(&j, "exchanged", o->info.exchanged);
		cli_json_bool(&j, "changed", !o->nothing);
		if (!o->nothing)
			cli_json_count(&j, "entry", o->entry);
		cli_json_end(&j);
		return;
	}
	if (o->info.exchanged > 0)
		fprintf(cli->out,
			_("BAD: %s another seal than this machine has seen. A backup does not "
			  "explain that, and it was not accepted. To see which, run: evx check\n"),
			cli_output_things(o->info.exchanged, "exhibit has", "exhibits have", a));
	if (o->nothing && o->info.exchanged > 0)
		return;
	if (o->nothing) {
		fputs(_("NOTHING TO DO: the vault has all that this machine saw in it.\n"),
			cli->out);
		return;
	}
	fprintf(cli->out,
		_("ACCEPTED: entry %u of the vault log records what this machine had seen: %s of "
		  "the log, and %s that the vault does not have as before.\n"),
		(unsigned)o->entry, cli_output_things(o->info.seen, "entry", "entries", a),
		cli_output_things(o->info.missing + o->info.shorter, "exhibit", "exhibits", b));
	fprintf(cli->out,
		_("They are named in log/%08u-rollback.list. Look for exported bundles and "
		  "receipts, and import them.\n"),
		(unsigned)o->entry);
}

static int accept_rollback(
	struct cli *cli, const char *path, const char *as, const char *reason, bool yes)
{
	struct rollback r = { cli, yes };
	const struct evx_rollback_options opt = { .vault = path,
		.as = as,
		.reason = reason,
		.confine = true,
		.confirm = confirm,
		.ctx = &r };
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_rollback_outcome out;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int code = cli_home_open(cli, false, &home);

	if (code != CLI_CONTINUE)
		return code;
	err = evx_vault_accept_rollback(home, &opt, &ask, cli->cancel, &out, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &out.confinement);
	print_rollback(cli, &out);
	return out.info.exchanged > 0 ? CLI_BAD : CLI_GOOD;
}

/* ---- A new one */

int cli_cmd_init(struct cli *cli, int argc, char **argv)
{
	struct cli_list escrow = { NULL, 0 };
	const char *as = NULL, *vault = NULL, *reason = NULL, *path;
	bool rollback = false, yes = false;
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &as, "NAME",
			"found the vault as this identity (default: the only one)", 0, 0 },
		{ "escrow", 0, CLI_LIST, &escrow, "CARD",
			"let this escrow card open all exhibits; may be repeated", 0, 0 },
		{ "accept-rollback", 0, CLI_FLAG, &rollback, NULL,
			"accept, as a member, that this vault was put back from a backup", 0, 0 },
		{ "reason", 0, CLI_TEXT, &reason, "TEXT",
			"with --accept-rollback: record why, for the members", 0, 0 },
		{ "yes", 'y', CLI_FLAG, &yes, NULL, "with --accept-rollback: ask nothing", 0, 0 },
		CLI_VAULT_OPTION(&vault),
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	char uuid[37];
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 1);

	cli_output_hold(cli);
	if (r != CLI_CONTINUE)
		return r;
	if (cli->nargs > 0 && vault != NULL)
		return cli_options_misuse(cli, "Name the vault once: VAULT or --vault DIR.");
	if (rollback && escrow.n > 0)
		return cli_options_misuse(cli,
			"--escrow is for a new vault, --accept-rollback for an old one. Use one of "
			"them.");
	if (!rollback && (reason != NULL || yes))
		return cli_options_misuse(cli, "--reason and --yes go with --accept-rollback.");
	path = cli_vault_path(cli, cli->nargs > 0 ? cli->args[0] : vault);
	if (path == NULL)
		return CLI_USAGE;
	if (rollback)
		return accept_rollback(cli, path, as, reason, yes);
	r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_init(home, path, as, escrow.v, escrow.n, &ask, &confined, uuid, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	print(cli, path, uuid, escrow.n);
	return CLI_GOOD;
}
