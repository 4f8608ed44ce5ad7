/* What evx_verify found, as verify, show and log tell it. */
#include "cli_report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_child.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_names.h"
#include "cli_new_file.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_paper.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_vault.h"
#include "cli_verdict.h"
#include "court_draft.h"

/* Most severe first. */
static const struct {
	enum evx_weight weight;
	const char *word;
} weights[] = {
	{ EVX_WEIGHT_BROKEN, N_("BROKEN") },
	{ EVX_WEIGHT_NEWER, N_("NEWER") },
	{ EVX_WEIGHT_UNCHECKED, N_("NOT CHECKED") },
	{ EVX_WEIGHT_GAP, N_("GAP") },
	{ EVX_WEIGHT_REMARK, N_("remark") },
	{ EVX_WEIGHT_INFO, N_("info") },
};

const char *cli_report_told(const struct evx_report_finding *finding)
{
	return finding->told != NULL ? finding->told : finding->text;
}

static void finding(FILE *f, const char *word, const struct evx_report_finding *finding)
{
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	cli_output_text(t.f, finding->code);
	if (finding->event >= 0)
		fprintf(t.f, finding->origin ? _("  original's entry %04d") : _("  entry %04d"),
			finding->event);
	fputs("  ", t.f);
	cli_output_text(t.f, cli_report_told(finding));
	if (finding->where != NULL && finding->where[0] != '\0') {
		/* Behind a whole sentence the place stands apart. */
		const bool sentence = finding->text != NULL && finding->text[0] != '\0' &&
			finding->text[strlen(finding->text) - 1] == '.';

		fputs(sentence ? " [" : ": ", t.f);
		cli_output_text(t.f, finding->where);
		fputs(sentence ? "]" : "", t.f);
	}
	if (finding->has_offset)
		fprintf(t.f, _(", at byte %llu"), (unsigned long long)finding->offset);
	cli_layout_text_row(&t, f, 0, word);
}

void cli_report_findings(FILE *f, const struct evx_report *report)
{
	char more[CLI_THINGS_CAP];
	size_t w, i;

	for (w = 0; w < sizeof(weights) / sizeof(weights[0]); w++)
		for (i = 0; i < report->nfindings; i++)
			if (report->findings[i].weight == weights[w].weight)
				finding(f, weights[w].word, &report->findings[i]);
	if (report->findings_left_out > 0)
		fprintf(f, _("%s counted and not shown\n"),
			cli_output_things(report->findings_left_out, "more finding is",
				"more findings are", more));
}

bool cli_report_has(const struct evx_report *report, const char *code)
{
	size_t i;

	for (i = 0; i < report->nfindings; i++)
		if (strcmp(report->findings[i].code, code) == 0)
			return true;
	return false;
}

static void person(FILE *f, const char *fingerprint, const struct evx_card_info *card, bool trusted)
{
	fprintf(f, "%s  ", fingerprint);
	if (card->person[0] == '\0') {
		fputs(_("unknown: no card of this key is here"), f);
		return;
	}
	cli_output_card(f, card);
	if (!trusted)
		fputs(_("  [the record says so; no trusted card confirms it]"), f);
}

static void person_row(FILE *f, const char *label, const char *fingerprint,
	const struct evx_card_info *card, bool trusted)
{
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	person(t.f, fingerprint, card, trusted);
	cli_layout_text_row(&t, f, 0, label);
}

void cli_report_signer(FILE *f, const char *label, const struct evx_report_event *event)
{
	person_row(f, label, event->signer, &event->card, event->trusted);
}

static void party(FILE *f, const char *label, const struct evx_report_party *party)
{
	person_row(f, label, party->fingerprint, &party->card, party->trusted);
}

static void missing(FILE *f, const char *what)
{
	char text[1024];

	cli_layout_row(f, 0, "missing", evx_text_escape(what, strlen(what), text, sizeof(text)));
}

void cli_report_holding(FILE *f, const struct evx_report *report)
{
	const struct evx_report_holding *h = &report->holding;
	char time[CLI_LAYOUT_TIME];
	size_t i;

	if (h->holder.fingerprint[0] == '\0')
		return;
	party(f, L_("held by"), &h->holder);
	cli_layout_say_row(f, 0, "since", "entry %04d (%s)", h->since,
		cli_layout_time(h->since_time, true, time));
	if (h->release >= 0) {
		party(f, L_("offered to"), &h->receiver);
		cli_layout_say_row(f, 0, "by", "entry %04d; not answered yet", h->release);
	}
	for (i = 0; i < h->nholds; i++)
		cli_layout_say_row(f, 0, "hold", "entry %04d forbids the disposal of the exhibit",
			h->holds[i]);
	for (i = 0; i < h->ninquiries; i++)
		cli_layout_say_row(f, 0, "inquiry",
			"entry %04d reports a loss or breach that is not settled", h->inquiries[i]);
	if (h->authorisation >= 0 && h->disposal < 0)
		cli_layout_say_row(f, 0, "disposal",
			"entry %04d allows the disposal of the exhibit", h->authorisation);
	if (h->disposal >= 0)
		cli_layout_say_row(
			f, 0, "disposal", "entry %04d says that it was destroyed", h->disposal);
	for (i = 0; i < h->nmissing; i++)
		missing(f, h->missing[i]);
}

void cli_report_proof(FILE *f, const struct evx_report_event *event)
{
	char time[CLI_LAYOUT_TIME];

	if (!event->proven)
		return;
	fprintf(f, _("existed at %s, says "), cli_layout_time(event->proven_time, true, time));
	cli_output_text(f, event->proven_authority);
	if (event->proven_by != event->number)
		fprintf(f, _(", which stamped entry %04d"), event->proven_by);
}

bool cli_report_goes_on(const struct evx_report *report)
{
	for (size_t i = 0; i < report->nfindings; i++)
		if (report->findings[i].line == EVX_ON_DATA &&
			report->findings[i].weight == EVX_WEIGHT_GAP)
			return true;
	return false;
}

int cli_report_exit_code(const struct evx_report *report)
{
	if (report->exit_class == CLI_BAD || report->exit_class == CLI_NEWER ||
		report->code == EVX_CODE_NOT_COMPARED)
		return report->exit_class;
	if (report->exit_class == CLI_INCOMPLETE && cli_report_has(report, "D-TRUNCATED"))
		return CLI_INCOMPLETE;
	return cli_report_goes_on(report) ? CLI_CUSTODY : CLI_GOOD;
}

int cli_report_verify(
	struct cli *cli, struct evx_verify_options *options, cli_report_then_fn then, void *ctx)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	const bool key = options->as != NULL || options->reveal_custody;
	struct evx_report report = { 0 };
	struct cli_progress progress;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = key ? cli_home_open(cli, false, &home) : cli_home_open_optional(cli, &home);

	if (r != CLI_CONTINUE)
		return r;
	options->jobs = (unsigned)cli->jobs;
	options->confine = true;
	options->confirm_names = cli_names_confirm;
	options->confirm_ctx = cli;
	cli_progress_start(cli, &progress);
	err = evx_verify(home, options, &ask, progress.counters, cli->cancel, &report, &diag);
	cli_progress_stop(cli, &progress);
	if (err == EVX_OK) {
		cli_output_confinement(cli, &report.confinement);
		r = then(cli, ctx, &report);
	} else {
		r = cli_output_error(cli, err, &diag);
	}
	evx_report_free(&report);
	evx_home_free(home);
	return r;
}

struct printing {
	const struct cli_report_request *request;
	cli_report_print_fn print;
	bool *judged;
};

static int print_it(struct cli *cli, void *ctx, const struct evx_report *report)
{
	struct printing *p = ctx;

	if (cli->json)
		cli_report_json(cli->out, cli->subject, report);
	*p->judged = true;
	return p->print(cli, p->request, report);
}

/* A key is used when one is named, needed or wanted; the home is opened for its trusted cards, too.
 * *judged: print was called. */
static int run(struct cli *cli, struct cli_report_request *request, cli_report_print_fn print,
	bool *judged)
{
	struct printing p = { request, print, judged };

	request->options.as = request->as;
	return cli_report_verify(cli, &request->options, print_it, &p);
}

/* ---- Several bundles -------------------------------------------------------------------- */

/* From the worst to the best. */
static const int worst_first[] = { CLI_BAD, CLI_NEWER, CLI_INCOMPLETE, CLI_CUSTODY, CLI_GOOD };
#define NCODES (sizeof(worst_first) / sizeof(worst_first[0]))

struct one {
	struct cli_report_request *request;
	cli_report_print_fn print;
};

static int judge_one(struct cli *cli, void *ctx)
{
	struct one *one = ctx;
	bool judged = false;
	int r = cli_vault_exhibit(cli, 0, one->request->as);

	one->request->options.bundle = cli->args[0];
	if (r == CLI_CONTINUE)
		r = run(cli, one->request, one->print, &judged);
	if (judged || r == CLI_INTERRUPTED)
		return r;
	if (r != CLI_BAD && r != CLI_NEWER)
		r = CLI_INCOMPLETE;
	if (!cli->json) {
		fprintf(cli->out, "%s  ", _(cli_verdict_word(r)));
		cli_output_text(cli->out, one->request->name);
		fprintf(cli->out, ": %s\n",
			_("There is no answer for this bundle. The error message says why."));
	}
	return r;
}

/* What is none of them has no verdict. */
static size_t place_of(int code)
{
	size_t k = 0;

	while (k < NCODES && worst_first[k] != code)
		k++;
	return k < NCODES ? k : place_of(CLI_INCOMPLETE);
}

static void total(FILE *f, size_t n, const size_t by_code[NCODES])
{
	const char *before = ": ";
	char bundles[CLI_THINGS_CAP];

	fprintf(f, "\n%s", cli_output_things(n, "bundle", "bundles", bundles));
	for (size_t i = 0; i < NCODES; i++) {
		if (by_code[i] == 0)
			continue;
		fprintf(f, "%s%zu %s", before, by_code[i], _(cli_verdict_word(worst_first[i])));
		before = ", ";
	}
	putc('\n', f);
}

/* Each in a process of its own, since that confines itself to one bundle. */
static int judge_all(struct cli *cli, struct cli_report_request *request, cli_report_print_fn print)
{
	struct one one = { request, print };
	char **args = cli->args;
	const size_t n = cli->nargs;
	size_t by_code[NCODES] = { 0 }, worst = NCODES - 1, k;
	int r;

	request->several = true;
	cli_prompt_keep();
	for (size_t i = 0; i < n; i++) {
		cli->subject = request->name = args[i];
		cli->args = args + i;
		cli->nargs = 1;
		r = cli_child_run(cli, judge_one, &one);
		if (r == CLI_INTERRUPTED || r == CLI_PIPE)
			return r;
		k = place_of(r);
		by_code[k]++;
		worst = k < worst ? k : worst;
	}
	cli_prompt_forget();
	cli->subject = NULL;
	if (!cli->json && !cli->quiet)
		total(cli->out, n, by_code);
	return worst_first[worst];
}

/* ---- The page --------------------------------------------------------------------------- */

static int write_page(struct cli *cli, FILE *f, void *ctx)
{
	struct one *one = ctx;
	bool judged = false;

	one->request->page = f;
	return run(cli, one->request, one->print, &judged);
}

static int write_markup(struct cli *cli, void *ctx)
{
	struct one *one = ctx;
	bool judged = false;

	return run(cli, one->request, one->print, &judged);
}

/* The page is judged and written in a process of its own, which is confined; then the PDF is made
 * from it. */
static int write_pdf(struct cli *cli, FILE *f, void *ctx)
{
	struct one *one = ctx;
	struct evx_diag diag = { 0 };
	FILE *markup = cli_paper_scratch(cli);
	int drawn, r;

	if (markup == NULL)
		return CLI_INCOMPLETE;
	one->request->page = markup;
	r = cli_child_run(cli, write_markup, one);
	if (r != CLI_INTERRUPTED && r != CLI_PIPE && lseek(fileno(markup), 0, SEEK_END) > 0) {
		drawn = cli_paper_draw(cli, markup, f, one->request->output);
		if (drawn != CLI_GOOD)
			r = drawn;
		else if (cli_new_file_whole(f, one->request->output, &diag) != EVX_OK)
			r = cli_output_error(cli, diag.code, &diag);
	}
	(void)fclose(markup);
	return r;
}

/* Looks at the bundle before the process is confined. */
static int to_page(struct cli *cli, struct cli_report_request *request, cli_report_print_fn print)
{
	struct one one = { request, print };
	const char *slash = strrchr(request->options.bundle, '/');
	struct stat st;

	if (stat(request->options.bundle, &st) == 0 && S_ISREG(st.st_mode))
		request->file = slash != NULL ? slash + 1 : request->options.bundle;
	request->options.hashes = request->file != NULL;
	return cli_new_file(cli, request->output, request->pdf ? write_pdf : write_page, &one);
}

static int speak(struct cli *cli, const struct cli_report_request *request)
{
	if (!cli_language_is_known(request->lang))
		return cli_options_misuse(cli,
			"evx has no texts in \"%.99s\". Use --lang en, fr, es or ar.",
			request->lang);
	if (request->form != NULL)
		return cli_options_misuse(cli,
			"--lang is for the page. Drafts of forms are in English, as the laws are.");
	if (!cli_language_use(request->lang))
		return cli_output_problem(cli, EVX_E_NOT_FOUND,
			"The texts of this language are not installed beside evx. Nothing was "
			"written. Install evx again, or use --lang en.");
	return CLI_CONTINUE;
}

int cli_report_run(struct cli *cli, int argc, char **argv, enum cli_report_for what,
	cli_report_print_fn print, cli_report_print_fn draw)
{
	bool graph = false;
	struct cli_report_request request = { .options = { .index_only = what == CLI_REPORT_SHOW ||
							      what == CLI_REPORT_LOG } };
	struct cli_list trust = { 0 }, rosters = { 0 }, agencies = { 0 }, with = { 0 };
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &request.as, "NAME", "open what this identity can open", 0,
			0 },
		CLI_CODE_ROW(&request.options.code), CLI_VAULT_OPTIONS(cli, &cli->vault),
		{ "trust", 0, CLI_LIST, &trust, "CARD",
			"trust the key of this card; may be repeated", 0, 0 },
		{ "roster", 0, CLI_LIST, &rosters, "FILE",
			"trust the keys of this roster, each at its time; may be repeated", 0, 0 },
		{ "agency", 0, CLI_LIST, &agencies, "NAME",
			"the rosters given speak for this agency only; may be repeated", 0, 0 },
		{ "tsa-ca", 0, CLI_TEXT, &request.options.tsa_ca, "FILE",
			"trust time-stamp authorities of these certificates (PEM)", 0, 0 },
		{ "with", 0, CLI_LIST, &with, "FILE",
			"judge the receipt in FILE together with the bundle; may be repeated", 0,
			0 },
		{ "details", 0, CLI_FLAG, &request.details, NULL,
			"print every finding with its code, every entry and every hash", 0, 0 },
		what == CLI_REPORT_LOG ?
			(struct cli_option){ "graph", 0, CLI_FLAG, &graph, NULL,
				"draw the chain, and the branches that receipts show", 0, 0 } :
			what != CLI_REPORT_SHOW ?
			(struct cli_option){ "deep", 0, CLI_FLAG, &request.options.deep, NULL,
				"open every file and compare it with its signed hash (needs a key)",
				0, 0 } :
			(struct cli_option){ "reveal-custody", 0, CLI_FLAG,
				&request.options.reveal_custody, NULL,
				"print the secret key that opens all custody details (needs a key)",
				0, 0 },
		what == CLI_REPORT_PAGE ?
			(struct cli_option){ "output", 'o', CLI_TEXT, &request.output, "FILE",
				"write to this new file: FILE.pdf as a PDF, others as HTML (-: "
				"standard output)",
				0, 0 } :
			(struct cli_option){ "hashes", 0, CLI_FLAG, &request.options.hashes, NULL,
				"read the whole file, and print its SHA-256 as sealed and as it is",
				0, 0 }, /* show only */
		{ "form", 0, CLI_TEXT, &request.form, "fre902|bsa63|nist-coc",
			"write the draft of a certificate or form instead, as text or PDF", 0,
			0 }, /* report
				only
			      */
		{ "with-checker", 0, CLI_FLAG, &request.with_checker, NULL,
			"add a script to the page, which checks a bundle that is dropped on it", 0,
			0 }, /* report only */
		{ "lang", 0, CLI_TEXT, &request.lang, "en|fr|es|ar",
			"write the page in this language (default: that of your locale)", 0,
			0 },                   /* report only */
		CLI_PAPER_ROW(&request.paper), /* report only */
	};
	const size_t n = sizeof(options) / sizeof(options[0]) -
		(what == CLI_REPORT_PAGE                ? 0 :
				what == CLI_REPORT_SHOW ? 4 :
							  5);
	bool judged = false;
	int r = cli_options_parse(
		cli, argc, argv, options, n, 1, what == CLI_REPORT_VERIFY ? SIZE_MAX : 1);

	for (size_t i = 0; i < cli->nargs && r == CLI_CONTINUE; i++)
		if (request.options.deep && strcmp(cli->args[i], "-") == 0)
			r = cli_options_misuse(cli,
				"--deep: A stream can be checked, but not opened. Name a file.");
	if (r == CLI_CONTINUE && cli->nargs > 1 && request.options.code != NULL)
		r = cli_options_misuse(cli,
			"--code belongs to one exhibit, and %zu bundles were named. Check this "
			"exhibit alone.",
			cli->nargs);
	if (r == CLI_CONTINUE && request.form != NULL && draft_find(request.form) == NULL)
		r = cli_options_misuse(cli,
			"\"%.99s\" is no form that evx knows. Use fre902, bsa63 or nist-coc.",
			request.form);
	if (r == CLI_CONTINUE && request.form != NULL && request.with_checker)
		r = cli_options_misuse(cli,
			"--with-checker belongs to the page, and --form writes a text. Use one of "
			"them.");
	if (r == CLI_CONTINUE && request.lang != NULL)
		r = speak(cli, &request);
	if (r == CLI_CONTINUE && what == CLI_REPORT_PAGE && request.output == NULL)
		r = cli_options_misuse(cli,
			"Where should it go? Use -o FILE.html, -o FILE.pdf, or -o - for "
			"standard output.");
	request.pdf = cli_paper_wanted(request.output);
	if (r == CLI_CONTINUE && request.paper != NULL && !request.pdf)
		r = cli_options_misuse(
			cli, "--paper is about the pages of a PDF. Use it with -o FILE.pdf.");
	if (r == CLI_CONTINUE && request.with_checker && request.pdf)
		r = cli_options_misuse(cli,
			"--with-checker adds a script, which a PDF cannot run. Use -o FILE.html.");
	if (r == CLI_CONTINUE)
		r = cli_paper_size(cli, request.paper);
	if (r == CLI_CONTINUE && cli->nargs == 1)
		r = cli_vault_exhibit(cli, 0, request.as);
	if (r != CLI_CONTINUE)
		return r;
	request.options.bundle = request.name = cli->args[0];
	request.options.trust = trust.v;
	request.options.ntrust = trust.n;
	request.options.rosters = rosters.v;
	request.options.nrosters = rosters.n;
	request.options.agencies = agencies.v;
	request.options.nagencies = agencies.n;
	request.options.with = with.v;
	request.options.nwith = with.n;
	if (what == CLI_REPORT_PAGE)
		return to_page(cli, &request, print);
	return cli->nargs > 1 ? judge_all(cli, &request, print) :
				run(cli, &request, graph ? draw : print, &judged);
}
