/* evx mirror: a copy of a vault on a remote, kept up to date. */
#include "cli.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_mirror.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_time.h"
#include "cli_vault.h"

struct mirror_run {
	struct evx_mirror_options opt;
	const char *via, *retain, *prune;
	uint64_t rate;
};

static void print_pruned(FILE *f, const struct evx_mirror_result *r)
{
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP];

	fprintf(f, _("  removed %s, %s, that only former states needed\n"),
		cli_output_things(r->removed, "object", "objects", a),
		cli_output_things(r->removed_bytes, "byte", "bytes", b));
	if (r->held > 0)
		cli_layout_say(f, 2, "%s left, because the remote keeps them until a date.",
			cli_output_things(r->held, "object was", "objects were", a));
	if (r->unread > 0)
		cli_layout_say(f, 2,
			"%s be read: lost, changed, or not for this key. What they need was left. "
			"If it is the key, name an identity that was a member then: --as NAME",
			cli_output_things(r->unread, "old note cannot", "old notes cannot", a));
	if (r->packs_left)
		cli_layout_say(f, 2,
			"Packs of former states were left, because shipments, other mirrors or old "
			"notes may need them.");
}

static void print(struct cli *cli, const struct evx_mirror_result *r, bool prune, int code)
{
	FILE *f = cli->out;
	char a[CLI_THINGS_CAP];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "mirror", r->mirror);
		cli_json_count(&j, "number", r->number);
		cli_json_bool(&j, "again", r->again);
		cli_json_bool(&j, "whole", r->whole);
		cli_json_count(&j, "files", r->files);
		cli_json_count(&j, "packs_sent", r->sent);
		cli_json_size(&j, "bytes_sent", r->sent_bytes);
		cli_json_count(&j, "packs_there", r->there);
		cli_json_size(&j, "bytes_there", r->there_bytes);
		cli_json_size(&j, "parcel", r->parcel);
		cli_json_count(&j, "not_kept", r->unkept);
		cli_json_count(&j, "removed", r->removed);
		cli_json_size(&j, "removed_bytes", r->removed_bytes);
		cli_json_count(&j, "held", r->held);
		cli_json_count(&j, "notes_unread", r->unread);
		cli_json_bool(&j, "packs_left", r->packs_left);
		cli_json_count(&j, "exit", (uint64_t)code);
		cli_json_end(&j);
		return;
	}
	fprintf(f, "%s  ", r->mirror);
	fprintf(f, C_("mirror", "note %u"), (unsigned)r->number);
	fprintf(f, "  %s\n  %s",
		r->again ? _("nothing is new in the vault") : _("the mirror is up to date"),
		_("uploaded "));
	cli_shipment_packs(f, r->sent, r->sent_bytes);
	fputs(_("; there already "), f);
	cli_shipment_packs(f, r->there, r->there_bytes);
	fputc('\n', f);
	if (prune)
		print_pruned(f, r);
	if (r->unkept > 0)
		cli_layout_say(f, 0,
			"NOT KEPT: the remote does not keep %s until that date. Run the same "
			"command again.",
			cli_output_things(r->unkept, "object", "objects", a));
}

static int mirror(struct cli *cli, struct mirror_run *run)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_mirror_result result;
	struct cli_progress progress;
	struct cli_shipment way;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_shipment_open(cli, run->via, &way);

	if (r != CLI_CONTINUE)
		return r;
	way.remote.use.rate = run->rate;
	run->opt.remote = &way.entry;
	run->opt.use = &way.remote.use;
	cli_progress_start_transfer(cli, &progress, "mirror");
	err = evx_mirror_make(
		way.home, &run->opt, &ask, progress.counters, cli->cancel, &result, &diag);
	cli_progress_stop(cli, &progress);
	cli_shipment_close(&way);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	r = result.unkept > 0 ? CLI_INCOMPLETE : CLI_GOOD;
	print(cli, &result, run->opt.prune != 0, r);
	return r;
}

int cli_cmd_mirror(struct cli *cli, int argc, char **argv)
{
	struct mirror_run run = {
		.opt = { .confine = true, .each = cli_mirror_complaint, .ctx = cli }
	};
	const char *vault = NULL;
	const struct cli_option options[] = {
		{ "via", 0, CLI_TEXT, &run.via, "REMOTE",
			"keep the copy on this remote: a name (evx remote add) or a URL", 0, 0 },
		{ "retain-until", 0, CLI_TEXT, &run.retain, "DATE",
			"have the store keep every object until then", 0, 0 },
		{ "prune", 0, CLI_TEXT, &run.prune, "WHEN",
			"also remove what only former states need, if they were replaced "
			"before then: 30d, YYYY-MM-DD",
			0, 0 },
		{ "anew", 0, CLI_FLAG, &run.opt.anew, NULL,
			"put all files again: the remote lost some, or its notes", 0, 0 },
		{ "as", 0, CLI_TEXT, &run.opt.as, "NAME",
			"sign as this content member (default: the only identity)", 0, 0 },
		{ "limit-rate", 0, CLI_SIZE, &run.rate, "SIZE",
			"move at most so many bytes a second", 1, UINT64_MAX },
		CLI_VAULT_OPTIONS(cli, &vault),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 1);

	cli_output_hold(cli);
	if (r != CLI_CONTINUE)
		return r;
	if (run.via == NULL)
		return cli_options_misuse(
			cli, "Over which remote? Use --via NAME ('evx remote list' shows them).");
	if (cli->nargs > 0 && vault != NULL)
		return cli_options_misuse(cli, "The vault is named twice. Name it once.");
	r = cli_mirror_until(cli, run.retain, &run.opt.until);
	if (r == CLI_CONTINUE && run.prune != NULL)
		r = cli_time_since(cli, "prune", run.prune, &run.opt.prune);
	if (r != CLI_CONTINUE)
		return r;
	run.opt.vault = cli_vault_path(cli, cli->nargs > 0 ? cli->args[0] : vault);
	return run.opt.vault == NULL ? CLI_USAGE : mirror(cli, &run);
}
