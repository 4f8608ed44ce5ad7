/* The four questions of page one. */
#include <stdlib.h>
#include <string.h>

#include "cli_holders.h"
#include "cli_output.h"
#include "cli_verdict.h"
#include "page_report.h"

static void question(FILE *f, const char *text)
{
	fprintf(f, "<div class=\"answer\">\n<h3>%s</h3>\n", text);
}

static void answer(FILE *f, const char *word, const char *text)
{
	fputs("<p><strong>", f);
	page_text(f, word);
	fputs("</strong> ", f);
	page_escaped(f, text);
	fputs("</p>\n</div>\n", f);
}

static void unchanged(FILE *f, const struct evx_report *r)
{
	const char *word = cli_verdict_data(r);

	question(f, "1. Is it unchanged?");
	if (strcmp(word, "unchanged") == 0)
		answer(f, "Yes.",
			r->deep ?
				"Every byte is as it was sealed. Every file inside was opened and "
				"compared with its signed hash." :
				"Every byte is as it was sealed. The files inside were not opened: "
				"that needs a key.");
	else if (strcmp(word, "CHANGED") == 0)
		answer(f, "No.", "It was changed, damaged or cut off. Do not rely on it.");
	else
		answer(f, "Not checked.",
			"This check could not read or judge all of the data. The section \"What "
			"was "
			"not checked\" says why.");
}

static void right_one(FILE *f, const struct evx_report *r)
{
	char *exhibit = cli_verdict_exhibit(r);

	question(f, "2. Is it the exhibit in my papers?");
	switch (r->code) {
	case EVX_CODE_SAME:
		fputs("<p><strong>Yes.</strong> The seal code that was given for this report is "
		      "the one of this exhibit.</p>\n",
			f);
		break;
	case EVX_CODE_OTHER:
		fputs("<p><strong>No.</strong> The seal code that was given for this report "
		      "belongs to "
		      "another exhibit.</p>\n",
			f);
		break;
	case EVX_CODE_NOT_COMPARED:
		fputs("<p><strong>Not compared.</strong> This exhibit has no good seal.</p>\n", f);
		break;
	default:
		fputs("<p><strong>Compare it yourself.</strong> No seal code was given for this "
		      "report. Compare the seal code above with the one on your papers, sign by "
		      "sign.</p>\n",
			f);
	}
	fputs("<p>Exhibit: ", f);
	page_escaped(f, exhibit != NULL ? exhibit : "not known");
	fputs("</p>\n</div>\n", f);
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
	fputs(", from ", f);
	page_moment(f, r->events[from].time);
	if (to >= 0) {
		fputs(" to ", f);
		page_moment(f, r->events[to].time);
	} else if (r->holding.disposal >= 0) {
		fputs(" to the disposal, ", f);
		page_moment(f, r->events[r->holding.disposal].time);
	} else {
		fputs(" to the end of this record", f);
	}
	fputs("</li>\n", f);
}

static void who_had_it(FILE *f, const struct evx_report *r)
{
	char word[CLI_VERDICT_CAP];
	int at;

	question(f, "3. Who had it, and are there gaps?");
	if (!cli_holders_known(r)) {
		answer(f, "Not known.", "The custody record does not show who holds the exhibit.");
		return;
	}
	fputs("<p>The custody record is <strong>", f);
	page_text(f, cli_verdict_custody(r, word));
	fputs("</strong>. Times are those of the signers' clocks.</p>\n<ol>\n", f);
	for (at = cli_holders_next(r, 0); at >= 0; at = cli_holders_next(r, (size_t)at + 1))
		holder(f, r, at);
	fputs("</ol>\n", f);
	if (r->holding.release >= 0) {
		fputs("<p>It was offered to ", f);
		page_party(f, &r->holding.receiver);
		fputs(", who has not answered yet.</p>\n", f);
	}
	fputs("</div>\n", f);
}

static void who_says_so(FILE *f, const struct evx_report *r)
{
	const char *word = cli_verdict_signers(r);

	question(f, "4. Who says so, and do we know them?");
	if (strcmp(word, "known") == 0)
		answer(f, "Yes, all are known.",
			"Every signer's key is on a card or list that the maker of this report "
			"trusts. The section \"Signers\" names them.");
	else if (strcmp(word, "not checked") == 0)
		answer(f, "Not checked.",
			"No trusted cards were given to compare the signers' keys with. The "
			"section "
			"\"Signers\" names the keys.");
	else
		answer(f, "No, not all.",
			"At least one signer's key is unknown or not trusted. The section "
			"\"Signers\" says which.");
}

/* A disclosure is never to be taken for the whole exhibit. */
static void part(FILE *f, const struct evx_report *r)
{
	const struct evx_report_origin *o = &r->origin;
	char shown[CLI_NUMBER_CAP], all[CLI_THINGS_CAP], names[CLI_THINGS_CAP];

	page_section(f, "part", "This is a part of an exhibit");
	fprintf(f, "<p>It shows %s of %s of the exhibit with the seal code ",
		cli_output_count(o->shown, shown),
		cli_output_things(o->lines, "entry", "entries", all));
	page_text(f, o->seal_code);
	fputs(", sealed by ", f);
	page_party(f, &o->sealer);
	fputs(" on ", f);
	page_moment(f, o->sealed);
	fputs(". The rest is withheld.</p>\n", f);
	if (o->names_only > 0)
		fprintf(f, "<p>Of %s only the name is shown, not the contents.</p>\n",
			cli_output_things(o->names_only, "file", "files", names));
	if (o->in_part > 0)
		fprintf(f, "<p>Of %s only a part of the contents is shown.</p>\n",
			cli_output_things(o->in_part, "file", "files", names));
	if (o->entry >= 0) {
		fprintf(f, "<p>Entry %04d of that exhibit gives it out, signed by ", o->entry);
		page_party(f, &o->by);
		if (o->to.fingerprint[0] != '\0') {
			fputs(" and made out to ", f);
			page_party(f, &o->to);
		}
		fputs(", on ", f);
		page_moment(f, o->disclosed);
		fputs(".</p>\n", f);
	}
	page_paragraph(f,
		r->deep ? "All that is shown was proved to be part of what was sealed." :
			  "That it is part of what was sealed was not checked: that needs a key.");
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
