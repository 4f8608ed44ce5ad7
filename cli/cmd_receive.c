/* evx receive: shipments from a remote into a vault or a directory. */
#include <string.h>

#include "cli.h"
#include "cli_claims.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_shipment.h"
#include "cli_vault.h"

struct receive_run {
	struct cli *cli;
	struct evx_receive_options opt;
	struct cli_progress progress;
	struct cli_claims claims;
	struct cli_list codes;
	const char *via, *accept;
	bool yes;
	int failed; /* exit code of a shipment that failed; 0: none did */
	size_t lost;
};

static void row(FILE *f, const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	fputs("    ", f);
	cli_layout_label(f, CLI_LAYOUT_LABEL, label);
	cli_output_text(f, text);
	fputc('\n', f);
}

static void print_shipment(FILE *f, const struct evx_incoming_shipment *s)
{
	char time[CLI_LAYOUT_TIME];

	fprintf(f, _("Shipment %s, signed %s"), s->note->shipment,
		cli_layout_time(s->note->time, false, time));
	fprintf(f, "\n  %s", C_("sender", "from "));
	cli_output_card(f, &s->note->from);
	fprintf(f, "\n    %s%s\n", s->note->from.fingerprint,
		s->note->known ? "" :
				 _("  NOT TRUSTED HERE: compare it with the sender, by phone"));
	for (size_t i = 0; i < s->nexhibits; i++) {
		const struct evx_incoming_exhibit *e = &s->exhibits[i];

		fprintf(f, "  %s\n", e->uuid);
		row(f, L_("seal code"), e->seal_code);
		row(f, L_("case"), e->case_label);
		row(f, L_("exhibit"), e->number);
		row(f, L_("description"), e->description);
		row(f, L_("purpose"), e->purpose);
		row(f, L_("authority"), e->authority);
		fputs("    ", f);
		cli_layout_label(f, CLI_LAYOUT_LABEL, "size");
		cli_shipment_packs(f, e->packs, e->bytes);
		fputc('\n', f);
		row(f, L_("custody"), e->why);
		if (!e->opens)
			fprintf(f, "    %s\n", _("your key does not open its contents"));
		if (e->answered)
			fprintf(f, "    %s\n", _("you answered this release before"));
		else if (!e->released)
			fprintf(f, "    %s\n", _("nothing to accept: this is a copy for you"));
	}
}

/* What the user says to a shipment that was shown. */
static enum evx_receive_answer decide(struct receive_run *run)
{
	const bool refuse = run->opt.reason != NULL, told = refuse || run->accept != NULL;
	const char *question = refuse ? N_("Refuse?") :
		run->accept != NULL   ? N_("Accept?") :
					N_("Take it in, and sign that you accept it (contents not "
					     "compared with the list)?");

	if (!told && !cli_prompt_possible())
		return EVX_RECEIVE_LATER;
	if (!(told && run->yes) && cli_prompt_possible() && !cli_prompt_yes(run->cli, question))
		return EVX_RECEIVE_LATER;
	return refuse ? EVX_RECEIVE_REFUSE : EVX_RECEIVE_ACCEPT;
}

static enum evx_receive_answer answer(void *ctx, const struct evx_incoming_shipment *s)
{
	struct receive_run *run = ctx;
	const bool told = run->opt.reason != NULL || run->accept != NULL;
	enum evx_receive_answer said;

	cli_progress_hold(run->cli);
	if (!told || (!run->cli->quiet && !run->cli->json))
		print_shipment(stderr, s);
	said = decide(run);
	cli_progress_go_on(run->cli);
	return said;
}

static bool confirm_claims(void *ctx, const struct evx_claim_info *claims, size_t n)
{
	struct receive_run *run = ctx;

	return cli_claims_confirm(&run->claims, claims, n);
}

static enum evx_err print(void *ctx, const struct evx_received *r)
{
	struct receive_run *run = ctx;
	FILE *f = run->cli->out;
	struct cli_json j;

	if (run->cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "shipment", r->shipment);
		cli_json_text(&j, "uuid", r->uuid);
		cli_json_text(&j, "seal_hash", r->seal_hash);
		cli_json_text(&j, "seal_code", r->seal_code);
		cli_json_text(&j, "answer",
			r->answer == EVX_RECEIVE_REFUSE ? "refused" :
				r->event >= 0           ? "accepted" :
							  "copy");
		if (r->path[0] != '\0')
			cli_json_text(&j, "path", r->path);
		if (r->event >= 0)
			cli_json_count(&j, "event", (uint64_t)r->event);
		if (r->receipt != NULL)
			cli_json_text(&j, "receipt", r->receipt);
		cli_json_count(&j, "packs", r->packs);
		cli_json_size(&j, "bytes", r->bytes);
		cli_json_count(&j, "exit", (uint64_t)r->exit_class);
		if (r->why[0] != '\0')
			cli_json_text(&j, "why", r->why);
		cli_json_end(&j);
		return ferror(f) ? EVX_E_IO : EVX_OK;
	}
	if (run->cli->quiet)
		return EVX_OK;
	cli_progress_hold(run->cli);
	fprintf(f, "%s  %s", r->uuid,
		r->answer == EVX_RECEIVE_REFUSE ? C_("exhibit", "refused") :
			r->event >= 0           ? C_("exhibit", "accepted") :
						  _("received; there was nothing to accept"));
	if (r->event >= 0)
		fprintf(f, _(" in entry %04d"), r->event);
	fputs("\n  ", f);
	cli_layout_label(f, CLI_LAYOUT_LABEL, "seal code");
	fprintf(f, "%s\n", r->seal_code);
	if (r->path[0] != '\0')
		cli_output_field(f, "  stands in", r->path);
	cli_output_field(f, "  custody", r->why);
	if (r->receipt != NULL && r->answer == EVX_RECEIVE_REFUSE)
		fprintf(f, "  %s\n%s",
			_("This came by invitation: the sender cannot read an answer here. Send "
			  "them this receipt:"),
			r->receipt);
	else if (r->receipt != NULL)
		fprintf(f, "  %s\n",
			_("This came by invitation: the sender cannot read an answer here. Send "
			  "them the receipt: evx receipt export"));
	cli_progress_go_on(run->cli);
	return ferror(f) ? EVX_E_IO : EVX_OK;
}

static enum evx_err flawed(void *ctx, const struct evx_incoming *in)
{
	struct receive_run *run = ctx;

	cli_progress_hold(run->cli);
	if (run->cli->json)
		cli_shipment_json(run->cli->out, in);
	else
		cli_shipment_line(stderr, in);
	cli_progress_go_on(run->cli);
	return EVX_OK;
}

static enum evx_err failed(
	void *ctx, const char *shipment, enum evx_err err, const struct evx_diag *diag)
{
	struct receive_run *run = ctx;
	struct evx_diag in = *diag;
	int code;

	cli_progress_hold(run->cli);
	(void)evx_diag_in(&in, shipment, err);
	code = cli_output_error(run->cli, err, &in);
	cli_progress_go_on(run->cli);
	/* Bad before incomplete. */
	if (run->failed == 0 || code == CLI_BAD)
		run->failed = code;
	return EVX_OK;
}

static void sent_flaw(void *ctx, const struct evx_sent_flaw *f)
{
	struct receive_run *run = ctx;

	run->lost += f->lost;
	cli_shipment_sent_flaw(run->cli, f);
}

static int receive(struct cli *cli, struct receive_run *run)
{
	const struct evx_receive_tell tell = { print, flawed, failed, run };
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_receive_result result;
	struct cli_shipment way;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_shipment_open(cli, run->via, &way);

	if (r != CLI_CONTINUE)
		return r;
	run->opt.remote = &way.entry;
	run->opt.use = &way.remote.use;
	run->claims = (struct cli_claims){ cli, run->yes, _("the shipment") };
	cli_progress_start_transfer(cli, &run->progress, "receive");
	err = evx_receive(way.home, &run->opt, &ask, run->progress.counters, cli->cancel, &tell,
		&result, &diag);
	cli_progress_stop(cli, &run->progress);
	cli_shipment_close(&way);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	if (!cli->json && !cli->quiet &&
		result.shipments + result.left + result.failed + result.flawed == 0)
		fputs(_("No shipment waits for you here.\n"), cli->out);
	if (!cli->json && !cli->quiet)
		cli_shipment_mend(stderr, result.flawed);
	if (result.left > 0 && !cli->json)
		fprintf(stderr,
			cli_language_number(
				"Nothing was taken in of %zu shipment. To accept: --accept "
				"not-inventoried or --accept inventoried. To refuse: --refuse "
				"REASON.\n",
				"Nothing was taken in of %zu shipments. To accept: --accept "
				"not-inventoried or --accept inventoried. To refuse: --refuse "
				"REASON.\n",
				result.left),
			result.left);
	if (run->failed != 0)
		return run->failed;
	if (result.exit_class != 0)
		return result.exit_class;
	return result.left + result.flawed + run->lost > 0 ? CLI_INCOMPLETE : CLI_GOOD;
}

static int check(struct cli *cli, struct receive_run *run)
{
	struct evx_receive_options *o = &run->opt;

	if (run->accept != NULL && o->reason != NULL)
		return cli_options_misuse(cli, "Use --accept or --refuse, not both.");
	if (run->accept != NULL && strcmp(run->accept, "inventoried") != 0 &&
		strcmp(run->accept, "not-inventoried") != 0)
		return cli_options_misuse(
			cli, "Use --accept inventoried or --accept not-inventoried.");
	if (o->into != NULL && o->output != NULL)
		return cli_options_misuse(cli, "Use --into VAULT or -o DIR, not both.");
	if (o->output != NULL && o->case_name != NULL)
		return cli_options_misuse(cli, "--case is for exhibits that go into a vault.");
	o->inventoried = run->accept != NULL && strcmp(run->accept, "inventoried") == 0;
	if (o->output == NULL && o->into == NULL)
		o->into = cli_vault_path_optional(NULL);
	if (o->output == NULL && o->into == NULL)
		return cli_options_misuse(cli,
			"Where should the exhibits go? Use --into VAULT, or -o DIR for bundles.");
	return CLI_CONTINUE;
}

int cli_cmd_receive(struct cli *cli, int argc, char **argv)
{
	struct receive_run run = { .cli = cli,
		.opt = { .confine = true,
			.answer = answer,
			.confirm_claims = confirm_claims,
			.sent_flaw = sent_flaw } };
	struct evx_receive_options *o = &run.opt;
	const struct cli_option options[] = {
		{ "via", 0, CLI_TEXT, &run.via, "REMOTE",
			"receive over this remote: a name or a URL (default: the only one)", 0, 0 },
		{ "into", 0, CLI_TEXT, &o->into, "VAULT",
			"take the exhibits into this vault (default: yours, where there is one)", 0,
			0 },
		CLI_FOUNDER_OPTION(cli),
		{ "output", 'o', CLI_TEXT, &o->output, "DIR",
			"write the exhibits as bundles into this directory; it is made if it is "
			"not there",
			0, 0 },
		{ "case", 0, CLI_TEXT, &o->case_name, "CASE", "file new exhibits in this case", 0,
			0 },
		{ "accept", 0, CLI_TEXT, &run.accept, "inventoried|not-inventoried",
			"accept, and say whether the contents were compared with the list", 0, 0 },
		{ "code", 0, CLI_LIST, &run.codes, "CODE",
			"compare the seal code on paper; another exhibit is not taken in; may be "
			"repeated",
			0, 0 },
		{ "refuse", 0, CLI_TEXT, &o->reason, "REASON", "refuse, and record why", 0, 0 },
		{ "as", 0, CLI_TEXT, &o->as, "NAME",
			"receive as this identity (default: the only one)", 0, 0 },
		{ "place", 0, CLI_TEXT, &o->place, "TEXT", "record where", 0, 0 },
		{ "notes", 0, CLI_TEXT, &o->notes, "TEXT", "record anything else", 0, 0 },
		{ "yes", 'y', CLI_FLAG, &run.yes, NULL, "ask nothing before signing", 0, 0 },
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, SIZE_MAX);

	if (r == CLI_CONTINUE)
		r = check(cli, &run);
	if (r != CLI_CONTINUE)
		return r;
	o->ctx = &run;
	o->shipments = (const char *const *)cli->args;
	o->nshipments = cli->nargs;
	o->codes = run.codes.v;
	o->ncodes = run.codes.n;
	o->jobs = (unsigned)cli->jobs;
	return receive(cli, &run);
}
