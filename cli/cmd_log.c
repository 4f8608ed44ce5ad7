/* evx log: the chain of custody, oldest event first. */
#include "cli.h"
#include "details.h"
#include "output.h"
#include "report.h"

static int print(struct cli *cli, const struct evx_report *r)
{
	FILE *f = cli->out;
	size_t i;

	if (cli->json)
		return cli_report_exit_code(r);
	fprintf(f, "exhibit %s\n", r->seal_hash);
	for (i = 0; i < r->nevents; i++) {
		fprintf(f, "\n%04d  %s  ", r->events[i].number, r->events[i].time);
		cli_output_text(f, r->events[i].type);
		fputs("\n      by ", f);
		cli_report_signer(f, &r->events[i]);
		if (r->events[i].nsigners > 1)
			fprintf(f, " and %zu more", r->events[i].nsigners - 1);
		fprintf(f, "\n      hash %s", r->events[i].hash);
		if (r->events[i].proven) {
			fputs("\n      ", f);
			cli_report_proof(f, &r->events[i]);
		}
		if (r->events[i].details_opened)
			cli_details_print(f, r->events[i].details_json, "      ");
		else
			fputs("\n      details: encrypted, not opened\n", f);
	}
	putc('\n', f);
	cli_report_findings(f, r);
	cli_output_field(f, "read from", r->walked ? "all of its bytes" : "its index and small members only: run 'evx verify' to check it");
	return cli_report_exit_code(r);
}

int cli_cmd_log(struct cli *cli, int argc, char **argv)
{
	return cli_report_run(cli, argc, argv, false, print);
}
