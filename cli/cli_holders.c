/* Who held an exhibit, from when to when. */
#include "cli_holders.h"

#include <string.h>

#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_report.h"
#include "cli_verdict.h"

#define INDENT 2

/* The entry that makes somebody the holder: the seal, an acceptance, a take-over, as far as they
 * count. */
static bool makes_holder(const struct evx_report_event *e)
{
	return e->counts &&
		(e->number == 0 || strcmp(e->type, "take-over") == 0 ||
			(strcmp(e->type, "accept") == 0 && e->refers >= 0));
}

/* The next such entry from `from` on, or -1. */
int cli_holders_next(const struct evx_report *r, size_t from)
{
	for (; from < r->nevents; from++)
		if (makes_holder(&r->events[from]))
			return (int)from;
	return -1;
}

/* What the library says of the holder now, and what the entries say, must be one thing. */
bool cli_holders_known(const struct evx_report *r)
{
	int at = cli_holders_next(r, 0), last = -1;

	for (; at >= 0; at = cli_holders_next(r, (size_t)at + 1))
		last = at;
	return last >= 0 && last == r->holding.since && r->holding.holder.fingerprint[0] != '\0';
}

/* Who accepts is the one whom the release names; a seal and a take-over make their signer the
 * holder. */
const struct evx_report_party *cli_holders_receiver(const struct evx_report *r, int from)
{
	const struct evx_report_event *e = &r->events[from];

	if (from == r->holding.since)
		return &r->holding.holder;
	return strcmp(e->type, "accept") == 0 ? &r->events[e->refers].party : NULL;
}

static void moment(FILE *f, const struct evx_report_event *e)
{
	char time[CLI_LAYOUT_TIME];

	fprintf(f, _("%s (entry %04d, "), cli_layout_time(e->time, false, time), e->number);
	cli_output_text(f, _(e->type));
	if (e->proven) {
		fprintf(f, _("; a time-stamp proves that it existed at %s"),
			cli_layout_time(e->proven_time, false, time));
	}
	putc(')', f);
}

static void until(FILE *f, const struct evx_report *r, int to)
{
	const struct evx_report_event *last = &r->events[r->nevents - 1];
	char time[CLI_LAYOUT_TIME];

	if (to >= 0) {
		moment(f, &r->events[to]);
	} else if (r->holding.disposal >= 0) {
		fputs(_("the disposal of the exhibit, "), f);
		moment(f, &r->events[r->holding.disposal]);
	} else {
		fprintf(f, _("the end of this record (entry %04d, %s)"), last->number,
			cli_layout_time(last->time, false, time));
	}
}

/* A release that was answered by an acceptance some time later. */
static void waiting(FILE *f, const struct evx_report *r, int to)
{
	const struct evx_report_event *e = &r->events[to];
	struct cli_layout_text t;

	if (strcmp(e->type, "accept") != 0 || !cli_layout_text_begin(&t))
		return;
	fputs(_("released at "), t.f);
	moment(t.f, &r->events[e->refers]);
	fputs(_("; from then to the acceptance the record does not show who had it"), t.f);
	fprintf(f, "%*s", 2 * INDENT, "");
	cli_layout_text_paragraph(&t, f, 3 * INDENT);
}

static void open_release(FILE *f, const struct evx_report *r)
{
	struct cli_layout_text t;

	if (r->holding.release < 0 || !cli_layout_text_begin(&t))
		return;
	fputs(_("released at "), t.f);
	moment(t.f, &r->events[r->holding.release]);
	fputs(_(", and not accepted yet"), t.f);
	fprintf(f, "%*s", 2 * INDENT, "");
	cli_layout_text_paragraph(&t, f, 3 * INDENT);
}

static void holder(FILE *f, const struct evx_report *r, int from, int to)
{
	const struct evx_report_party *party = cli_holders_receiver(r, from);
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	if (party != NULL)
		cli_verdict_party(t.f, party);
	else
		cli_verdict_signer(t.f, &r->events[from]);
	fprintf(f, "%*s", INDENT, "");
	cli_layout_text_paragraph(&t, f, 2 * INDENT);
	if (!cli_layout_text_begin(&t))
		return;
	fputs(C_("time", "from "), t.f);
	moment(t.f, &r->events[from]);
	fputs(C_("time", " to "), t.f);
	until(t.f, r, to);
	if (to >= 0 && strcmp(r->events[to].time, r->events[from].time) < 0)
		fputs(_(". The clock of one of the signers was wrong"), t.f);
	fprintf(f, "%*s", 2 * INDENT, "");
	cli_layout_text_paragraph(&t, f, 3 * INDENT);
	if (to >= 0)
		waiting(f, r, to);
	else
		open_release(f, r);
}

void cli_holders_print(FILE *f, const struct evx_report *r)
{
	int from = cli_holders_next(r, 0), to;

	if (!cli_holders_known(r))
		return;
	fputs(_("held by, by the clocks of those who signed\n"), f);
	for (; from >= 0; from = to) {
		to = cli_holders_next(r, (size_t)from + 1);
		holder(f, r, from, to);
	}
}

static void one_json(struct cli_json *j, const struct evx_report *r, int from, int to)
{
	const struct evx_report_party *party = cli_holders_receiver(r, from);
	const struct evx_report_event *e = &r->events[from], *end = to >= 0 ? &r->events[to] : NULL;

	cli_json_object(j, NULL);
	cli_json_text(j, "key", party != NULL ? party->fingerprint : e->signer);
	cli_json_bool(j, "trusted", party != NULL ? party->trusted : e->trusted);
	cli_json_count(j, "from", (uint64_t)from);
	cli_json_text(j, "from_time", e->time);
	if (e->proven)
		cli_json_text(j, "from_proven", e->proven_time);
	if (end != NULL) {
		cli_json_count(j, "to", (uint64_t)to);
		cli_json_text(j, "to_time", end->time);
		if (end->proven)
			cli_json_text(j, "to_proven", end->proven_time);
		if (strcmp(end->type, "accept") == 0) {
			cli_json_count(j, "release", (uint64_t)end->refers);
			cli_json_text(j, "release_time", r->events[end->refers].time);
		}
	}
	cli_json_close(j);
}

void cli_holders_json(struct cli_json *j, const struct evx_report *r)
{
	int from = cli_holders_next(r, 0), to;

	if (!cli_holders_known(r))
		return;
	cli_json_array(j, "holders");
	for (; from >= 0; from = to) {
		to = cli_holders_next(r, (size_t)from + 1);
		one_json(j, r, from, to);
	}
	cli_json_close(j);
}
