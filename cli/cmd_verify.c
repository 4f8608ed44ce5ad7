/* evx verify: everything about a bundle, findings first and the verdict last. */
#include "cli.h"
#include "cli_output.h"
#include "cli_report.h"

/* The last line, by exit code. */
static const char *verdict(const struct evx_report *r)
{
	switch (r->exit_class) {
	case CLI_GOOD:
		return "GOOD: what was checked is as it was sealed.";
	case CLI_BAD:
		return r->data == EVX_GRADE_BROKEN ?
			"BAD: this bundle is not as it was sealed." :
			"BAD: the data is as it was sealed, but custody or trust is broken.";
	case CLI_NEWER:
		return "NOT JUDGED: parts of it are newer than this program.";
	case CLI_CUSTODY:
		if (cli_report_goes_on(r))
			return "BUNDLE GOOD, but this file goes on behind its end: nobody signed "
			       "what stands there. Copy the bundle alone before you use it.";
		return r->trust == EVX_GRADE_NOT_CHECKED ?
			"DATA GOOD, but whose key signed was not compared with any card: name one "
			"with --trust CARD." :
			"DATA GOOD, but custody or trust has an open question.";
	default:
		if (r->holding.disposal >= 0 && cli_report_has(r, "D-DISPOSED"))
			return "DISPOSED OF: its chain says so, and there is nothing left to check "
			       "the data by.";
		return "NOT JUDGED: it could not be checked to the end.";
	}
}

static void line(FILE *f, const char *text)
{
	cli_output_text(f, text);
	putc('\n', f);
}

static void signers(FILE *f, const struct evx_report *r)
{
	size_t i;

	for (i = 0; i < r->nevents; i++) {
		fprintf(f, "%04d %s signed by ", r->events[i].number, r->events[i].type);
		cli_report_signer(f, &r->events[i]);
		putc('\n', f);
		if (r->events[i].proven) {
			fputs("     ", f);
			cli_report_proof(f, &r->events[i]);
			putc('\n', f);
		}
	}
}

static int print(struct cli *cli, const struct evx_report *r)
{
	FILE *f = cli->out;
	char bytes[CLI_THINGS_CAP], files[CLI_THINGS_CAP];
	size_t i;

	if (cli->json)
		return r->exit_class;
	cli_report_findings(f, r);
	for (i = 0; i < r->nnot_checked; i++)
		cli_output_field(f, "not checked", r->not_checked[i]);
	signers(f, r);
	cli_output_field(f, "uuid", r->uuid);
	cli_output_field(f, "seal hash", r->seal_hash);
	cli_output_field(f, "seal code", r->seal_code);
	if (r->deep)
		fprintf(f, "%-14s%s, %s\n", "opened",
			cli_output_things(r->deep_files, "file", "files", files),
			cli_output_things(r->deep_bytes, "byte", "bytes", bytes));
	if (r->seal_hash[0] != '\0' && !r->complete)
		cli_output_field(f, "NOT COMPLETE",
			"so the seal says: part of the source could not be read, changed while it "
			"was read, or was left out");
	cli_report_holding(f, r);
	line(f, r->data_text);
	line(f, r->custody_text);
	line(f, r->trust_text);
	fprintf(f, "%s\n", verdict(r));
	return r->exit_class;
}

int cli_cmd_verify(struct cli *cli, int argc, char **argv)
{
	return cli_report_run(cli, argc, argv, CLI_REPORT_VERIFY, print, NULL);
}
