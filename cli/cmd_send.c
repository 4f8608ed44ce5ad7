/* evx send: exhibits over a remote to their receivers. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_event.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_shipment.h"
#include "cli_vault.h"

struct send_run {
	struct cli *cli;
	struct evx_send_options opt;
	struct cli_list to;
	struct cli_progress progress;
	const char *via, *signer;
	uint64_t rate;
	bool yes;
	bool mended; /* notes that were sent before were put again */
};

static void print_wrap(FILE *f, size_t n, bool custody_only)
{
	fputs("    ", f);
	fprintf(f,
		custody_only ? _("%zu of the receivers cannot open its custody details yet: key "
				 "files are added") :
			       _("%zu of the receivers cannot open it yet: key files are added"),
		n);
	fputc('\n', f);
}

static void print_plan(FILE *f, const struct evx_send_plan *p)
{
	fputs(_("This shipment goes to\n"), f);
	for (size_t i = 0; i < p->nto; i++) {
		fputs("  ", f);
		cli_output_card(f, &p->to[i]);
		fprintf(f, "\n    %s\n", p->to[i].fingerprint);
		if (i > 0)
			fprintf(f, "    %s\n", _("gets a copy, and has nothing to accept"));
	}
	fputs(_("and has\n"), f);
	for (size_t i = 0; i < p->nexhibits; i++) {
		const struct evx_send_exhibit *e = &p->exhibits[i];

		fputs("  ", f);
		cli_output_text(f, e->path);
		fputs("\n    ", f);
		fprintf(f, _("seal code %s"), e->seal_code);
		fputs("\n    ", f);
		cli_shipment_packs(f, e->packs, e->bytes);
		fputc('\n', f);
		if (e->released)
			fprintf(f, "    %s\n", _("is released to the receiver already"));
		if (e->nwrap > 0)
			print_wrap(f, e->nwrap, p->options->custody_only);
	}
	fputs(_("To be uploaded: "), f);
	cli_shipment_packs(f, p->missing, p->missing_bytes);
	if (p->options->invitation != NULL)
		fprintf(f, "\n%s",
			_("This goes by invitation: the answer does not come back over it."));
	fprintf(f, "\n%s\n",
		_("You sign the release. Only the receiver can accept it; you can take it back "
		  "until then (evx withdraw)."));
}

static bool confirm(void *ctx, const struct evx_send_plan *plan)
{
	struct send_run *run = ctx;
	bool yes;

	if (run->yes || !cli_prompt_possible())
		return true;
	cli_progress_hold(run->cli);
	print_plan(stderr, plan);
	yes = cli_prompt_yes(run->cli, "Send?");
	cli_progress_go_on(run->cli);
	return yes;
}

static void sent_flaw(void *ctx, const struct evx_sent_flaw *f)
{
	struct send_run *run = ctx;

	run->mended = run->mended || !f->lost;
	cli_shipment_sent_flaw(run->cli, f);
}

/* What became of a shipment that is on the remote now. */
static const char *became(const struct send_run *run, const struct evx_send_result *r)
{
	if (!r->again)
		return C_("shipment", "sent");
	return r->sent > 0  ? _("was sent before; what was missing was put there again") :
		run->mended ? _("was sent before; nothing else was sent") :
			      _("was sent before; nothing was sent again");
}

static void print(struct cli *cli, const struct send_run *run, const struct evx_send_result *r)
{
	FILE *f = cli->out;
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "shipment", r->shipment);
		cli_json_text(&j, "via", run->via);
		cli_json_bool(&j, "again", r->again);
		cli_json_count(&j, "exhibits", run->opt.nexhibits);
		cli_json_count(&j, "receivers", run->opt.nto > 0 ? run->opt.nto : 1);
		cli_json_count(&j, "packs_sent", r->sent);
		cli_json_size(&j, "bytes_sent", r->sent_bytes);
		cli_json_count(&j, "packs_there", r->there);
		cli_json_size(&j, "bytes_there", r->there_bytes);
		cli_json_size(&j, "parcel", r->parcel);
		cli_json_end(&j);
		return;
	}
	if (cli->quiet)
		return;
	fprintf(f, "%s  %s\n", r->shipment, became(run, r));
	fprintf(f, "  %s", _("uploaded "));
	cli_shipment_packs(f, r->sent, r->sent_bytes);
	if (r->there > 0) {
		fputs(_("; there already "), f);
		cli_shipment_packs(f, r->there, r->there_bytes);
	}
	fprintf(f, "\n  %s\n",
		run->opt.invitation != NULL ?
			_("The receiver runs: evx receive. Ask them for the receipt, and add it: "
			  "evx append") :
			_("The receiver runs: evx receive. To see the answer, run: evx receipts"));
}

static int send(struct cli *cli, struct send_run *run)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_send_result result;
	struct cli_shipment way;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	bool invited;
	int r = cli_shipment_open_to(cli, run->via, &invited, &way);

	if (r != CLI_CONTINUE)
		return r;
	if (!invited && run->opt.nto == 0) {
		cli_shipment_close(&way);
		return cli_options_misuse(cli, "Who is the receiver? Use --to CARD.");
	}
	way.remote.use.rate = run->rate;
	run->opt.remote = invited ? NULL : &way.entry;
	run->opt.invitation = invited ? run->via : NULL;
	run->opt.use = &way.remote.use;
	cli_progress_start_transfer(cli, &run->progress, "send");
	err = evx_send(
		way.home, &run->opt, &ask, run->progress.counters, cli->cancel, &result, &diag);
	cli_progress_stop(cli, &run->progress);
	cli_shipment_close(&way);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	cli_event_removed(
		cli, run->opt.nexhibits == 1 ? run->opt.exhibits[0] : "exhibits", result.removed);
	print(cli, run, &result);
	return CLI_GOOD;
}

int cli_cmd_send(struct cli *cli, int argc, char **argv)
{
	struct send_run run = { .cli = cli,
		.opt = { .confine = true, .confirm = confirm, .sent_flaw = sent_flaw } };
	struct evx_send_options *o = &run.opt;
	const struct cli_option options[] = {
		{ "to", 0, CLI_LIST, &run.to, "CARD",
			"name the receiver by their card; each further one gets a copy", 0, 0 },
		{ "via", 0, CLI_TEXT, &run.via, "REMOTE|FILE",
			"send over this remote: a name (evx remote add), a URL, or the file of an "
			"invitation (evx invite)",
			0, 0 },
		{ "as", 0, CLI_TEXT, &o->as, "NAME",
			"send as this identity (default: the only one)", 0, 0 },
		CLI_SIGNER_ROW(&run.signer),
		{ "keeps", 0, CLI_TEXT, &o->keeps, "nothing|copy",
			"say what the sender keeps (default: copy)", 0, 0 },
		{ "custody-only", 0, CLI_FLAG, &o->custody_only, NULL,
			"let those who cannot open an exhibit yet read its custody details only", 0,
			0 },
		{ "purpose", 0, CLI_TEXT, &o->purpose, "TEXT", "record what for", 0, 0 },
		{ "authority", 0, CLI_TEXT, &o->authority, "TEXT",
			"record the warrant or other legal authority", 0, 0 },
		{ "place", 0, CLI_TEXT, &o->place, "TEXT", "record where", 0, 0 },
		{ "notes", 0, CLI_TEXT, &o->notes, "TEXT", "record anything else", 0, 0 },
		{ "limit-rate", 0, CLI_SIZE, &run.rate, "SIZE",
			"move at most so many bytes a second", 1, UINT64_MAX },
		{ "reread", 0, CLI_FLAG, &o->reread, NULL,
			"read everything back from the medium and compare", 0, 0 },
		{ "yes", 'y', CLI_FLAG, &run.yes, NULL, "ask nothing before signing", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &cli->vault),
	};
	char **paths;
	size_t i;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, SIZE_MAX);

	if (r != CLI_CONTINUE)
		return r;
	if (run.via == NULL)
		return cli_options_misuse(
			cli, "Over which remote? Use --via NAME ('evx remote list' shows them).");
	o->ctx = &run;
	o->to = run.to.v;
	o->nto = run.to.n;
	o->exhibits = (const char *const *)cli->args;
	o->nexhibits = cli->nargs;
	r = cli_home_signer(cli, run.signer, &o->as);
	if (r != CLI_CONTINUE)
		return r;
	paths = calloc(cli->nargs, sizeof(*paths));
	if (paths == NULL)
		return cli_output_problem(cli, EVX_E_MEMORY, "send");
	for (i = 0; i < cli->nargs && r == CLI_CONTINUE; i++) {
		const char *given = cli->args[i];

		r = cli_vault_exhibit(cli, i, o->as);
		if (cli->args[i] != given) /* more of these than struct cli has room for */
			paths[i] = cli->lists[--cli->nlists];
	}
	if (r == CLI_CONTINUE)
		r = send(cli, &run);
	for (i = 0; i < cli->nargs; i++)
		free(paths[i]);
	free(paths);
	return r;
}
