/* evx log: the chain of custody, oldest event first. */
#include <string.h>

#include "cli.h"
#include "details.h"
#include "output.h"
#include "report.h"

/* The public fields of the event's type as a sentence's parts. */
static void fields(FILE *f, const struct evx_report_event *e)
{
	if (e->refers >= 0)
		fprintf(f, " of event %04d", e->refers);
	if (e->state != NULL)
		fprintf(f, ", %s", e->state);
	if (e->keeps != NULL)
		fprintf(f, ", keeps %s", e->keeps);
	if (e->reason != NULL)
		fprintf(f, ", %s", e->reason);
	if (e->inventoried >= 0)
		fputs(e->inventoried == 1 ? ", inventoried" : ", not inventoried", f);
	if (e->detached)
		fputs("  [in a receipt, not in the bundle]", f);
}

static void event(FILE *f, const struct evx_report_event *e)
{
	fprintf(f, "\n%04d  %s  ", e->number, e->time);
	cli_output_text(f, e->type);
	fields(f, e);
	fputs("\n      by ", f);
	cli_report_signer(f, e);
	if (e->nsigners > 1)
		fprintf(f, " and %zu more", e->nsigners - 1);
	if (e->party.fingerprint[0] != '\0') {
		fputs(strcmp(e->type, "take-over") == 0 ? "\n      for " : "\n      to ", f);
		cli_report_party(f, &e->party);
	}
	if (e->result != NULL)
		fprintf(f, "\n      found %s", e->result);
	fprintf(f, "\n      hash %s", e->hash);
	if (e->proven) {
		fputs("\n      ", f);
		cli_report_proof(f, e);
	}
	if (e->details_opened)
		cli_details_print(f, e->details_json, "      ");
	else
		fputs("\n      details: encrypted, not opened\n", f);
}

static int print(struct cli *cli, const struct evx_report *r)
{
	FILE *f = cli->out;
	size_t i;

	if (cli->json)
		return cli_report_exit_code(r);
	fprintf(f, "exhibit %s\n", r->seal_hash);
	for (i = 0; i < r->nevents; i++)
		event(f, &r->events[i]);
	putc('\n', f);
	cli_report_findings(f, r);
	cli_report_holding(f, r);
	cli_output_field(f, "read from", r->walked ? "all of its bytes" : "its index and small members only: run 'evx verify' to check it");
	return cli_report_exit_code(r);
}

int cli_cmd_log(struct cli *cli, int argc, char **argv)
{
	return cli_report_run(cli, argc, argv, CLI_REPORT_LOG, print);
}
