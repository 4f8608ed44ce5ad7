/* evx report: what verify finds, as a page for people who never open a terminal. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli.h"
#include "cli_language.h"
#include "cli_new_file.h"
#include "cli_output.h"
#include "cli_report.h"
#include "cli_verdict.h"
#include "court_draft.h"
#include "page_checker.h"
#include "page_draft.h"
#include "page_report.h"

#define QUIET_ZONE 4 /* modules of margin that a QR code needs (ISO/IEC 18004) */

static const char style[] =
	":root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--line:#8a8a8a;--soft:#f0f2f5;"
	"--held:#2b5f8a;--pending:#b35c00}\n"
	"@media (prefers-color-scheme:dark){:root{--ink:#ededed;--paper:#141414;--line:#7d7d7d;"
	"--soft:#242628;--held:#7db4e0;--pending:#f0a050}}\n"
	"body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
	"max-width:60rem;margin:2rem auto;padding:0 1rem}\n"
	"h1{font-size:1.6rem}h2{font-size:1.25rem;border-bottom:1px solid "
	"var(--line);margin-top:2rem}"
	"h3{font-size:1.05rem;margin-bottom:.2rem}\n"
	".verdict{border:3px solid var(--ink);padding:.6rem 1rem;font-size:1.1rem}"
	".verdict strong{font-size:1.4rem;display:block}\n"
	".code{display:flex;gap:1.5rem;align-items:center;flex-wrap:wrap}"
	".code p{font:1.3rem/1.4 ui-monospace,monospace;margin:0}"
	".code svg{width:9rem;height:9rem;background:#fff}\n"
	"table{border-collapse:collapse;width:100%;margin:1rem 0;font-size:.9rem}"
	"caption{text-align:start;font-weight:600;padding:.3rem 0}"
	"th,td{border:1px solid var(--line);padding:.3rem .5rem;text-align:start;"
	"vertical-align:top}.hash{overflow-wrap:anywhere;min-width:10rem}th{background:var(--soft)}"
	"\n"
	"td{overflow-wrap:break-word}td "
	"bdi{overflow-wrap:anywhere}.hash,pre{font-family:ui-monospace,monospace;font-size:.8rem}"
	"pre{background:var(--soft);padding:.6rem;white-space:pre-wrap;overflow-wrap:anywhere}\n"
	"svg{direction:ltr}svg text{fill:var(--ink);font-size:13px}svg line{stroke:var(--line)}"
	"svg .held{fill:var(--held)}svg .pending{fill:var(--pending)}"
	"svg .entry{fill:var(--ink)}svg .against{stroke:var(--ink);stroke-width:2;fill:none}\n"
	".legend{list-style:none;padding:0;display:flex;gap:.3rem 1.2rem;flex-wrap:wrap;"
	"font-size:.9rem}.key{display:inline-block;width:1.2rem;height:.8rem}"
	".key.held{background:var(--held)}.key.pending{background:var(--pending)}\n"
	".wide{overflow-x:auto}.wide table,.wide svg{min-width:36rem}"
	".code p,li,p{overflow-wrap:anywhere}"
	"time{white-space:nowrap}td.word bdi{overflow-wrap:normal}\n"
	"@media print{body{margin:0;max-width:none;font-size:11pt}"
	"section{break-inside:auto}tr,.answer,.code{break-inside:avoid}h2,h3{break-after:avoid}"
	"pre{white-space:pre-wrap}.wide{overflow:visible}"
	".wide table,.wide svg{min-width:0}}\n";

static void qr(FILE *f, const char *code)
{
	struct evx_card_qr q;
	struct evx_diag diag = { 0 };
	size_t x, y, all;

	if (evx_card_show_qr(code, &q, &diag) != EVX_OK)
		return;
	all = q.width + (size_t)(2 * QUIET_ZONE);
	fprintf(f,
		"<svg viewBox=\"0 0 %zu %zu\" role=\"img\" aria-label=\"%s\" "
		"shape-rendering=\"crispEdges\"><path fill=\"#000\" d=\"",
		all, all, _("The seal code as a QR code"));
	for (y = 0; y < q.width; y++)
		for (x = 0; x < q.width; x++)
			if (q.dark[y * q.width + x])
				fprintf(f, "M%zu %zuh1v1h-1z", x + QUIET_ZONE, y + QUIET_ZONE);
	fputs("\"/></svg>\n", f);
}

static void head(FILE *f, const struct cli_report_request *request, const struct evx_report *r,
	const char *moment)
{
	fprintf(f,
		"<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'",
		cli_language(), cli_language_leftward() ? "rtl" : "ltr");
	if (request->with_checker)
		fprintf(f, "; script-src 'sha256-%s'", page_checker_hash);
	fputs("\">\n", f);
	page_about(f, r->seal_code, moment, request->paper);
	if (request->pdf)
		page_numbers(f);
	fprintf(f, "<title>%s ", _("Evidence report"));
	page_text(f, r->seal_code);
	fprintf(f, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n", style,
		_("Evidence report"));
	fputs("<p class=\"verdict\"><strong>", f);
	page_text(f, _(cli_verdict_first(r, r->exit_class)));
	fputs("</strong> ", f);
	page_text(f, _(cli_verdict_sentence(r, r->exit_class)));
	fputs("</p>\n", f);
	if (r->seal_code[0] == '\0')
		return;
	fprintf(f, "<div class=\"code\">\n<div><h2 id=\"code\">%s</h2>\n<p dir=\"ltr\">",
		_("Seal code"));
	page_text(f, r->seal_code);
	fputs("</p></div>\n", f);
	qr(f, r->seal_code);
	fputs("</div>\n", f);
}

#define MOMENT_CAP 32
static const char *this_moment(char moment[MOMENT_CAP])
{
	const time_t now = time(NULL);
	struct tm utc;

	(void)gmtime_r(&now, &utc);
	(void)strftime(moment, MOMENT_CAP, "%Y-%m-%dT%H:%M:%SZ", &utc);
	return moment;
}

static void page(FILE *f, const struct cli_report_request *request, const struct evx_report *r)
{
	char moment[MOMENT_CAP];

	(void)this_moment(moment);
	head(f, request, r, moment);
	page_report_answers(f, r);
	page_report_timeline(f, r);
	page_report_handovers(f, r);
	page_report_handling(f, r);
	page_report_completeness(f, r);
	page_report_signers(f, r);
	page_report_findings(f, r);
	page_report_entries(f, r);
	page_report_checked(f, r, moment);
	if (request->with_checker)
		page_checker(f, r);
	page_report_annex(f, r, request->file);
	fputs("</main>\n</body>\n</html>\n", f);
}

#define DRAFT_WIDTH 78
#define DRAFT_UNBROKEN 100000 /* a PDF breaks its lines itself */

static void draft_page(const struct cli_report_request *request, const struct evx_report *r)
{
	struct cli_layout_text t;
	char moment[MOMENT_CAP];

	cli_layout_fix(DRAFT_UNBROKEN);
	if (!cli_layout_text_begin(&t))
		return;
	draft_find(request->form)(t.f, r, request->file);
	if (cli_layout_text_end(&t))
		page_draft(
			request->page, t.text, r->seal_code, this_moment(moment), request->paper);
	free(t.text);
}

/* Nobody is to sign that an exhibit is unchanged which is not, or was not checked. */
static int draft(
	struct cli *cli, const struct cli_report_request *request, const struct evx_report *r)
{
	if (r->exit_class != CLI_GOOD && r->exit_class != CLI_CUSTODY) {
		cli_verdict_quiet(cli->out, r, r->exit_class, request->name);
		if (!cli->json)
			fprintf(stderr, "evx: %s\n",
				_("No draft was made: the exhibit is not good."));
		return r->exit_class;
	}
	cli_language_pause(true); /* the laws have their words in English */
	if (request->pdf) {
		draft_page(request, r);
	} else {
		cli_layout_fix(DRAFT_WIDTH);
		draft_find(request->form)(request->page, r, request->file);
	}
	cli_language_pause(false);
	return CLI_CONTINUE;
}

static int print(
	struct cli *cli, const struct cli_report_request *request, const struct evx_report *r)
{
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int code;

	if (request->form != NULL) {
		code = draft(cli, request, r);
		if (code != CLI_CONTINUE)
			return code;
	} else {
		page(request->page, request, r);
	}
	/* Of a PDF it is the markup, from which the PDF is yet to be made. */
	err = request->pdf ? cli_new_file_flush(request->page, request->output, &diag) :
			     cli_new_file_whole(request->page, request->output, &diag);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	if (!cli->json && !cli->quiet)
		cli_verdict_quiet(cli->out, r, r->exit_class, request->name);
	return r->exit_class;
}

int cli_cmd_report(struct cli *cli, int argc, char **argv)
{
	return cli_report_run(cli, argc, argv, CLI_REPORT_PAGE, print, NULL);
}
