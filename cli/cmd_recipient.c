/* evx recipient: let others open an exhibit, too, and tell who can. */
#include "cli.h"
#include "cli_event.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_recipient.h"
#include "cli_seal_result.h"
#include "cli_vault.h"

#define FIELD 14 /* columns of a label */

struct confirming {
	struct cli *cli;
	bool yes;
};

static bool confirm(void *ctx, const struct evx_reader_info *readers, size_t n)
{
	const struct confirming *c = ctx;

	if (c->yes || c->cli->quiet || !cli_prompt_possible())
		return true;
	fputs("These keys will be able to open the exhibit, too. Existing readers keep their "
	      "access:\n",
		stderr);
	cli_seal_result_readers(stderr, readers, n);
	return cli_prompt_yes(c->cli, "Sign?");
}

int cli_recipient_add(struct cli *cli, struct evx_event_options *opt, bool yes)
{
	struct confirming c = { cli, yes };

	opt->type = EVX_EVENT_REWRAP;
	opt->confirm = confirm;
	opt->confirm_ctx = &c;
	return cli_event_record(cli, opt);
}

static int recipient_add(struct cli *cli, int argc, char **argv)
{
	struct evx_event_options opt = { .bundle = NULL };
	struct cli_list to = { NULL, 0 }, custody_to = { NULL, 0 };
	bool yes = false;
	const struct cli_option options[] = {
		{ "to", 0, CLI_LIST, &to, "CARD",
			"let this person open the contents; may be repeated", 0, 0 },
		{ "custody-to", 0, CLI_LIST, &custody_to, "CARD",
			"let this person read the custody details only; may be repeated", 0, 0 },
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"sign as this identity, the holder (default: the only one)", 0, 0 },
		{ "purpose", 0, CLI_TEXT, &opt.purpose, "TEXT", "record what for", 0, 0 },
		{ "authority", 0, CLI_TEXT, &opt.authority, "TEXT",
			"record the warrant or other legal authority", 0, 0 },
		{ "receipt", 0, CLI_TEXT, &opt.receipt, "FILE", "write a receipt, too", 0, 0 },
		{ "yes", 'y', CLI_FLAG, &yes, NULL, "ask nothing before signing", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &cli->vault),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	cli_output_hold(cli);
	if (r == CLI_CONTINUE && to.n + custody_to.n == 0)
		r = cli_options_misuse(cli,
			"Nobody was named. Say who may open the exhibit: --to CARD or --custody-to "
			"CARD.");
	if (r == CLI_CONTINUE)
		r = cli_vault_exhibit(cli, 0, opt.as);
	if (r != CLI_CONTINUE)
		return r;
	opt.bundle = cli->args[0];
	opt.readers_to = to.v;
	opt.nreaders_to = to.n;
	opt.custody_to = custody_to.v;
	opt.ncustody_to = custody_to.n;
	return cli_recipient_add(cli, &opt, yes);
}

static enum evx_err print_one(void *ctx, const struct evx_reader_info *reader, int since)
{
	struct cli *cli = ctx;
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_card(&j, "card", &reader->card);
		cli_json_text(&j, "tier", reader->content ? "content" : "custody");
		cli_json_bool(&j, "vault", reader->vault);
		cli_json_bool(&j, "other_key", reader->other_key);
		cli_json_count(&j, "since", (uint64_t)since);
		cli_json_end(&j);
	} else {
		fprintf(cli->out, "%04d  ", since);
		cli_layout_cell(cli->out, 7,
			reader->content ? C_("member", "content") : C_("member", "custody"));
		fputs("  ", cli->out);
		if (reader->card.fingerprint[0] != '\0') {
			fprintf(cli->out, "%s  ", reader->card.fingerprint);
			cli_output_card(cli->out, &reader->card);
		} else {
			cli_output_text(cli->out,
				reader->card.person[0] != '\0' ? reader->card.person :
								 reader->card.encryption);
		}
		if (reader->other_key)
			fputs(_("  NOT THIS PERSON'S KEY: the trusted card has another key"),
				cli->out);
		putc('\n', cli->out);
	}
	return ferror(cli->out) ? EVX_E_IO : EVX_OK;
}

static void print_counts(struct cli *cli, const struct evx_recipient_counts *c)
{
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_count(&j, "content_readers", c->content);
		cli_json_count(&j, "content_key_file", (uint64_t)c->content_event);
		cli_json_count(&j, "custody_readers", c->custody);
		cli_json_count(&j, "custody_key_file", (uint64_t)c->custody_event);
		cli_json_end(&j);
		return;
	}
	cli_layout_label(cli->out, FIELD, "contents");
	fprintf(cli->out, _("up to %s open it, by %s; the newest is of entry %04d\n"),
		cli_output_things(c->content, "key can", "keys can", a),
		cli_output_things(c->content_files, "key file", "key files", b), c->content_event);
	cli_layout_label(cli->out, FIELD, "custody");
	fprintf(cli->out, _("up to %s open it, by %s; the newest is of entry %04d\n"),
		cli_output_things(c->custody, "key can", "keys can", a),
		cli_output_things(c->custody_files, "key file", "key files", b), c->custody_event);
}

static int recipient_list(struct cli *cli, int argc, char **argv)
{
	const char *as = NULL;
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &as, "NAME",
			"show names as this identity can open them (default: only how many)", 0,
			0 },
		CLI_VAULT_OPTIONS(cli, &cli->vault),
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_recipient_counts counts;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_vault_exhibit(cli, 0, as);
	if (r == CLI_CONTINUE)
		r = as != NULL ? cli_home_open(cli, false, &home) :
				 cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_recipient_list(
		home, cli->args[0], as, &ask, true, print_one, cli, &counts, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &counts.confinement);
	if (as != NULL && !cli->json)
		fputs(_("The entries say so. Only their signers confirm these names.\n"), cli->out);
	print_counts(cli, &counts);
	return counts.goes_on ? cli_output_goes_on(cli, cli->args[0]) : CLI_GOOD;
}

static const struct cli_command subcommands[] = {
	{ "recipient add",
		"X (--to CARD | --custody-to CARD)... [--as NAME] [--purpose TEXT] [--authority "
		"TEXT] [--receipt FILE] [--yes] [--vault DIR]",
		NULL, recipient_add, "evx recipient add phone.evx --to court.card" },
	{ "recipient list", "X [--as NAME] [--vault DIR]", NULL, recipient_list,
		"evx recipient list phone.evx --as smith" },
};

int cli_cmd_recipient(struct cli *cli, int argc, char **argv)
{
	return cli_options_subcommand(cli, "recipient", subcommands,
		sizeof(subcommands) / sizeof(subcommands[0]), argc, argv);
}
