/* evx id: identities of this machine, and the table of its commands. The ones that change an
 * identity are in id_change.c, the cards of others in id_always.c. */
#include <stdlib.h>

#include "cli.h"
#include "cli_id.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"

static void print_identity(struct cli *cli, const char *name, const struct evx_card_info *card)
{
	struct cli_json j;

	if (!cli->json) {
		cli_output_field(cli->out, "identity", name);
		cli_output_card_fields(cli->out, card);
		return;
	}
	j = cli_json_begin(cli->out);
	cli_json_text(&j, "name", name);
	cli_json_card(&j, "card", card);
	cli_json_end(&j);
}

int cli_id_finish(
	struct cli *cli, struct evx_home *home, enum evx_err err, const struct evx_diag *diag)
{
	evx_home_free(home);
	return err == EVX_OK ? CLI_GOOD : cli_output_error(cli, err, diag);
}

/* Keys that are lost are lost for good. */
static void remind(const struct cli *cli, const char *name, bool in_agent)
{
	putc('\n', cli->out);
	fprintf(cli->out,
		_("Make a backup now, and keep it away from this machine: evx id backup %s FILE\n"),
		name);
	fputs(in_agent ? _("Without the keys nobody can open what is sealed to you alone.\n") :
			 _("Without the keys nobody can open what is sealed to you alone, or sign "
			   "as you.\n"),
		cli->out);
}

static int id_new(struct cli *cli, int argc, char **argv)
{
	struct evx_id_spec spec = { 0 };
	uint64_t work_factor = 0;
	const struct cli_option options[] = {
		{ "person", 0, CLI_TEXT, &spec.person, "P", "name the person, or the office itself",
			0, 0 },
		{ "organisation", 0, CLI_TEXT, &spec.organisation, "O",
			"name the office or company that the person acts for", 0, 0 },
		{ "country", 0, CLI_TEXT, &spec.country, "CC",
			"use two capital letters, such as GB (ISO 3166-1)", 0, 0 },
		{ "role", 0, CLI_TEXT, &spec.role, "R", "name the post or rank", 0, 0 },
		CLI_SIGNER_ROW(&spec.signer),
		{ "no-passphrase", 0, CLI_FLAG, &spec.no_passphrase, NULL,
			"protect the keys with no passphrase (mode 0600)", 0, 0 },
		{ "work-factor", 0, CLI_NUMBER, &work_factor, "N",
			"use scrypt work factor 2^N for the key files (default 18)", 1, 22 },
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_card_info card;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r != CLI_CONTINUE)
		return r;
	if (spec.person == NULL || spec.organisation == NULL || spec.country == NULL)
		return cli_options_misuse(
			cli, "Say who this is: --person, --organisation and --country.");
	if (spec.no_passphrase && cli->passphrase_file != NULL)
		return cli_options_misuse(
			cli, "Use --no-passphrase or --passphrase-file, not both.");
	spec.work_factor = (unsigned)work_factor;
	r = cli_home_open(cli, true, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_id_new(home, cli->args[0], &spec, &ask, &card, &diag);
	if (err == EVX_OK && (cli->json || !cli->quiet))
		print_identity(cli, cli->args[0], &card);
	if (err == EVX_OK && !cli->json && !cli->quiet)
		remind(cli, cli->args[0], spec.signer != NULL);
	return cli_id_finish(cli, home, err, &diag);
}

static enum evx_err list_one(
	void *ctx, const char *name, const struct evx_card_info *card, struct evx_id_keys keys)
{
	struct cli *cli = ctx;
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "name", name);
		cli_json_bool(&j, "passphrase", keys.has_passphrase);
		cli_json_bool(&j, "agent", keys.in_agent);
		cli_json_card(&j, "card", card);
		cli_json_end(&j);
		return EVX_OK;
	}
	cli_output_text(cli->out, name);
	fprintf(cli->out, "  %s  ", card->fingerprint);
	cli_output_card(cli->out, card);
	fprintf(cli->out, "%s%s%s\n", keys.in_agent ? _("  [agent]") : "",
		keys.has_passphrase ? "" : _("  [no passphrase]"),
		card->retired[0] != '\0' ? _("  [retired]") : "");
	return EVX_OK;
}

static int id_list(struct cli *cli, int argc, char **argv)
{
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 0, 0);

	if (r == CLI_CONTINUE)
		r = cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	if (home == NULL)
		return CLI_GOOD;
	return cli_id_finish(cli, home, evx_id_list(home, list_one, cli, &diag), &diag);
}

static int id_show(struct cli *cli, int argc, char **argv)
{
	struct evx_card_info card;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	struct evx_id_keys keys;
	struct cli_json j;
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_id_show(home, cli->args[0], &card, &keys, &diag);
	if (err == EVX_OK && cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "name", cli->args[0]);
		cli_json_bool(&j, "passphrase", keys.has_passphrase);
		cli_json_bool(&j, "agent", keys.in_agent);
		cli_json_card(&j, "card", &card);
		cli_json_end(&j);
	} else if (err == EVX_OK) {
		print_identity(cli, cli->args[0], &card);
		cli_output_field(cli->out, "keys",
			keys.has_passphrase ? _("encrypted with a passphrase") :
					      _("not encrypted"));
		if (keys.in_agent)
			cli_output_field(
				cli->out, "signs by", _("ssh-agent, which has the signing key"));
	}
	return cli_id_finish(cli, home, err, &diag);
}

static int id_card(struct cli *cli, int argc, char **argv)
{
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	char *text = NULL;
	struct cli_json j;
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_id_card(home, cli->args[0], &text, &diag);
	if (err == EVX_OK && cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "name", cli->args[0]);
		cli_json_text(&j, "text", text);
		cli_json_end(&j);
	} else if (err == EVX_OK) {
		fputs(text, cli->out);
	}
	free(text);
	return cli_id_finish(cli, home, err, &diag);
}

static const struct cli_command subcommands[] = {
	{ "id new",
		"NAME --person P --organisation O --country CC [--role R] [--signer "
		"agent:SHA256:…] [--no-passphrase] [--work-factor N]",
		NULL, id_new,
		"evx id new ann --person 'Ann Smith' --organisation Police --country GB" },
	{ "id list", "", NULL, id_list, "evx id list" },
	{ "id show", "NAME", NULL, id_show, "evx id show smith" },
	{ "id card", "NAME", NULL, id_card, "evx id card smith > smith.card" },
	{ "id passwd", "NAME [--new-passphrase-file FILE | --no-passphrase] [--work-factor N]",
		NULL, cli_id_passwd, "evx id passwd smith" },
	{ "id backup", "NAME FILE", NULL, cli_id_backup, "evx id backup smith smith.backup" },
	{ "id import", "FILE [--name NAME]", NULL, cli_id_import, "evx id import smith.backup" },
	{ "id retire", "NAME", NULL, cli_id_retire, "evx id retire smith" },
	{ "id always-to", "[CARD...]", NULL, cli_id_always_to, "evx id always-to safe.card" },
};

int cli_cmd_id(struct cli *cli, int argc, char **argv)
{
	return cli_options_subcommand(
		cli, "id", subcommands, sizeof(subcommands) / sizeof(subcommands[0]), argc, argv);
}
