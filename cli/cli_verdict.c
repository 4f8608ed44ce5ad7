/* The answer of verify, show and log on one screen, the verdict first. */
#include "cli_verdict.h"

#include <stdlib.h>
#include <string.h>

#include "cli_corrections.h"
#include "cli_details.h"
#include "cli_entry.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_report.h"
#include "cli_verdict_inner.h"

#define PROBLEMS_MAX 6
#define REMARKS_MAX 4
#define NAMES_MAX 4

void cli_verdict_line(FILE *f, const struct evx_report *r, int code)
{
	const char *word = _(cli_verdict_first(r, code));
	const size_t wide = cli_layout_columns(word) + 2;

	fprintf(f, "%s  ", word);
	cli_layout_paragraph(f, wide, wide, _(cli_verdict_sentence(r, code)));
}

void cli_verdict_quiet(FILE *f, const struct evx_report *r, int code, const char *name)
{
	fprintf(f, "%s  ", _(cli_verdict_first(r, code)));
	cli_output_text(f, name);
	fprintf(f, ": %s\n", _(cli_verdict_sentence(r, code)));
}

/* All that was not checked of the data is what a key would open. */
static bool only_deep(const struct evx_report *r)
{
	return cli_verdict_count(r, EVX_ON_DATA, EVX_WEIGHT_UNCHECKED) == 1 &&
		cli_report_has(r, "D-DEEP");
}

static void data_row(FILE *f, const struct evx_report *r, size_t indent)
{
	struct cli_layout_text t;
	char packs[CLI_THINGS_CAP], files[CLI_THINGS_CAP];
	const char *word = cli_verdict_data(r);

	if (!cli_layout_text_begin(&t))
		return;
	if (strcmp(word, "unchanged") == 0) {
		fprintf(t.f, _("every byte of %s checked"),
			cli_output_things(r->packs, "pack", "packs", packs));
		if (r->deep)
			fprintf(t.f, _(", and %s inside"),
				cli_output_things(r->deep_files, "file", "files", files));
		if (cli_report_goes_on(r))
			fputs(_("; extra bytes follow its end"), t.f);
	} else if (strcmp(word, "not checked") == 0 && r->walked && only_deep(r)) {
		fprintf(t.f, _("every byte of %s checked, but no file inside"),
			cli_output_things(r->packs, "pack", "packs", packs));
	} else if (strcmp(word, "not checked") == 0 && !r->walked && r->nevents > 0) {
		fputs(_("run 'evx verify' to check it"), t.f);
	}
	cli_layout_text_cells(&t, f, indent, "data", word);
}

static void custody_row(FILE *f, const struct evx_report *r, size_t indent)
{
	const struct evx_report_holding *h = &r->holding;
	char word[CLI_VERDICT_CAP], entries[CLI_THINGS_CAP], time[CLI_LAYOUT_TIME];
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	fputs(r->nevents == 0 ? _("no entry could be read") :
				cli_output_things(r->nevents, "entry", "entries", entries),
		t.f);
	if (h->holder.fingerprint[0] != '\0') {
		fputs(_("; held by "), t.f);
		cli_verdict_party(t.f, &h->holder);
		fprintf(t.f, _(" since %s"), cli_layout_time(h->since_time, false, time));
	}
	if (h->release >= 0) {
		fputs(_("; offered to "), t.f);
		cli_verdict_party(t.f, &h->receiver);
		fputs(_(", who has not answered"), t.f);
	}
	if (h->disposal >= 0)
		fprintf(t.f, _("; destroyed, as entry %04d says"), h->disposal);
	cli_layout_text_cells(&t, f, indent, "custody", cli_verdict_custody_told(r, word));
}

static bool named_before(const struct evx_report *r, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (strcmp(r->events[i].signer, r->events[at].signer) == 0 &&
			r->events[i].trusted == r->events[at].trusted)
			return true;
	return false;
}

static void signers_row(FILE *f, const struct evx_report *r, size_t indent)
{
	struct cli_layout_text t;
	size_t i, n = 0;

	if (!cli_layout_text_begin(&t))
		return;
	for (i = 0; i < r->nevents; i++) {
		if (r->events[i].signer[0] == '\0' || named_before(r, i))
			continue;
		if (n++ >= NAMES_MAX)
			continue;
		if (n > 1)
			fputs(" \302\267 ", t.f);
		cli_verdict_signer(t.f, &r->events[i]);
	}
	if (n > NAMES_MAX)
		fprintf(t.f,
			cli_language_number(
				" \302\267 and %zu more", " \302\267 and %zu more", n - NAMES_MAX),
			n - NAMES_MAX);
	cli_layout_text_cells(&t, f, indent, "signers", cli_verdict_signers(r));
}

/* When it was sealed, where a time-stamp proves that, or fails to. */
static void time_row(FILE *f, const struct evx_report *r, size_t indent)
{
	struct cli_layout_text t;
	char time[CLI_LAYOUT_TIME];

	if (r->nevents == 0 || (!r->events[0].proven && cli_verdict_stamps(r) == 0) ||
		!cli_layout_text_begin(&t))
		return;
	if (r->events[0].proven) {
		fprintf(t.f, _("sealed before %s, says "),
			cli_layout_time(r->events[0].proven_time, false, time));
		cli_output_text(t.f, r->events[0].proven_authority);
	}
	cli_layout_text_cells(
		&t, f, indent, "time", r->events[0].proven ? N_("proven") : N_("NOT PROVEN"));
}

/* Which ranges of files a disclosure shows; known once they were proved. */
static void part_rows(FILE *f, const struct evx_report *r, size_t indent)
{
	char more[CLI_THINGS_CAP];
	struct cli_layout_text t;
	size_t i;

	for (i = 0; i < r->nparts && i < NAMES_MAX && cli_layout_text_begin(&t); i++) {
		cli_entry_part(t.f, r->parts[i].path, r->parts[i].path_len, r->parts[i].shown,
			r->parts[i].size);
		cli_entry_ranges(t.f, r->parts[i].ranges, r->parts[i].nranges);
		fputs(_("), the rest withheld"), t.f);
		cli_layout_text_row(&t, f, indent, "in part");
	}
	if (r->deep_parts > i && cli_layout_text_begin(&t)) {
		fprintf(t.f, _("and %s"),
			cli_output_things(r->deep_parts - i, "more file", "more files", more));
		cli_layout_text_row(&t, f, indent, "");
	}
}

/* Of what a disclosure is a part, how much of that it shows, and who gave it out. */
static void origin_rows(FILE *f, const struct evx_report *r, size_t indent)
{
	const struct evx_report_origin *o = &r->origin;
	char things[CLI_THINGS_CAP], n[CLI_NUMBER_CAP], time[CLI_LAYOUT_TIME];
	struct cli_layout_text t;

	if (cli_layout_text_begin(&t)) {
		fprintf(t.f, _("%s of %s of the exhibit below"), cli_output_count(o->shown, n),
			cli_output_things(o->lines, "entry", "entries", things));
		if (o->names_only > 0)
			fprintf(t.f, _("; %s without contents"),
				cli_output_things(o->names_only, "file", "files", things));
		if (o->in_part > 0)
			fprintf(t.f, _("; %s in part"),
				cli_output_things(o->in_part, "file", "files", things));
		cli_layout_text_row(&t, f, indent, "shows");
	}
	part_rows(f, r, indent);
	if (cli_layout_text_begin(&t)) {
		fprintf(t.f, _("%s, sealed by "), o->seal_code);
		cli_verdict_party(t.f, &o->sealer);
		fprintf(t.f, _(" on %s"), cli_layout_time(o->sealed, false, time));
		if (o->nevents > 0 && o->events[0].proven) {
			fprintf(t.f, _("; sealed before %s, says "),
				cli_layout_time(o->events[0].proven_time, false, time));
			cli_output_text(t.f, o->events[0].proven_authority);
		}
		cli_layout_text_row(&t, f, indent, "of exhibit");
	}
	if (o->entry < 0 || !cli_layout_text_begin(&t))
		return;
	fputs(_("by "), t.f);
	cli_verdict_party(t.f, &o->by);
	if (o->to.fingerprint[0] != '\0') {
		fputs(C_("receiver", " to "), t.f);
		cli_verdict_party(t.f, &o->to);
	}
	fprintf(t.f, _(" on %s, entry %04d of that exhibit"),
		cli_layout_time(o->disclosed, false, time), o->entry);
	cli_layout_text_row(&t, f, indent, "given out");
}

/* By enum evx_code_answer. */
static const char *const code_answers[] = { N_("compare it with the paper"),
	N_("same as the code given"), N_("NOT the code given"),
	N_("not compared: this seal is not good") };

void cli_verdict_rows(FILE *f, const struct evx_report *r, size_t indent)
{
	char *exhibit = cli_verdict_exhibit(r);
	struct cli_layout_text t;

	cli_layout_row(f, indent, "exhibit", exhibit);
	free(exhibit);
	if (r->seal_code[0] != '\0' && cli_layout_text_begin(&t)) {
		fprintf(t.f, "%s  %s", r->seal_code, _(code_answers[r->code]));
		cli_layout_text_row(&t, f, indent, "seal code");
	}
	if (r->origin.present)
		origin_rows(f, r, indent);
	data_row(f, r, indent);
	custody_row(f, r, indent);
	signers_row(f, r, indent);
	time_row(f, r, indent);
}

void cli_verdict_head(FILE *f, const struct evx_report *r, int code)
{
	if (code != CLI_GOOD) {
		cli_verdict_line(f, r, code);
		putc('\n', f);
	}
	cli_verdict_rows(f, r, 0);
}

static bool in_range(const struct evx_report_finding *f, enum evx_weight from, enum evx_weight to)
{
	return f->weight >= from && f->weight <= to;
}

/* How many findings from at on have its code and weight; 0 when an earlier one has them. */
static size_t alike(const struct evx_report *r, size_t at)
{
	const struct evx_report_finding *f = &r->findings[at];
	size_t i, n = 0;

	for (i = 0; i < r->nfindings; i++)
		if (strcmp(r->findings[i].code, f->code) == 0 &&
			r->findings[i].weight == f->weight) {
			if (i < at)
				return 0;
			n++;
		}
	return n;
}

/* The findings of weight from to to, each a paragraph behind the label, which stands once; those of
 * one code are told by the first. */
static void findings(FILE *f, const struct evx_report *r, size_t indent, const char *label,
	enum evx_weight from, enum evx_weight to, size_t most)
{
	struct cli_layout_text t;
	uint64_t all = 0, told = 0;
	size_t i, n, shown = 0;

	for (int line = 0; line < EVX_VERDICT_LINES; line++)
		for (int w = (int)from; w <= (int)to; w++)
			all += r->counts[line][w];
	for (i = 0; i < r->nfindings && shown < most; i++) {
		const struct evx_report_finding *one = &r->findings[i];

		n = in_range(one, from, to) ? alike(r, i) : 0;
		if (n == 0)
			continue;
		told += n;
		if (cli_verdict_only_cards(r) && strcmp(one->code, "T-NO-CARDS") == 0)
			continue; /* the first line says it */
		if (!cli_layout_text_begin(&t))
			return;
		cli_output_text(t.f, cli_report_told(one));
		if (one->where != NULL && one->where[0] != '\0') {
			fputs(" [", t.f);
			cli_output_text(t.f, one->where);
			putc(']', t.f);
		}
		if (n > 1)
			fprintf(t.f,
				cli_language_number(" (and %zu more like this)",
					" (and %zu more like this)", n - 1),
				n - 1);
		cli_layout_text_row(&t, f, indent, shown++ == 0 ? label : "");
	}
	/* A finding about the seal counts in two lines, and stands in the list once. */
	if (r->findings_left_out == 0)
		for (all = 0, i = 0; i < r->nfindings; i++)
			all += in_range(&r->findings[i], from, to);
	if (all <= told || !cli_layout_text_begin(&t))
		return;
	fprintf(t.f,
		cli_language_number("and %llu more: --details lists it",
			"and %llu more: --details lists them", all - told),
		(unsigned long long)(all - told));
	cli_layout_text_row(&t, f, indent, "");
}

static void not_checked(FILE *f, const struct evx_report *r, size_t indent)
{
	struct cli_layout_text t;
	size_t i;

	if (!cli_layout_text_begin(&t))
		return;
	for (i = 0; i < r->nnot_checked; i++) {
		fputs(i > 0 ? " \302\267 " : "", t.f);
		cli_output_text(t.f, _(r->not_checked[i]));
	}
	if (r->nevents > 0 && cli_report_has(r, "R-HEAD"))
		fprintf(t.f, "%s%s", i > 0 ? " \302\267 " : "",
			_("later entries, if somebody removed them (ask the holder for receipts: "
			  "--with FILE)"));
	cli_layout_text_row(&t, f, indent, "not checked");
}

void cli_verdict_problems(FILE *f, const struct evx_report *r, size_t indent)
{
	const struct evx_report_holding *h = &r->holding;
	size_t i;

	putc('\n', f);
	findings(f, r, indent, L_("problems"), EVX_WEIGHT_GAP, EVX_WEIGHT_BROKEN, PROBLEMS_MAX);
	if (r->nevents > 0 && !r->complete)
		cli_layout_row(f, indent, "INCOMPLETE",
			_("The seal says that part of the source could not be read, changed while "
			  "it was read, or was left out."));
	findings(f, r, indent, L_("remarks"), EVX_WEIGHT_REMARK, EVX_WEIGHT_REMARK, REMARKS_MAX);
	for (i = 0; i < h->nholds; i++)
		cli_layout_say_row(f, indent, "hold",
			"Entry %04d forbids the disposal of the exhibit.", h->holds[i]);
	if (h->authorisation >= 0 && h->disposal < 0)
		cli_layout_say_row(f, indent, "disposal",
			"Entry %04d allows the disposal of the exhibit.", h->authorisation);
	not_checked(f, r, indent);
}
