/* evx show: what a bundle is, from its index, without reading its packs. */
#include <string.h>

#include "cli.h"
#include "cli_details.h"
#include "cli_output.h"
#include "cli_report.h"

static void count_field(FILE *f, const char *label, uint64_t v)
{
	char n[CLI_NUMBER_CAP];

	cli_output_field(f, label, cli_output_count(v, n));
}

/* The readers of the newest key files, where a rewrap brought them. */
static void rewrapped(FILE *f, const struct evx_report *r)
{
	const struct evx_report_key_file *content = &r->newest_content,
					 *custody = &r->newest_custody;

	if (content->event > 0 && content->event == custody->event) {
		fprintf(f,
			"%-14s%zu can open the evidence, %zu the custody details, with the key "
			"files of event %04d\n",
			"rewrapped", content->readers, custody->readers, custody->event);
		return;
	}
	if (content->event > 0)
		fprintf(f, "%-14s%zu can open the evidence with the key file of event %04d\n",
			"rewrapped", content->readers, content->event);
	if (custody->event > 0)
		fprintf(f,
			"%-14s%zu can open the custody details with the key file of event %04d\n",
			"rewrapped", custody->readers, custody->event);
}

static void keys(FILE *f, const struct evx_report *r)
{
	cli_output_field(f, "custody key", r->custody_key);
	cli_output_field(f, "content key", r->content_key);
	fprintf(f, "%-14s%zu can open the evidence, %zu the custody details\n", "readers",
		r->content_readers, r->custody_readers);
	rewrapped(f, r);
	if (strcmp(r->details_key, r->custody_key) != 0)
		cli_output_field(f, "details key", r->details_key);
}

/* For a court file: with it, age opens every event's details. */
static void reveal(struct cli *cli, const struct evx_report *r)
{
	const char *line;
	size_t n;

	if (r->revealed == NULL)
		return;
	cli_output_warn(cli,
		"this prints a SECRET KEY: who has it reads the custody details of this exhibit, "
		"past and future (until a rewrap brings a new "
		"custody key), for ever. It opens no evidence and signs nothing.");
	for (line = r->revealed; !cli->json && *line != '\0'; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		fprintf(cli->out, "%-14s%.*s\n", "SECRET KEY", (int)n, line);
	}
}

static int print(struct cli *cli, const struct evx_report *r)
{
	FILE *f = cli->out;

	if (cli->json) {
		reveal(cli, r);
		return cli_report_exit_code(r);
	}
	cli_output_field(f, "uuid", r->uuid);
	cli_output_field(f, "seal hash", r->seal_hash);
	cli_output_field(f, "seal code", r->seal_code);
	cli_output_field(f, "case", r->public_case);
	cli_output_field(f, "exhibit", r->public_exhibit);
	cli_output_field(f, "shape", r->shape);
	cli_output_field(f, "complete",
		r->complete ? "yes" :
			      "no: part of the source could not be read, changed, or was left out");
	if (r->nevents > 0) {
		cli_output_field(f, "sealed", r->events[0].time);
		fprintf(f, "%-14s", "signed by");
		cli_report_signer(f, &r->events[0]);
		putc('\n', f);
		if (r->events[0].proven) {
			fprintf(f, "%-14s", "proven");
			cli_report_proof(f, &r->events[0]);
			putc('\n', f);
		}
	}
	keys(f, r);
	count_field(f, "bundle bytes", r->bundle_bytes);
	count_field(f, "as sealed", r->sealed_bytes);
	cli_output_field(f, "sealed sha256", r->sealed_sha256);
	cli_output_field(f, "file sha256", r->present_sha256);
	count_field(f, "packs", r->packs);
	count_field(f, "payload bytes", r->payload_bytes);
	count_field(f, "events", r->nevents);
	cli_output_field(f, "head", r->head);
	if (r->nevents > 0 && r->events[0].details_opened) {
		fputs("particulars", f);
		cli_details_print(f, r->events[0].details_json, "  ");
	}
	cli_report_findings(f, r);
	cli_report_holding(f, r);
	reveal(cli, r);
	cli_output_field(f, "read from",
		r->walked ? "all of its bytes" :
			    "its index and small members only: run 'evx verify' to check it");
	return cli_report_exit_code(r);
}

int cli_cmd_show(struct cli *cli, int argc, char **argv)
{
	return cli_report_run(cli, argc, argv, CLI_REPORT_SHOW, print, NULL);
}
