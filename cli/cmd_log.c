/* evx log: the chain of custody, oldest event first. */
#include <string.h>

#include "cli.h"
#include "cli_corrections.h"
#include "cli_details.h"
#include "cli_holders.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_report.h"
#include "cli_verdict.h"

#define IN 6 /* columns before what belongs to an entry */

/* The public fields of the event's type as a sentence's parts. */
static void fields(FILE *f, const struct evx_report_event *e)
{
	if (e->refers >= 0)
		fprintf(f, _(" of entry %04d"), e->refers);
	if (e->state != NULL)
		fprintf(f, ", %s", _(e->state));
	if (e->keeps != NULL)
		fprintf(f, _(", keeps %s"), _(e->keeps));
	if (e->reason != NULL)
		fprintf(f, ", %s", _(e->reason));
	if (e->inventoried >= 0)
		fputs(e->inventoried == 1 ? _(", inventoried") : _(", not inventoried"), f);
	if (e->result != NULL)
		fprintf(f, _(", found %s"), _(e->result));
	if (e->disclosed[0] != '\0')
		fprintf(f, _(" in bundle %s"), e->disclosed);
	if (e->detached)
		fputs(_("  [in a receipt, not in the bundle]"), f);
	if (e->claim)
		fputs(_("  [by somebody unknown: changes nothing]"), f);
	else if (e->is_void)
		fputs(_("  [not allowed: changes nothing]"), f);
}

/* What the entry is, who signed it, whom it names, what proves its time: a paragraph each. */
static void what(FILE *f, const struct evx_report_event *e)
{
	char time[CLI_LAYOUT_TIME];
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	fprintf(t.f, "%04d  %s  ", e->number, cli_layout_time(e->time, true, time));
	cli_output_text(t.f, _(e->type));
	fields(t.f, e);
	cli_layout_text_paragraph(&t, f, IN);
}

static void by(FILE *f, const struct evx_report_event *e)
{
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	fputs(C_("signer", "by "), t.f);
	cli_verdict_signer(t.f, e);
	if (e->nsigners > 1)
		fprintf(t.f, cli_language_number(" and %zu more", " and %zu more", e->nsigners - 1),
			e->nsigners - 1);
	fprintf(f, "%*s", IN, "");
	cli_layout_text_paragraph(&t, f, IN + 3);
}

static void to(FILE *f, const struct evx_report_event *e)
{
	struct cli_layout_text t;

	if (e->party.fingerprint[0] == '\0' || !cli_layout_text_begin(&t))
		return;
	fputs(strcmp(e->type, "take-over") == 0 ? C_("former holder", "for ") :
						  C_("receiver", "to "),
		t.f);
	cli_verdict_party(t.f, &e->party);
	fprintf(f, "%*s", IN, "");
	cli_layout_text_paragraph(&t, f, IN + 3);
}

static void proof(FILE *f, const struct evx_report_event *e)
{
	struct cli_layout_text t;

	if (!e->proven || !cli_layout_text_begin(&t))
		return;
	cli_report_proof(t.f, e);
	fprintf(f, "%*s", IN, "");
	cli_layout_text_paragraph(&t, f, IN);
}

static void key_and_hash(FILE *f, const struct evx_report_event *e)
{
	fprintf(f, "%*s", IN, "");
	fprintf(f, _("key %s\n"), e->signer);
	fprintf(f, "%*s", IN, "");
	fprintf(f, _("hash %s\n"), e->hash);
}

static void event(
	FILE *f, const struct evx_report *r, const struct evx_report_event *e, bool details)
{
	putc('\n', f);
	what(f, e);
	by(f, e);
	to(f, e);
	proof(f, e);
	if (details)
		key_and_hash(f, e);
	if (e->details_opened)
		cli_details_print(f, e->details_json, "      ");
	else if (details)
		fprintf(f, "%*s%s\n", IN, "", _("details: encrypted, not opened (--as NAME)"));
	cli_corrections_print(f, r, e->number, IN);
}

/* Of a disclosure: the record of what it is a part of, which has its own numbers. */
static void original(FILE *f, const struct evx_report *r, bool details)
{
	if (!r->origin.present)
		return;
	fputs(_("\nThe record of the exhibit that this is a part of:\n"), f);
	for (size_t i = 0; i < r->origin.nevents; i++) {
		const struct evx_report_event *e = &r->origin.events[i];

		putc('\n', f);
		what(f, e);
		by(f, e);
		to(f, e);
		proof(f, e);
		if (details)
			key_and_hash(f, e);
	}
}

static void branch_event(FILE *f, const char *rail, const struct evx_report_branch *b)
{
	char time[CLI_LAYOUT_TIME];

	fprintf(f, "%so %04d  %s  ", rail, b->number, cli_layout_time(b->time, true, time));
	cli_output_text(f, _(b->type));
	fprintf(f, _("  by %s  [receipt "), b->signer);
	cli_output_text(f, b->where);
	fputs("]\n", f);
}

/* The events of a branch behind event at of it, one line each; where it parts again, one branch is
 * drawn after the other. */
static void branch_rest(FILE *f, const struct evx_report *r, const char *rail, size_t at)
{
	size_t i;

	for (i = 0; i < r->nbranches; i++)
		if (r->branches[i].behind == (int)at) {
			branch_event(f, rail, &r->branches[i]);
			branch_rest(f, r, rail, i);
		}
}

/* The branches that leave the chain at event number. */
static void branches_at(FILE *f, const struct evx_report *r, int number)
{
	const struct evx_report_branch *b;
	size_t i;

	for (i = 0; i < r->nbranches; i++) {
		b = &r->branches[i];
		if (b->after != number)
			continue;
		fprintf(f, "|\\   %s\n",
			b->rightful ? _("two copies went on from here") :
				      _("FORK: no copy was made here"));
		branch_event(f, "| ", b);
		branch_rest(f, r, "| ", i);
	}
}

/* Events in receipts whose way back to the chain is not known. */
static void loose(FILE *f, const struct evx_report *r)
{
	size_t i;

	for (i = 0; i < r->nbranches; i++) {
		if (r->branches[i].after >= 0 || r->branches[i].behind >= 0)
			continue;
		fprintf(f, ":    %s\n", _("the entries between are not known here"));
		branch_event(f, "  ", &r->branches[i]);
		branch_rest(f, r, "  ", i);
	}
}

static void tail(FILE *f, const struct cli_report_request *request, const struct evx_report *r)
{
	cli_verdict_problems(f, r, 0);
	if (!request->details)
		return;
	putc('\n', f);
	cli_layout_row(f, 0, "seal hash", r->seal_hash);
	cli_report_holding(f, r);
	cli_report_findings(f, r);
}

static int draw(
	struct cli *cli, const struct cli_report_request *request, const struct evx_report *r)
{
	FILE *f = cli->out;
	const int code = cli_report_exit_code(r);
	const struct evx_report_event *e;
	char time[CLI_LAYOUT_TIME];
	size_t i;

	if (cli->json)
		return code;
	cli_verdict_head(f, r, code);
	putc('\n', f);
	for (i = 0; i < r->nevents; i++) {
		e = &r->events[i];
		fprintf(f, "%s %04d  %s  ", e->detached ? "o" : "*", e->number,
			cli_layout_time(e->time, true, time));
		cli_output_text(f, _(e->type));
		fields(f, e);
		fprintf(f, "  %s", C_("signer", "by "));
		cli_verdict_signer(f, e);
		putc('\n', f);
		branches_at(f, r, e->number);
	}
	loose(f, r);
	fputs(_("\n* in the bundle   o in a receipt\n"), f);
	tail(f, request, r);
	return code;
}

static int print(
	struct cli *cli, const struct cli_report_request *request, const struct evx_report *r)
{
	FILE *f = cli->out;
	const int code = cli_report_exit_code(r);
	size_t i;

	if (cli->json)
		return code;
	cli_verdict_head(f, r, code);
	cli_holders_print(f, r);
	for (i = 0; i < r->nevents; i++)
		event(f, r, &r->events[i], request->details);
	original(f, r, request->details);
	tail(f, request, r);
	return code;
}

int cli_cmd_log(struct cli *cli, int argc, char **argv)
{
	return cli_report_run(cli, argc, argv, CLI_REPORT_LOG, print, draw);
}
