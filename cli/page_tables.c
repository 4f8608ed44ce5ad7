/* The tables of the report: hand-overs, entries, completeness, signers, findings. */
#include <stdlib.h>
#include <string.h>

#include "cli_corrections.h"
#include "cli_details.h"
#include "cli_language.h"
#include "cli_output.h"
#include "cli_verdict.h"
#include "page_report.h"
#include "page_titles.h"

static void entry_number(FILE *f, int number)
{
	fprintf(f, "%04d", number);
}

static void moment_cell(FILE *f, const struct evx_report_event *e)
{
	fputs("<td>", f);
	page_moment(f, e->time);
	if (e->proven) {
		fprintf(f, "<br>%s", _("proven: existed at "));
		page_moment(f, e->proven_time);
	}
	fputs("</td>", f);
}

/* ---- hand-overs */

/* The entry that answers the release, or NULL: an acceptance, a refusal, a withdrawal. */
static const struct evx_report_event *answer_to(const struct evx_report *r, int release)
{
	size_t i;

	for (i = 0; i < r->nevents; i++)
		if (r->events[i].counts && r->events[i].refers == release &&
			(strcmp(r->events[i].type, "accept") == 0 ||
				strcmp(r->events[i].type, "refuse") == 0 ||
				strcmp(r->events[i].type, "withdraw") == 0))
			return &r->events[i];
	return NULL;
}

/* What the signer wrote of the item's condition: ISO 21043-5 asks for the integrity of an item at
 * each hand-over. */
static void condition(FILE *f, const struct evx_report_event *e)
{
	char *text = e != NULL ? cli_details_text(e->details_json, "condition") : NULL;

	fputs("<td>", f);
	if (text != NULL)
		page_isolated(f, text);
	else if (e == NULL)
		fputs("\342\200\224", f);
	else
		fputs(e->details_opened ? _("nothing recorded") : _("private, needs a key"), f);
	fputs("</td>", f);
	free(text);
}

static void given(FILE *f, const struct evx_report_event *e)
{
	fputs("<td>", f);
	entry_number(f, e->number);
	fputs(": ", f);
	page_signer(f, e);
	fputs(_(" signed the release to "), f);
	page_party(f, &e->party);
	if (e->keeps != NULL) {
		fputs(_(" (keeps: "), f);
		page_text(f, _(e->keeps));
		putc(')', f);
	}
	fputs("</td>", f);
	moment_cell(f, e);
	condition(f, e);
}

static void taken(FILE *f, const struct evx_report_event *e)
{
	if (e == NULL) {
		fprintf(f, "<td>%s</td><td>\342\200\224</td>", _("no answer yet"));
		condition(f, NULL);
		return;
	}
	fputs("<td>", f);
	entry_number(f, e->number);
	fputs(": ", f);
	page_signer(f, e);
	fputs(strcmp(e->type, "accept") == 0 ?
			(e->inventoried == 1 ? _(" signed the acceptance: inventoried") :
					       _(" signed the acceptance: not inventoried")) :
			strcmp(e->type, "refuse") == 0 ? _(" signed a refusal") :
							 _(" withdrew the release"),
		f);
	fputs("</td>", f);
	moment_cell(f, e);
	condition(f, e);
}

void page_report_handovers(FILE *f, const struct evx_report *r)
{
	static const char *const headings[] = { N_("Given"), N_("When"),
		N_("Item integrity on handing over"), N_("Taken"), N_("When"),
		N_("Item integrity on receipt"), NULL };
	size_t i, n = 0;

	page_section(f, "handovers", "Hand-overs");
	for (i = 0; i < r->nevents; i++)
		n += r->events[i].counts && strcmp(r->events[i].type, "release") == 0;
	if (n == 0) {
		page_paragraph(f, "The custody record has no hand-over.");
		page_section_end(f);
		return;
	}
	page_table(f, "Each hand-over with the signatures of both sides", headings);
	for (i = 0; i < r->nevents; i++) {
		if (!r->events[i].counts || strcmp(r->events[i].type, "release") != 0)
			continue;
		fputs("<tr>", f);
		given(f, &r->events[i]);
		taken(f, answer_to(r, r->events[i].number));
		fputs("</tr>\n", f);
	}
	page_table_end(f);
	page_section_end(f);
}

/* ---- all entries */

static void line(FILE *f, const char *text)
{
	fprintf(f, "<br>%s", _(text));
}

/* r: the report whose corrections may be of this entry, NULL: none. */
static void what(FILE *f, const struct evx_report *r, const struct evx_report_event *e)
{
	struct cli_layout_text t;

	fputs("<td>", f);
	page_text(f, _(e->type));
	if (e->refers >= 0)
		fprintf(f, _(" of entry %04d"), e->refers);
	if (e->reason != NULL) {
		fputs(": ", f);
		page_text(f, _(e->reason));
	}
	if (e->result != NULL) {
		fputs(_(", found "), f);
		page_text(f, _(e->result));
	}
	if (e->detached)
		line(f, N_("from a receipt, not in the bundle"));
	if (e->claim)
		line(f, N_("by somebody unknown: changes nothing"));
	else if (e->is_void)
		line(f, N_("not allowed: changes nothing"));
	else if (!e->counts)
		line(f, N_("behind the part of the record that counts: changes nothing"));
	if (r != NULL && cli_layout_text_begin(&t)) {
		cli_corrections_print(t.f, r, e->number, 0);
		fputs("<br>", f);
		page_gathered(f, &t);
	}
	fputs("</td>", f);
}

static void record(FILE *f, const struct evx_report *r, const char *caption,
	const struct evx_report_event *events, size_t n)
{
	static const char *const headings[] = { N_("Entry"), N_("What"), N_("Signed by"),
		N_("When"), N_("SHA-256"), NULL };
	size_t i;

	page_table(f, caption, headings);
	for (i = 0; i < n; i++) {
		const struct evx_report_event *e = &events[i];

		fputs("<tr><th scope=\"row\">", f);
		entry_number(f, e->number);
		fputs("</th>", f);
		what(f, events == r->events ? r : NULL, e);
		fputs("<td>", f);
		page_signer(f, e);
		if (e->nsigners > 1)
			fprintf(f,
				cli_language_number(
					" and %zu more", " and %zu more", e->nsigners - 1),
				e->nsigners - 1);
		fputs("</td>", f);
		moment_cell(f, e);
		fputs("<td class=\"hash\" dir=\"ltr\">", f);
		page_text(f, e->hash);
		fputs("</td></tr>\n", f);
	}
	page_table_end(f);
}

/* Entries of other copies: after a fork, one lineage cannot show what happened in the other. */
static void branches(FILE *f, const struct evx_report *r)
{
	static const char *const headings[] = { N_("Entry"), N_("What"), N_("Key"), N_("When"),
		N_("Receipt"), NULL };
	size_t i;

	if (r->nbranches == 0)
		return;
	page_paragraph(f,
		"The receipts below hold entries of this exhibit that are not in this record. They "
		"were signed for another copy.");
	page_table(f, "Entries of other copies", headings);
	for (i = 0; i < r->nbranches; i++) {
		const struct evx_report_branch *b = &r->branches[i];

		fputs("<tr><th scope=\"row\">", f);
		entry_number(f, b->number);
		fputs("</th><td>", f);
		page_text(f, _(b->type));
		if (b->after >= 0)
			fprintf(f, _(", after entry %04d of this record"), b->after);
		if (!b->rightful)
			line(f, N_("copies may not part there"));
		fputs("</td><td class=\"hash\" dir=\"ltr\">", f);
		page_text(f, b->signer);
		fputs("</td><td>", f);
		page_moment(f, b->time);
		fputs("</td>", f);
		page_cell(f, b->where);
		fputs("</tr>\n", f);
	}
	page_table_end(f);
}

void page_report_entries(FILE *f, const struct evx_report *r)
{
	page_section(f, "entries", "Every entry of the custody record");
	record(f, r, N_("Entries in the order of the record"), r->events, r->nevents);
	branches(f, r);
	if (r->origin.present)
		record(f, r, N_("Entries of the exhibit that this is a part of"), r->origin.events,
			r->origin.nevents);
	page_section_end(f);
}

/* ---- completeness */

void page_report_completeness(FILE *f, const struct evx_report *r)
{
	const char *details = r->nevents > 0 ? r->events[0].details_json : NULL;

	if (r->nevents == 0 || !r->events[0].counts)
		return; /* nothing is known to be the sealer's word */
	page_section(f, "completeness", "Completeness");
	page_paragraph(f,
		r->complete ?
			N_("The sealer signed that the whole source was read: no file or directory "
			   "was "
			   "unreadable or left out, and none changed while it was read.") :
			N_("INCOMPLETE. The sealer signed that part of the source could not be "
			   "read, "
			   "changed while it was read, or was left out."));
	if (details == NULL)
		page_paragraph(f,
			"The numbers are in the custody details. They were not opened: that needs "
			"a "
			"key.");
	page_section_end(f);
}

/* ---- signers */

static bool named_before(const struct evx_report *r, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (strcmp(r->events[i].signer, r->events[at].signer) == 0)
			return true;
	return false;
}

static void entries_of(FILE *f, const struct evx_report *r, const char *signer)
{
	const char *before = "";
	size_t i;

	fputs("<td>", f);
	for (i = 0; i < r->nevents; i++)
		if (strcmp(r->events[i].signer, signer) == 0) {
			fprintf(f, "%s%04d", before, r->events[i].number);
			before = ", ";
		}
	fputs("</td>", f);
}

void page_report_signers(FILE *f, const struct evx_report *r)
{
	static const char *const headings[] = { N_("Who"), N_("Key"), N_("Why it is trusted"),
		N_("Entries"), NULL };
	size_t i;

	page_section(f, "signers", "Signers");
	page_table(f, "Whose keys signed the custody record", headings);
	for (i = 0; i < r->nevents; i++) {
		const struct evx_report_event *e = &r->events[i];

		if (e->signer[0] == '\0' || named_before(r, i))
			continue;
		fputs("<tr><td>", f);
		page_signer(f, e);
		fputs("</td><td class=\"hash\" dir=\"ltr\">", f);
		page_text(f, e->signer);
		fputs("</td><td>", f);
		fputs(e->trusted ? _("Its key is on a card or roster that the maker of this report "
				     "trusts.") :
				   _("It is not trusted: no card or roster of the maker of this "
				     "report has this key."),
			f);
		fputs("</td>", f);
		entries_of(f, r, e->signer);
		fputs("</tr>\n", f);
	}
	page_table_end(f);
	page_section_end(f);
}

/* ---- findings */

static const struct {
	enum evx_weight weight;
	const char *word;
} weights[] = { { EVX_WEIGHT_BROKEN, N_("broken") }, { EVX_WEIGHT_NEWER, N_("newer") },
	{ EVX_WEIGHT_UNCHECKED, N_("not checked") }, { EVX_WEIGHT_GAP, N_("gap") },
	{ EVX_WEIGHT_REMARK, N_("remark") } };

/* What has no translation stands in English, and says so to what reads it aloud. */
static void found(FILE *f, const struct evx_report_finding *one)
{
	const bool english = one->told == NULL && strcmp(cli_language(), "en") != 0;
	const char *title = english ? page_titles_of(one->code) : NULL;

	if (title != NULL)
		fprintf(f, "<bdi>%s</bdi>: ", title);
	fputs(english ? "<span lang=\"en\" dir=\"ltr\">" : "<bdi>", f);
	if (english)
		page_text(f, cli_report_told(one));
	else
		page_told(f, cli_report_told(one));
	fputs(english ? "</span>" : "</bdi>", f);
}

static void finding(FILE *f, const char *word, const struct evx_report_finding *one)
{
	fputs("<tr>", f);
	page_word(f, _(word));
	page_word(f, one->code);
	fputs("<td>", f);
	if (one->event >= 0)
		entry_number(f, one->event);
	fputs("</td><td>", f);
	found(f, one);
	if (one->where != NULL && one->where[0] != '\0') {
		fputs(" [<bdi>", f);
		page_text(f, one->where);
		fputs("</bdi>]", f);
	}
	fputs("</td></tr>\n", f);
}

void page_report_findings(FILE *f, const struct evx_report *r)
{
	static const char *const headings[] = { N_("Weight"), N_("Code"), N_("Entry"),
		N_("What was found"), NULL };
	char more[CLI_THINGS_CAP];
	uint64_t all = 0;
	size_t w, i;

	page_section(f, "findings", "Problems and remarks");
	for (i = 0; i < r->nfindings; i++)
		all += r->findings[i].weight != EVX_WEIGHT_INFO;
	if (all == 0) {
		page_paragraph(f, "There are none.");
		page_section_end(f);
		return;
	}
	page_table(f, "The weightiest first", headings);
	for (w = 0; w < sizeof(weights) / sizeof(weights[0]); w++)
		for (i = 0; i < r->nfindings; i++)
			if (r->findings[i].weight == weights[w].weight)
				finding(f, weights[w].word, &r->findings[i]);
	page_table_end(f);
	if (r->findings_left_out > 0)
		page_say(f, "%s counted and not shown",
			cli_output_things(r->findings_left_out, "more finding is",
				"more findings are", more));
	page_section_end(f);
}
