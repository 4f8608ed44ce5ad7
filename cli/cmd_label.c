/* evx label: labels for evidence bags, and receipts on paper, as a PDF. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cli_child.h"
#include "cli_details.h"
#include "cli_language.h"
#include "cli_new_file.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_paper.h"
#include "cli_prompt.h"
#include "cli_report.h"
#include "cli_vault.h"
#include "cli_verdict.h"
#include "page.h"
#include "page_receipt.h"

struct labels {
	const char *as, *output, *paper, *receipt;
	struct cli_list trust;
	char **exhibits;
	size_t n;
	FILE *markup;
};

/* ---- one label */

static void begin(FILE *f, const char *name)
{
	fprintf(f, "<field><strong>%s</strong> ", name);
}

static void end(FILE *f)
{
	fputs("</field>\n", f);
}

static void detail(FILE *f, const struct evx_report_event *seal, const char *name, const char *key)
{
	char *text = cli_details_text(seal->details_json, key);

	if (text != NULL) {
		begin(f, name);
		page_text(f, text);
		end(f);
	}
	free(text);
}

static void label(FILE *f, const struct evx_report *r)
{
	const struct evx_report_event *seal = &r->events[0];
	char *exhibit;

	cli_language_pause(true); /* labels and receipts are in English */
	exhibit = cli_verdict_exhibit(r);
	fputs("<label code=\"", f);
	page_text(f, r->seal_code);
	fputs("\">\n", f);
	begin(f, "Exhibit");
	page_escaped(f, exhibit != NULL ? exhibit : "");
	free(exhibit);
	end(f);
	detail(f, seal, "What", "description");
	detail(f, seal, "Handling", "handling");
	detail(f, seal, "Scope", "scope");
	detail(f, seal, "Bag seal", "seal_number");
	begin(f, "Sealed");
	page_moment(f, seal->time);
	end(f);
	begin(f, "By");
	page_signer(f, seal);
	end(f);
	begin(f, "Checked");
	page_escaped(f, "the seal and the custody record. Not checked: the contents.");
	end(f);
	fputs("</label>\n", f);
	cli_language_pause(false);
}

static bool has_good_seal(const struct evx_report *r, int code)
{
	return (code == CLI_GOOD || code == CLI_CUSTODY) && r->nevents > 0 && r->events[0].counts &&
		r->seal_code[0] != '\0';
}

static int judged(struct cli *cli, void *ctx, const struct evx_report *r)
{
	const struct labels *l = ctx;
	const int code = cli_report_exit_code(r);
	struct evx_diag diag = { 0 };

	if (has_good_seal(r, code)) {
		label(l->markup, r);
		if (cli_new_file_flush(l->markup, l->output, &diag) != EVX_OK)
			return cli_output_error(cli, diag.code, &diag);
		return code;
	}
	if (cli->json)
		cli_report_json(cli->out, cli->args[0], r);
	else
		cli_verdict_quiet(cli->out, r, code, cli->args[0]);
	return code == CLI_GOOD || code == CLI_CUSTODY ? CLI_INCOMPLETE : code;
}

/* In a process of its own, which confines itself to one exhibit. Its first bytes tell who sealed
 * what, and no pack is read. */
static int judge(struct cli *cli, void *ctx)
{
	struct labels *l = ctx;
	struct evx_verify_options options = {
		.as = l->as, .trust = l->trust.v, .ntrust = l->trust.n, .index_only = true
	};
	const int r = cli_vault_exhibit(cli, 0, l->as);

	if (r != CLI_CONTINUE)
		return r;
	options.bundle = cli->args[0];
	return cli_report_verify(cli, &options, judged, l);
}

/* ---- all of them */

static void head(const struct labels *l)
{
	FILE *f = l->markup;

	fputs("<html lang=\"en\">\n<head>\n<title>Labels</title>\n", f);
	page_about(f, "", "1970-01-01T00:00:00Z", l->paper);
	fputs("</head>\n<body>\n", f);
}

/* All exhibits or no label: who prints a sheet takes it for complete. *worst: 0, or 5 where one has
 * open questions. */
static int judge_all(struct cli *cli, struct labels *l, int *worst)
{
	*worst = CLI_GOOD;
	cli_prompt_keep();
	for (size_t i = 0; i < l->n; i++) {
		int r;

		cli->args = l->exhibits + i;
		cli->nargs = 1;
		r = cli_child_run(cli, judge, l);
		if (r == CLI_CUSTODY)
			*worst = r;
		else if (r != CLI_GOOD) {
			if (!cli->json)
				fprintf(stderr, "evx: %s\n",
					_("No label was made. Every exhibit of a sheet must have a "
					  "good seal."));
			return r;
		}
	}
	cli_prompt_forget();
	return CLI_CONTINUE;
}

static int work(struct cli *cli, FILE *f, void *ctx)
{
	struct labels *l = ctx;
	struct evx_diag diag = { 0 };
	int worst = CLI_GOOD, r;

	l->markup = cli_paper_scratch(cli);
	if (l->markup == NULL)
		return CLI_INCOMPLETE;
	if (l->receipt != NULL) {
		r = page_receipt(cli, l->receipt, l->paper, l->markup);
	} else {
		head(l);
		r = cli_new_file_flush(l->markup, l->output, &diag) == EVX_OK ?
			judge_all(cli, l, &worst) :
			cli_output_error(cli, diag.code, &diag);
		/* The children wrote behind it. */
		if (r == CLI_CONTINUE && fseek(l->markup, 0, SEEK_END) == 0)
			fputs("</body>\n</html>\n", l->markup);
	}
	if (r == CLI_CONTINUE)
		r = cli_paper_draw(cli, l->markup, f, l->output);
	if (r == CLI_GOOD && cli_new_file_whole(f, l->output, &diag) != EVX_OK)
		r = cli_output_error(cli, diag.code, &diag);
	(void)fclose(l->markup);
	return r == CLI_GOOD ? worst : r;
}

static int tell(struct cli *cli, const struct labels *l)
{
	struct cli_json j;
	char labels[CLI_THINGS_CAP];

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "file", l->output);
		cli_json_count(&j, "labels", l->n);
		cli_json_end(&j);
	} else if (l->receipt == NULL) {
		fprintf(cli->out, _("%s written. Compare each seal code with your notebook.\n"),
			cli_output_things(l->n, "label", "labels", labels));
	} else {
		fputs(_("The receipt is on one page. Scan the page to read it back.\n"), cli->out);
	}
	return CLI_GOOD;
}

int cli_cmd_label(struct cli *cli, int argc, char **argv)
{
	struct labels l = { .n = 0 };
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &l.as, "NAME", "open what this identity can open", 0, 0 },
		{ "trust", 0, CLI_LIST, &l.trust, "CARD",
			"trust the key of this card; may be repeated", 0, 0 },
		{ "output", 'o', CLI_TEXT, &l.output, "FILE.pdf", "write to this new file", 0, 0 },
		CLI_PAPER_ROW(&l.paper),
		{ "receipt", 0, CLI_TEXT, &l.receipt, "FILE",
			"put this receipt on a page instead, with QR codes that hold all of it", 0,
			0 },
		CLI_VAULT_OPTIONS(cli, &cli->vault),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, SIZE_MAX);

	cli_output_hold(cli);
	if (r == CLI_CONTINUE && (l.receipt == NULL) == (cli->nargs == 0))
		r = cli_options_misuse(
			cli, "Name the exhibits to label, or one receipt with --receipt FILE.");
	if (r == CLI_CONTINUE && !cli_paper_wanted(l.output))
		r = cli_options_misuse(cli, "Where should it go? Name a PDF: -o FILE.pdf.");
	if (r == CLI_CONTINUE)
		r = cli_paper_size(cli, l.paper);
	if (r != CLI_CONTINUE)
		return r;
	l.exhibits = cli->args;
	l.n = cli->nargs;
	r = cli_new_file(cli, l.output, work, &l);
	if (r == CLI_GOOD || r == CLI_CUSTODY)
		(void)tell(cli, &l);
	return r;
}
