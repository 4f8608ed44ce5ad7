/* evx dispose: the packs and key files of an exhibit are destroyed, its chain stays. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_event.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_question.h"
#include "cli_vault.h"

struct dispose {
	struct cli *cli;
	bool yes;
};

static bool confirm(void *ctx, const struct evx_dispose_info *info)
{
	const struct dispose *d = ctx;
	char bytes[CLI_THINGS_CAP], packs[CLI_THINGS_CAP];

	if (d->yes)
		return true;
	if (!cli_prompt_possible())
		return false;
	fputs(_("You are about to destroy:\n"), stderr);
	cli_question_exhibit(info->case_label, info->exhibit_number, true);
	cli_question_row("description", info->description);
	cli_question_row("seal code", info->seal_code);
	cli_question_row("uuid", info->uuid);
	fprintf(stderr,
		_("%s with %s and all key files will be destroyed. No program can bring them "
		  "back.\n"),
		cli_output_things(info->packs, "file", "files", packs),
		cli_output_things(info->bytes, "byte", "bytes", bytes));
	if (info->borrowed > 0)
		fprintf(stderr,
			_("First, %s of other exhibits will get a copy of the shared data.\n"),
			cli_output_things(info->borrowed, "pack", "packs", packs));
	return cli_prompt_yes(d->cli, "Destroy this exhibit?");
}

static void print(struct cli *cli, const struct evx_dispose_outcome *o)
{
	FILE *f = cli->out;
	char text[CLI_THINGS_CAP];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "uuid", o->info.uuid);
		cli_json_text(&j, "seal", o->info.seal_hash);
		cli_json_count(&j, "event", (uint64_t)o->event);
		cli_json_count(&j, "removed", o->removed);
		cli_json_count(&j, "made_whole", o->made_whole);
		cli_json_bool(&j, "went_on", o->info.begun);
		cli_json_bool(&j, "nothing_left", o->nothing_left);
		cli_json_end(&j);
		return;
	}
	if (cli->quiet)
		return;
	if (o->nothing_left) {
		fprintf(f, _("%s was disposed of before (entry %04d). Nothing was changed.\n"),
			o->info.uuid, o->event);
		return;
	}
	if (o->made_whole > 0)
		fprintf(f, _("%s of other exhibits got a copy of the shared data\n"),
			cli_output_things(o->made_whole, "pack", "packs", text));
	fprintf(f, _("DISPOSED OF  %s: entry %04d signed, %s removed, recorded in the vault log\n"),
		o->info.uuid, o->event, cli_output_things(o->removed, "file", "files", text));
	fputs(_("Not destroyed: exported bundles, copies and backups of the vault, key files that "
		"readers kept\nelsewhere, and bytes that the disk, flash memory or snapshots still "
		"hold.\nThe custody record stays, and says that the exhibit was destroyed.\n"),
		f);
}

/* A policy that asks for several signers: the event is signed as a draft, appended, and then
 * carried out. */
static int draft(struct cli *cli, struct evx_event_options *event,
	const struct evx_dispose_options *opt, const struct cli_list *also)
{
	int r = cli_vault_exhibit(cli, 0, opt->as);

	if (r != CLI_CONTINUE)
		return r;
	event->bundle = cli->args[0];
	event->type = EVX_EVENT_DISPOSE;
	event->as = opt->as;
	event->reason = opt->reason;
	event->notes = opt->notes;
	event->authority = opt->authority;
	event->place = opt->place;
	event->purpose = opt->purpose;
	event->also = also->v;
	event->nalso = also->n;
	return cli_event_record(cli, event);
}

static int carry_out(struct cli *cli, struct evx_dispose_options *opt)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_dispose_outcome out = { .event = 0 };
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	char *how;
	int r = CLI_CONTINUE;

	if (cli->args[0][strspn(cli->args[0], "0123456789abcdef-")] != '\0') /* UUIDs are for the
										library */
		r = cli_vault_exhibit(cli, 0, opt->as);
	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	opt->exhibit = cli->args[0];
	opt->invocation = how = cli_options_invocation(cli);
	err = evx_vault_dispose(home, opt, &ask, cli->cancel, &out, &diag);
	evx_home_free(home);
	free(how);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &out.confinement);
	print(cli, &out);
	return CLI_GOOD;
}

int cli_cmd_dispose(struct cli *cli, int argc, char **argv)
{
	struct dispose d = { cli, false };
	struct evx_dispose_options opt = { .confine = true, .confirm = confirm, .ctx = &d };
	struct evx_event_options event = { .bundle = NULL };
	struct cli_list also = { 0 };
	const char *vault = NULL;
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"sign as this holder, a content member of the vault (default: the only "
			"identity)",
			0, 0 },
		{ "reason", 0, CLI_TEXT, &opt.reason, "TEXT", "record why", 0, 0 },
		{ "authority", 0, CLI_TEXT, &opt.authority, "TEXT",
			"record the order or rule behind it", 0, 0 },
		{ "place", 0, CLI_TEXT, &opt.place, "TEXT", "record where", 0, 0 },
		{ "purpose", 0, CLI_TEXT, &opt.purpose, "TEXT", "record what for", 0, 0 },
		{ "notes", 0, CLI_TEXT, &opt.notes, "TEXT", "record anything else", 0, 0 },
		{ "yes", 'y', CLI_FLAG, &d.yes, NULL, "ask nothing", 0, 0 },
		{ "draft", 0, CLI_TEXT, &event.draft, "FILE",
			"only write the entry as a draft for others to sign", 0, 0 },
		{ "also", 0, CLI_LIST, &also, "CARD",
			"ask this person to sign, too (with --draft); may be repeated", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &vault),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	cli_output_hold(cli);
	if (r != CLI_CONTINUE)
		return r;
	opt.vault = cli_vault_path(cli, vault);
	if (opt.vault == NULL)
		return CLI_USAGE;
	cli->vault = opt.vault;
	if (also.n > 0 && event.draft == NULL)
		return cli_options_misuse(
			cli, "--also needs --draft FILE: others can sign only a draft.");
	if (event.draft != NULL)
		return draft(cli, &event, &opt, &also);
	if (!d.yes && !cli_prompt_possible())
		return cli_options_misuse(cli,
			"evx must ask before it goes on, and there is no terminal. Run the command "
			"in a terminal, or confirm with --yes.");
	return carry_out(cli, &opt);
}
