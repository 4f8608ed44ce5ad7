/* evx show: what a bundle is, from its index, without reading its packs. */
#include <string.h>

#include "cli.h"
#include "cli_corrections.h"
#include "cli_details.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_report.h"
#include "cli_verdict.h"

static void readers(FILE *f, const struct evx_report *r)
{
	const struct evx_report_key_file *content = &r->newest_content,
					 *custody = &r->newest_custody;
	char text[256];

	snprintf(text, sizeof(text), _("%zu can open the evidence, %zu the custody details"),
		r->content_readers, r->custody_readers);
	cli_layout_row(f, 0, "readers", text);
	if (content->event > 0) {
		snprintf(text, sizeof(text),
			_("%zu can open the evidence with the keys that entry %04d added"),
			content->readers, content->event);
		cli_layout_row(f, 0, "", text);
	}
	if (custody->event > 0) {
		snprintf(text, sizeof(text),
			_("%zu can open the custody details with the keys that entry %04d added"),
			custody->readers, custody->event);
		cli_layout_row(f, 0, "", text);
	}
}

static void sizes(FILE *f, const struct evx_report *r)
{
	char size[CLI_NUMBER_CAP], packs[CLI_THINGS_CAP], text[256];

	snprintf(text, sizeof(text), _("%s in %s"), cli_output_short_size(r->bundle_bytes, size),
		cli_output_things(r->packs, "pack", "packs", packs));
	cli_layout_row(f, 0, "size", text);
}

static void count_row(FILE *f, const char *label, uint64_t v)
{
	char n[CLI_NUMBER_CAP];

	cli_layout_row(f, 0, label, cli_output_count(v, n));
}

static void details(FILE *f, const struct evx_report *r)
{
	cli_layout_row(f, 0, "uuid", r->uuid);
	cli_layout_row(f, 0, "seal hash", r->seal_hash);
	cli_layout_row(f, 0, "last entry", r->head);
	cli_layout_row(f, 0, "kind", r->shape);
	cli_layout_row(f, 0, "custody key", r->custody_key);
	cli_layout_row(f, 0, "content key", r->content_key);
	if (strcmp(r->details_key, r->custody_key) != 0)
		cli_layout_row(f, 0, "new key", r->details_key);
	count_row(f, L_("bytes"), r->bundle_bytes);
	count_row(f, L_("when sealed"), r->sealed_bytes);
	count_row(f, L_("in packs"), r->payload_bytes);
	putc('\n', f);
	cli_report_findings(f, r);
}

/* For a court file: with it, age opens every event's details. */
static void reveal(struct cli *cli, const struct evx_report *r)
{
	const char *line;
	size_t n;

	if (r->revealed == NULL)
		return;
	cli_output_warn(cli,
		"This prints a SECRET KEY. Everybody who has it can read the custody details of "
		"this exhibit for ever, also later ones until the custody key is changed. It opens "
		"no contents and signs nothing.");
	for (line = r->revealed; !cli->json && *line != '\0'; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		cli_layout_label(cli->out, CLI_LAYOUT_LABEL, "SECRET KEY");
		fprintf(cli->out, "%.*s\n", (int)n, line);
	}
}

static void sealed(FILE *f, const struct evx_report_event *seal)
{
	char time[CLI_LAYOUT_TIME];
	struct cli_layout_text t;

	cli_layout_row(f, 0, "sealed", cli_layout_time(seal->time, true, time));
	cli_report_signer(f, "signed by", seal);
	if (!seal->proven || !cli_layout_text_begin(&t))
		return;
	cli_report_proof(t.f, seal);
	cli_layout_text_row(&t, f, 0, "proven");
}

static int print(
	struct cli *cli, const struct cli_report_request *request, const struct evx_report *r)
{
	FILE *f = cli->out;
	const int code = cli_report_exit_code(r);

	if (cli->json) {
		reveal(cli, r);
		return code;
	}
	cli_verdict_head(f, r, code);
	if (r->nevents > 0)
		sealed(f, &r->events[0]);
	readers(f, r);
	sizes(f, r);
	cli_layout_row(f, 0, "SHA-256", r->present_sha256);
	cli_layout_row(f, 0, "as sealed", r->sealed_sha256);
	if (r->nevents > 0 && r->events[0].details_opened) {
		fputs(_("custody details\n"), f);
		cli_details_print(f, r->events[0].details_json, "  ");
	}
	cli_corrections_print(f, r, 0, 0);
	cli_verdict_problems(f, r, 0);
	if (request->details)
		details(f, r);
	reveal(cli, r);
	return code;
}

int cli_cmd_show(struct cli *cli, int argc, char **argv)
{
	return cli_report_run(cli, argc, argv, CLI_REPORT_SHOW, print, NULL);
}
