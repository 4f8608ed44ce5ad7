/* evx verify: everything about a bundle, the verdict first; one line each of several. */
#include "cli.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_report.h"
#include "cli_verdict.h"

static void entries(FILE *f, const struct evx_report *r)
{
	struct cli_layout_text t;
	char time[CLI_LAYOUT_TIME];
	size_t i;

	for (i = 0; i < r->nevents; i++) {
		const struct evx_report_event *e = &r->events[i];

		fprintf(f, _("entry %04d  %s, "), e->number, cli_layout_time(e->time, true, time));
		cli_output_text(f, _(e->type));
		putc('\n', f);
		cli_report_signer(f, L_("  signed by"), e);
		cli_layout_row(f, 2, "hash", e->hash);
		if (!e->proven || !cli_layout_text_begin(&t))
			continue;
		cli_report_proof(t.f, e);
		cli_layout_text_row(&t, f, 2, "proven");
	}
}

static void details(FILE *f, const struct evx_report *r)
{
	char bytes[CLI_THINGS_CAP], files[CLI_THINGS_CAP];

	putc('\n', f);
	cli_report_findings(f, r);
	entries(f, r);
	cli_report_holding(f, r);
	cli_layout_row(f, 0, "uuid", r->uuid);
	cli_layout_row(f, 0, "seal hash", r->seal_hash);
	cli_layout_row(f, 0, "last entry", r->head);
	if (r->deep)
		cli_layout_say_row(f, 0, "opened", "%s, %s",
			cli_output_things(r->deep_files, "file", "files", files),
			cli_output_things(r->deep_bytes, "byte", "bytes", bytes));
}

static int print(
	struct cli *cli, const struct cli_report_request *request, const struct evx_report *r)
{
	FILE *f = cli->out;

	if (cli->json)
		return r->exit_class;
	if ((cli->quiet || request->several) && !request->details) {
		cli_verdict_quiet(f, r, r->exit_class, request->name);
		return r->exit_class;
	}
	if (request->several) {
		cli_output_text(f, request->name);
		fputs(":\n\n", f);
	}
	cli_verdict_line(f, r, r->exit_class);
	putc('\n', f);
	cli_verdict_rows(f, r, 2);
	cli_verdict_problems(f, r, 2);
	if (request->details)
		details(f, r);
	return r->exit_class;
}

int cli_cmd_verify(struct cli *cli, int argc, char **argv)
{
	return cli_report_run(cli, argc, argv, CLI_REPORT_VERIFY, print, NULL);
}
