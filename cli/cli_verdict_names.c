/* Who signed, and which exhibit it is: the names in a verdict. */
#include <stdlib.h>
#include <string.h>

#include "cli_corrections.h"
#include "cli_details.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_verdict.h"

/* Text between quotes, which it cannot close itself. */
static void quoted(FILE *f, const char *s)
{
	const char *p;

	for (; *s != '\0'; s = p) {
		p = s + strcspn(s, "\"");
		cli_output_bytes(f, s, (size_t)(p - s));
		for (; *p == '"'; p++)
			putc('\'', f);
	}
}

/* Whose key it is: from a trusted card; else the fingerprint, and who it says it is, in quotes so
 * that no name can pass for another signer. */
static void who(FILE *f, const char *fingerprint, const struct evx_card_info *card, bool trusted)
{
	if (trusted && card->person[0] != '\0') {
		cli_output_text(f, card->person);
		fputs(", ", f);
		cli_output_text(f, card->organisation);
		fputs(" (", f);
		cli_output_text(f, card->country);
		putc(')', f);
		return;
	}
	cli_output_text(f, fingerprint);
	if (card->person[0] == '\0')
		return;
	fputs(_(" that says it is \""), f);
	quoted(f, card->person);
	fputs(", ", f);
	quoted(f, card->organisation);
	putc('"', f);
}

void cli_verdict_signer(FILE *f, const struct evx_report_event *event)
{
	who(f, event->signer, &event->card, event->trusted);
}

void cli_verdict_party(FILE *f, const struct evx_report_party *party)
{
	who(f, party->fingerprint, &party->card, party->trusted);
}

/* The signs of a label stay in their order, where letters beside it run from right to left, too. */
static void isolated(FILE *f, const char *s)
{
	const bool leftward = cli_language_leftward();

	fputs(leftward ? "\342\201\250" : "", f); /* UAX 9, FSI and PDI */
	cli_output_text(f, s);
	fputs(leftward ? "\342\201\251" : "", f);
}

/* A label of the seal, and what a later entry says that it should be. */
static void label(FILE *f, const struct cli_corrections *c, const char *key, const char *text)
{
	const struct cli_correction *right = cli_corrections_of(c, 0, key);

	if (text != NULL)
		isolated(f, text);
	else
		fputs(_("not named"), f);
	if (right == NULL)
		return;
	fputs(_(", corrected to "), f);
	isolated(f, right->text);
	fprintf(f, _(" by entry %04d"), right->by);
}

char *cli_verdict_exhibit(const struct evx_report *r)
{
	const char *details = r->nevents > 0 ? r->events[0].details_json : NULL;
	char *case_label = cli_details_text(details, "case"),
	     *number = cli_details_text(details, "exhibit_number");
	const char *c = r->public_case != NULL ? r->public_case : case_label,
		   *e = r->public_exhibit != NULL ? r->public_exhibit : number;
	const int closed = cli_corrections_closed(r, 0);
	struct cli_corrections corrections = { NULL, 0 };
	struct cli_layout_text t = { .f = NULL };
	bool has_case, has_number, good = false;

	if (!cli_corrections_find(r, &corrections) || !cli_layout_text_begin(&t))
		goto out;
	has_case = c != NULL || cli_corrections_of(&corrections, 0, "case") != NULL;
	has_number = e != NULL || cli_corrections_of(&corrections, 0, "exhibit_number") != NULL;
	if (!has_case && !has_number)
		fputs(r->tier == 0 ? _("private, needs a key (--as NAME)") : _("not named"), t.f);
	if (has_number)
		label(t.f, &corrections, "exhibit_number", e);
	if (has_case) {
		fputs(has_number ? (cli_corrections_of(&corrections, 0, "exhibit_number") != NULL ?
						   _(", of case ") :
						   _(" of case ")) :
				   _("case "),
			t.f);
		label(t.f, &corrections, "case", c);
	}
	if (closed >= 0 && (has_case || has_number))
		fprintf(t.f, _("; entry %04d corrects the seal, and needs a key (--as NAME)"),
			closed);
	good = cli_layout_text_end(&t);
out:
	cli_corrections_free(&corrections);
	free(case_label);
	free(number);
	if (good)
		return t.text;
	free(t.text);
	return NULL;
}
