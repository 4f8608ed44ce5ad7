/* evx receipts: what became of what was sent. */
#include <string.h>

#include "cli.h"
#include "cli_event.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_shipment.h"

#define OVERDUE 14 /* days: as long as a release may wait for its answer */

struct receipts_run {
	struct cli *cli;
	uint64_t overdue;
	size_t sent, open, late, failed, flawed, lost;
};

static void print_json(FILE *f, const struct evx_sent *s, bool late)
{
	struct cli_json j = cli_json_begin(f);

	cli_json_text(&j, "shipment", s->shipment);
	cli_json_text(&j, "state", evx_sent_state_name(s->state));
	cli_json_bool(&j, "overdue", late);
	cli_json_bool(&j, "new", s->fresh);
	cli_json_text(&j, "time", s->time);
	cli_json_count(&j, "days", s->days);
	cli_json_text(&j, "path", s->path);
	cli_json_text(&j, "uuid", s->uuid);
	cli_json_text(&j, "seal_hash", s->seal_hash);
	cli_json_text(&j, "seal_code", s->seal_code);
	if (s->invited)
		cli_json_bool(&j, "invited", true);
	cli_json_bool(&j, "known", s->known);
	if (s->known)
		cli_json_card(&j, "to", &s->to);
	else
		cli_json_text(&j, "fingerprint", s->to.fingerprint);
	if (s->why[0] != '\0')
		cli_json_text(&j, "why", s->why);
	cli_json_end(&j);
}

static enum evx_err print(void *ctx, const struct evx_sent *s)
{
	struct receipts_run *run = ctx;
	const bool late = s->state == EVX_SENT_OPEN && s->days >= run->overdue;
	char time[CLI_LAYOUT_TIME];
	FILE *f = run->cli->out;

	run->sent++;
	run->lost += s->state == EVX_SENT_LOST;
	run->open += s->state == EVX_SENT_OPEN;
	run->late += late;
	run->failed += s->why[0] != '\0';
	cli_event_removed(run->cli, s->path, s->removed);
	if (run->cli->json) {
		print_json(f, s, late);
		return ferror(f) ? EVX_E_IO : EVX_OK;
	}
	if (run->cli->quiet && !late && s->state != EVX_SENT_LOST && s->why[0] == '\0')
		return EVX_OK;
	fprintf(f, "%s  %s%s  ", s->shipment,
		late ? C_("shipment", "OVERDUE") : cli_shipment_became(s->state),
		s->fresh ? _(" (new)") : "");
	fprintf(f, C_("shipment", "sent %s"), cli_layout_time(s->time, false, time));
	fputs("\n  ", f);
	cli_output_text(f, s->path);
	fprintf(f, "\n  %s", C_("receiver", "to "));
	if (s->known)
		cli_output_card(f, &s->to);
	else
		fprintf(f, _("%s, whose card is not trusted here"), s->to.fingerprint);
	fputc('\n', f);
	if (s->invited && s->state == EVX_SENT_OPEN)
		cli_layout_paragraph(f, 0, 2,
			_("went by invitation: ask the receiver for the receipt, and add it (evx "
			  "append)"));
	if (s->state == EVX_SENT_LOST)
		cli_layout_paragraph(f, 0, 2,
			_("its note was changed on the remote, and cannot be read there: send "
			  "again (evx send)"));
	if (s->why[0] != '\0') {
		fprintf(f, "  %s", _("AN ANSWER CAME AND WAS NOT APPENDED: "));
		cli_output_text(f, s->why);
		fputc('\n', f);
	}
	return ferror(f) ? EVX_E_IO : EVX_OK;
}

static enum evx_err flawed(void *ctx, const struct evx_incoming *in)
{
	struct receipts_run *run = ctx;

	run->flawed++;
	if (run->cli->json)
		cli_shipment_json(run->cli->out, in);
	else
		cli_shipment_line(stderr, in);
	return EVX_OK;
}

static void sent_flaw(void *ctx, const struct evx_sent_flaw *f)
{
	struct receipts_run *run = ctx;

	run->lost += f->lost;
	cli_shipment_sent_flaw(run->cli, f);
}

int cli_cmd_receipts(struct cli *cli, int argc, char **argv)
{
	struct receipts_run run = { .cli = cli, .overdue = OVERDUE };
	struct evx_receipts_options opt = { .confine = true, .sent_flaw = sent_flaw, .ctx = &run };
	const char *via = NULL;
	const struct cli_option options[] = {
		{ "via", 0, CLI_TEXT, &via, "REMOTE",
			"look at this remote: a name or a URL (default: the only one)", 0, 0 },
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"look for what this identity sent (default: the only one)", 0, 0 },
		{ "overdue", 0, CLI_NUMBER, &run.overdue, "DAYS",
			"say OVERDUE of what waits this long for its answer (default: 14)", 1,
			36500 },
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct cli_shipment way;
	struct evx_diag diag = { 0 };
	bool none = false;
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 0);

	if (r == CLI_CONTINUE)
		r = cli_shipment_open_any(cli, via, &none, &way);
	if (r != CLI_CONTINUE)
		return r;
	opt.remote = none ? NULL : &way.entry;
	opt.use = &way.remote.use;
	err = evx_receipts(
		way.home, &opt, &ask, cli->cancel, print, flawed, &run, &confined, &diag);
	cli_shipment_close(&way);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &confined);
	if (none && run.sent == 0)
		return cli_shipment_no_remote(cli);
	if (!cli->json && !cli->quiet && run.sent == 0)
		fputs(_("Nothing was sent over this remote from here.\n"), cli->out);
	if (!cli->json && !cli->quiet)
		cli_shipment_mend(cli->out, run.flawed);
	return run.flawed + run.failed + run.late + run.lost > 0 ? CLI_INCOMPLETE : CLI_GOOD;
}
