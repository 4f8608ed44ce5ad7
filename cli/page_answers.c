/* The four questions of page one. */
#include <stdlib.h>
#include <string.h>

#include "cli_holders.h"
#include "cli_language.h"
#include "cli_output.h"
#include "cli_verdict.h"
#include "page_report.h"

static void question(FILE *f, const char *text)
{
	fprintf(f, "<div class=\"answer\">\n<h3>%s</h3>\n", _(text));
}

static void verdict(FILE *f, const char *word, const char *text)
{
	fputs("<p><strong>", f);
	page_text(f, _(word));
	fputs("</strong> ", f);
	page_escaped(f, _(text));
	fputs("</p>\n", f);
}

static void answer(FILE *f, const char *word, const char *text)
{
	verdict(f, word, text);
	fputs("</div>\n", f);
}

static void unchanged(FILE *f, const struct evx_report *r)
{
	const char *word = cli_verdict_data(r);

	question(f, N_("1. Is it unchanged?"));
	if (strcmp(word, "unchanged") == 0)
		answer(f, N_("Yes."),
			r->deep ? N_("Every byte is as it was sealed. Every file inside was opened "
				     "and "
				     "compared with its signed hash.") :
				  N_("Every byte is as it was sealed. The files inside were not "
				     "opened: "
				     "that needs a key."));
	else if (strcmp(word, "CHANGED") == 0)
		answer(f, N_("No."), N_("It was changed, damaged or cut off. Do not rely on it."));
	else
		answer(f, N_("Not checked."),
			N_("This check could not read or judge all of the data. The section \"What "
			   "was "
			   "not checked\" says why."));
}

static void right_one(FILE *f, const struct evx_report *r)
{
	char *exhibit = cli_verdict_exhibit(r);

	question(f, N_("2. Is it the exhibit in my papers?"));
	switch (r->code) {
	case EVX_CODE_SAME:
		verdict(f, N_("Yes."),
			N_("The seal code that was given for this report is the one of this "
			   "exhibit."));
		break;
	case EVX_CODE_OTHER:
		verdict(f, N_("No."),
			N_("The seal code that was given for this report belongs to another "
			   "exhibit."));
		break;
	case EVX_CODE_NOT_COMPARED:
		verdict(f, N_("Not compared."), N_("This exhibit has no good seal."));
		break;
	default:
		verdict(f, N_("Compare it yourself."),
			N_("No seal code was given for this report. Compare the seal code above "
			   "with the one on your papers, sign by sign."));
	}
	fprintf(f, "<p>%s <bdi>", _("Exhibit:"));
	page_escaped(f, exhibit != NULL ? exhibit : _("not known"));
	fputs("</bdi></p>\n</div>\n", f);
	free(exhibit);
}

static void holder(FILE *f, const struct evx_report *r, int from)
{
	const struct evx_report_party *party = cli_holders_receiver(r, from);
	const int to = cli_holders_next(r, (size_t)from + 1);

	fputs("<li>", f);
	if (party != NULL)
		page_party(f, party);
	else
		page_signer(f, &r->events[from]);
	fputs(C_("time", ", from "), f);
	page_moment(f, r->events[from].time);
	if (to >= 0) {
		fputs(C_("time", " to "), f);
		page_moment(f, r->events[to].time);
	} else if (r->holding.disposal >= 0) {
		fputs(C_("time", " to the disposal, "), f);
		page_moment(f, r->events[r->holding.disposal].time);
	} else {
		fputs(C_("time", " to the end of this record"), f);
	}
	fputs("</li>\n", f);
}

static void who_had_it(FILE *f, const struct evx_report *r)
{
	char word[CLI_VERDICT_CAP];
	int at;

	question(f, N_("3. Who had it, and are there gaps?"));
	if (!cli_holders_known(r)) {
		answer(f, N_("Not known."),
			N_("The custody record does not show who holds the exhibit."));
		return;
	}
	fprintf(f, "<p>%s <strong>", _("The custody record is:"));
	page_text(f, cli_verdict_custody_told(r, word));
	fprintf(f, "</strong>. %s</p>\n<ol>\n", _("Times are those of the signers' clocks."));
	for (at = cli_holders_next(r, 0); at >= 0; at = cli_holders_next(r, (size_t)at + 1))
		holder(f, r, at);
	fputs("</ol>\n", f);
	if (r->holding.release >= 0) {
		fprintf(f, "<p>%s", _("It was offered to "));
		page_party(f, &r->holding.receiver);
		fprintf(f, "%s</p>\n", _(", who has not answered yet."));
	}
	fputs("</div>\n", f);
}

static void who_says_so(FILE *f, const struct evx_report *r)
{
	const char *word = cli_verdict_signers(r);

	question(f, N_("4. Who says so, and do we know them?"));
	if (strcmp(word, "known") == 0)
		answer(f, N_("Yes, all are known."),
			N_("Every signer's key is on a card or list that the maker of this report "
			   "trusts. The section \"Signers\" names them."));
	else if (strcmp(word, "not checked") == 0)
		answer(f, N_("Not checked."),
			N_("No trusted cards were given to compare the signers' keys with. The "
			   "section "
			   "\"Signers\" names the keys."));
	else
		answer(f, N_("No, not all."),
			N_("At least one signer's key is unknown or not trusted. The section "
			   "\"Signers\" says which."));
}

/* A disclosure is never to be taken for the whole exhibit. */
static void part(FILE *f, const struct evx_report *r)
{
	const struct evx_report_origin *o = &r->origin;
	char shown[CLI_NUMBER_CAP], all[CLI_THINGS_CAP], names[CLI_THINGS_CAP];

	page_section(f, "part", "This is a part of an exhibit");
	fputs("<p>", f);
	fprintf(f, _("It shows %s of %s of the exhibit with the seal code "),
		cli_output_count(o->shown, shown),
		cli_output_things(o->lines, "entry", "entries", all));
	page_isolated(f, o->seal_code);
	fputs(_(", sealed by "), f);
	page_party(f, &o->sealer);
	fputs(C_("time", " on "), f);
	page_moment(f, o->sealed);
	fprintf(f, ". %s</p>\n", _("The rest is withheld."));
	if (o->names_only > 0) {
		fputs("<p>", f);
		fprintf(f, _("Of %s only the name is shown, not the contents."),
			cli_output_things(o->names_only, "file", "files", names));
		fputs("</p>\n", f);
	}
	if (o->in_part > 0) {
		fputs("<p>", f);
		fprintf(f, _("Of %s only a part of the contents is shown."),
			cli_output_things(o->in_part, "file", "files", names));
		fputs("</p>\n", f);
	}
	if (o->entry >= 0) {
		fputs("<p>", f);
		fprintf(f, _("Entry %04d of that exhibit gives it out, signed by "), o->entry);
		page_party(f, &o->by);
		if (o->to.fingerprint[0] != '\0') {
			fputs(_(" and made out to "), f);
			page_party(f, &o->to);
		}
		fputs(C_("time", ", on "), f);
		page_moment(f, o->disclosed);
		fputs(".</p>\n", f);
	}
	page_paragraph(f,
		r->deep ? N_("All that is shown was proved to be part of what was sealed.") :
			  N_("That it is part of what was sealed was not checked: that needs a "
			     "key."));
	page_section_end(f);
}

void page_report_answers(FILE *f, const struct evx_report *r)
{
	if (r->origin.present)
		part(f, r);
	page_section(f, "answers", "Four questions");
	unchanged(f, r);
	right_one(f, r);
	who_had_it(f, r);
	who_says_so(f, r);
	page_section_end(f);
}
