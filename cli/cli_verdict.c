/* The answer of verify, show and log on one screen, the verdict first. */
#include "cli_verdict.h"

#include <stdlib.h>
#include <string.h>

#include "cli_corrections.h"
#include "cli_details.h"
#include "cli_entry.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_report.h"

#define PROBLEMS_MAX 6
#define REMARKS_MAX 4
#define NAMES_MAX 4

const char *cli_verdict_word(int code)
{
	switch (code) {
	case CLI_GOOD:
		return "GOOD";
	case CLI_BAD:
		return "BAD";
	case CLI_NEWER:
		return "TOO NEW";
	case CLI_CUSTODY:
		return "OPEN QUESTIONS";
	default:
		return "NOT CHECKED";
	}
}

const char *cli_verdict_first(const struct evx_report *r, int code)
{
	return r->code == EVX_CODE_OTHER ? "WRONG EXHIBIT" : cli_verdict_word(code);
}

static uint64_t count(const struct evx_report *r, enum evx_verdict_line line, enum evx_weight from)
{
	uint64_t n = 0;

	for (int w = (int)from; w < EVX_WEIGHTS; w++)
		n += r->counts[line][w];
	return n;
}

const char *cli_verdict_data(const struct evx_report *r)
{
	if (count(r, EVX_ON_DATA, EVX_WEIGHT_BROKEN) > 0)
		return "CHANGED";
	return r->walked && count(r, EVX_ON_DATA, EVX_WEIGHT_UNCHECKED) == 0 ? "unchanged" :
									       "not checked";
}

const char *cli_verdict_custody(const struct evx_report *r, char buf[CLI_VERDICT_CAP])
{
	const uint64_t gaps = r->counts[EVX_ON_CUSTODY][EVX_WEIGHT_GAP];

	if (count(r, EVX_ON_CUSTODY, EVX_WEIGHT_BROKEN) > 0)
		return "BROKEN";
	/* What a file that ends early had behind its end may be entries. */
	if (count(r, EVX_ON_CUSTODY, EVX_WEIGHT_UNCHECKED) > 0 || r->nevents == 0 ||
		cli_report_has(r, "D-TRUNCATED"))
		return "not checked";
	if (gaps == 0)
		return "complete";
	snprintf(buf, CLI_VERDICT_CAP, "GAPS (%llu)", (unsigned long long)gaps);
	return buf;
}

static bool is_trust(const struct evx_report_finding *f)
{
	return f->line == EVX_ON_TRUST && f->weight >= EVX_WEIGHT_GAP;
}

static bool is_stamp(const struct evx_report_finding *f)
{
	return strncmp(f->code, "T-STAMP-", 8) == 0;
}

/* How many findings of trust weigh a gap or more: of all, those about time-stamps; those about keys
 * that nobody here knows; and those about cards and rosters that cannot be used. */
struct trust {
	uint64_t all, stamps, unknown, unusable;
};

static struct trust trust_of(const struct evx_report *r)
{
	struct trust t = { .all = count(r, EVX_ON_TRUST, EVX_WEIGHT_GAP) };

	for (size_t i = 0; i < r->nfindings; i++) {
		const struct evx_report_finding *f = &r->findings[i];

		if (!is_trust(f))
			continue;
		if (is_stamp(f))
			t.stamps++;
		else if (strcmp(f->code, "T-UNTRUSTED") == 0 || strcmp(f->code, "T-NO-CARDS") == 0)
			t.unknown++;
		else if (strcmp(f->code, "T-CARD") == 0 || strcmp(f->code, "T-ROSTER") == 0)
			t.unusable++;
	}
	return t;
}

const char *cli_verdict_signers(const struct evx_report *r)
{
	const struct trust t = trust_of(r);

	if (r->nevents == 0)
		return "not checked";
	if (t.all == t.stamps)
		return "known";
	if (t.all > t.stamps + t.unknown + t.unusable)
		return "UNTRUSTED";
	return t.unknown > 0 ? "UNKNOWN" : "not checked";
}

static const char *bad(const struct evx_report *r)
{
	if (count(r, EVX_ON_DATA, EVX_WEIGHT_BROKEN) > 0)
		return "This is not what was sealed: it was changed, damaged or cut off. Do not "
		       "rely on it.";
	if (!r->walked || count(r, EVX_ON_DATA, EVX_WEIGHT_UNCHECKED) > 0)
		return "The custody record is broken, and the data was not checked.";
	if (count(r, EVX_ON_CUSTODY, EVX_WEIGHT_BROKEN) > 0)
		return "The data is as it was sealed, but the custody record is broken.";
	return "The data is as it was sealed, but who signed cannot be relied on.";
}

/* No card to compare with is all that stands against the bundle. */
static bool only_cards(const struct evx_report *r)
{
	return cli_report_has(r, "T-NO-CARDS") && r->counts[EVX_ON_CUSTODY][EVX_WEIGHT_GAP] == 0 &&
		!cli_report_goes_on(r);
}

static const char *open_question(const struct evx_report *r)
{
	const struct trust t = trust_of(r);

	if (cli_report_goes_on(r))
		return r->walked ?
			"The data is as it was sealed, but extra bytes follow the end of "
			"the bundle. Nobody signed them." :
			"Extra bytes follow the end of the bundle. Nobody signed them. "
			"Run 'evx verify'.";
	if (only_cards(r))
		return "Nothing was changed since it was sealed. Who sealed it was not checked: "
		       "name the sealer's card with --trust CARD.";
	if (r->counts[EVX_ON_CUSTODY][EVX_WEIGHT_GAP] > 0)
		return t.all > t.stamps ? "The data is as it was sealed, but the custody record "
					  "has gaps, and not every signer is known and trusted." :
					  "The data is as it was sealed, but the custody record "
					  "has gaps.";
	if (t.all > t.stamps)
		return "The data is as it was sealed, but not every signer is known and trusted.";
	return "The data is as it was sealed, but no trusted time-stamp proves when.";
}

static const char *unchecked(const struct evx_report *r)
{
	if (r->holding.disposal >= 0 && cli_report_has(r, "D-DISPOSED"))
		return "This exhibit was destroyed, as its custody record says. There is no data "
		       "left to check.";
	if (cli_report_has(r, "D-TRUNCATED"))
		return r->nevents > 0 ?
			"The file ends early: the copy is incomplete, and its end could not be "
			"checked. Copy it again from where it came." :
			"The file ends early: the copy is incomplete, and nothing is known yet. "
			"Copy it again from where it came.";
	if (r->walked && count(r, EVX_ON_DATA, EVX_WEIGHT_UNCHECKED) == 0)
		return "The data is as it was sealed, but the custody record could not be checked "
		       "to the end.";
	return "The data could not be checked to the end, so nothing is known yet.";
}

/* Of a disclosure that is good. */
static const char *part_of_exhibit(const struct evx_report *r)
{
	if (r->deep)
		return "This is a part of an exhibit. Nothing of it was changed, all of it is "
		       "proved to be part of what was sealed, and both custody records are "
		       "complete "
		       "up to their last entries.";
	return "This is a part of an exhibit. Nothing was changed since it was given out, and both "
	       "custody records are complete up to their last entries. That it is part of what was "
	       "sealed can be checked with a key: --deep";
}

const char *cli_verdict_sentence(const struct evx_report *r, int code)
{
	if (r->code == EVX_CODE_OTHER)
		return "The seal code that you gave is not the one of this exhibit. Look for the "
		       "exhibit with your seal code.";
	switch (code) {
	case CLI_GOOD:
		if (r->origin.present)
			return part_of_exhibit(r);
		return "Nothing was changed since it was sealed, and the custody record is "
		       "complete up to its last entry.";
	case CLI_BAD:
		return bad(r);
	case CLI_NEWER:
		return "It was made by a newer evx. Check it with a newer version of this "
		       "program.";
	case CLI_CUSTODY:
		return open_question(r);
	default:
		return unchecked(r);
	}
}

void cli_verdict_line(FILE *f, const struct evx_report *r, int code)
{
	const char *word = cli_verdict_first(r, code);

	fprintf(f, "%s  ", word);
	cli_layout_paragraph(f, strlen(word) + 2, strlen(word) + 2, cli_verdict_sentence(r, code));
}

void cli_verdict_quiet(FILE *f, const struct evx_report *r, int code, const char *name)
{
	fprintf(f, "%s  ", cli_verdict_first(r, code));
	cli_output_text(f, name);
	fprintf(f, ": %s\n", cli_verdict_sentence(r, code));
}

/* All that was not checked of the data is what a key would open. */
static bool only_deep(const struct evx_report *r)
{
	return count(r, EVX_ON_DATA, EVX_WEIGHT_UNCHECKED) == 1 && cli_report_has(r, "D-DEEP");
}

static void data_row(FILE *f, const struct evx_report *r, size_t indent)
{
	struct cli_layout_text t;
	char packs[CLI_THINGS_CAP], files[CLI_THINGS_CAP];
	const char *word = cli_verdict_data(r);

	if (!cli_layout_text_begin(&t))
		return;
	if (strcmp(word, "unchanged") == 0) {
		fprintf(t.f, "every byte of %s checked",
			cli_output_things(r->packs, "pack", "packs", packs));
		if (r->deep)
			fprintf(t.f, ", and %s inside",
				cli_output_things(r->deep_files, "file", "files", files));
		if (cli_report_goes_on(r))
			fputs("; extra bytes follow its end", t.f);
	} else if (strcmp(word, "not checked") == 0 && r->walked && only_deep(r)) {
		fprintf(t.f, "every byte of %s checked, but no file inside",
			cli_output_things(r->packs, "pack", "packs", packs));
	} else if (strcmp(word, "not checked") == 0 && !r->walked && r->nevents > 0) {
		fputs("run 'evx verify' to check it", t.f);
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
	fputs(r->nevents == 0 ? "no entry could be read" :
				cli_output_things(r->nevents, "entry", "entries", entries),
		t.f);
	if (h->holder.fingerprint[0] != '\0') {
		fputs("; held by ", t.f);
		cli_verdict_party(t.f, &h->holder);
		fprintf(t.f, " since %s", cli_layout_time(h->since_time, false, time));
	}
	if (h->release >= 0) {
		fputs("; offered to ", t.f);
		cli_verdict_party(t.f, &h->receiver);
		fputs(", who has not answered", t.f);
	}
	if (h->disposal >= 0)
		fprintf(t.f, "; destroyed, as entry %04d says", h->disposal);
	cli_layout_text_cells(&t, f, indent, "custody", cli_verdict_custody(r, word));
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
		fprintf(t.f, " \302\267 and %zu more", n - NAMES_MAX);
	cli_layout_text_cells(&t, f, indent, "signers", cli_verdict_signers(r));
}

/* When it was sealed, where a time-stamp proves that, or fails to. */
static void time_row(FILE *f, const struct evx_report *r, size_t indent)
{
	struct cli_layout_text t;
	char time[CLI_LAYOUT_TIME];

	if (r->nevents == 0 || (!r->events[0].proven && trust_of(r).stamps == 0) ||
		!cli_layout_text_begin(&t))
		return;
	if (r->events[0].proven) {
		fprintf(t.f, "sealed before %s, says ",
			cli_layout_time(r->events[0].proven_time, false, time));
		cli_output_text(t.f, r->events[0].proven_authority);
	}
	cli_layout_text_cells(&t, f, indent, "time", r->events[0].proven ? "proven" : "NOT PROVEN");
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
		fputs("), the rest withheld", t.f);
		cli_layout_text_row(&t, f, indent, "in part");
	}
	if (r->deep_parts > i && cli_layout_text_begin(&t)) {
		fprintf(t.f, "and %s",
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
		fprintf(t.f, "%s of %s of the exhibit below", cli_output_count(o->shown, n),
			cli_output_things(o->lines, "entry", "entries", things));
		if (o->names_only > 0)
			fprintf(t.f, "; %s without contents",
				cli_output_things(o->names_only, "file", "files", things));
		if (o->in_part > 0)
			fprintf(t.f, "; %s in part",
				cli_output_things(o->in_part, "file", "files", things));
		cli_layout_text_row(&t, f, indent, "shows");
	}
	part_rows(f, r, indent);
	if (cli_layout_text_begin(&t)) {
		fprintf(t.f, "%s, sealed by ", o->seal_code);
		cli_verdict_party(t.f, &o->sealer);
		fprintf(t.f, " on %s", cli_layout_time(o->sealed, false, time));
		if (o->nevents > 0 && o->events[0].proven) {
			fprintf(t.f, "; sealed before %s, says ",
				cli_layout_time(o->events[0].proven_time, false, time));
			cli_output_text(t.f, o->events[0].proven_authority);
		}
		cli_layout_text_row(&t, f, indent, "of exhibit");
	}
	if (o->entry < 0 || !cli_layout_text_begin(&t))
		return;
	fputs("by ", t.f);
	cli_verdict_party(t.f, &o->by);
	if (o->to.fingerprint[0] != '\0') {
		fputs(" to ", t.f);
		cli_verdict_party(t.f, &o->to);
	}
	fprintf(t.f, " on %s, entry %04d of that exhibit",
		cli_layout_time(o->disclosed, false, time), o->entry);
	cli_layout_text_row(&t, f, indent, "given out");
}

/* By enum evx_code_answer. */
static const char *const code_answers[] = { "compare it with the paper", "same as the code given",
	"NOT the code given", "not compared: this seal is not good" };

void cli_verdict_rows(FILE *f, const struct evx_report *r, size_t indent)
{
	char *exhibit = cli_verdict_exhibit(r);
	struct cli_layout_text t;

	cli_layout_row(f, indent, "exhibit", exhibit);
	free(exhibit);
	if (r->seal_code[0] != '\0' && cli_layout_text_begin(&t)) {
		fprintf(t.f, "%s  %s", r->seal_code, code_answers[r->code]);
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
		if (only_cards(r) && strcmp(one->code, "T-NO-CARDS") == 0)
			continue; /* the first line says it */
		if (!cli_layout_text_begin(&t))
			return;
		cli_output_text(t.f, one->text);
		if (one->where != NULL && one->where[0] != '\0') {
			fputs(" [", t.f);
			cli_output_text(t.f, one->where);
			putc(']', t.f);
		}
		if (n > 1)
			fprintf(t.f, " (and %zu more like this)", n - 1);
		cli_layout_text_row(&t, f, indent, shown++ == 0 ? label : "");
	}
	/* A finding about the seal counts in two lines, and stands in the list once. */
	if (r->findings_left_out == 0)
		for (all = 0, i = 0; i < r->nfindings; i++)
			all += in_range(&r->findings[i], from, to);
	if (all <= told || !cli_layout_text_begin(&t))
		return;
	fprintf(t.f, "and %llu more: --details lists %s", (unsigned long long)(all - told),
		all - told == 1 ? "it" : "them");
	cli_layout_text_row(&t, f, indent, "");
}

static void numbers(
	FILE *f, size_t indent, const char *label, const int *at, size_t n, const char *what)
{
	struct cli_layout_text t;
	size_t i;

	for (i = 0; i < n && cli_layout_text_begin(&t); i++) {
		fprintf(t.f, "Entry %04d %s.", at[i], what);
		cli_layout_text_row(&t, f, indent, label);
	}
}

static void not_checked(FILE *f, const struct evx_report *r, size_t indent)
{
	struct cli_layout_text t;
	size_t i;

	if (!cli_layout_text_begin(&t))
		return;
	for (i = 0; i < r->nnot_checked; i++) {
		fputs(i > 0 ? " \302\267 " : "", t.f);
		cli_output_text(t.f, r->not_checked[i]);
	}
	if (r->nevents > 0 && cli_report_has(r, "R-HEAD"))
		fprintf(t.f,
			"%slater entries, if somebody removed them (ask the holder for receipts: "
			"--with FILE)",
			i > 0 ? " \302\267 " : "");
	cli_layout_text_row(&t, f, indent, "not checked");
}

void cli_verdict_problems(FILE *f, const struct evx_report *r, size_t indent)
{
	const struct evx_report_holding *h = &r->holding;

	putc('\n', f);
	findings(f, r, indent, "problems", EVX_WEIGHT_GAP, EVX_WEIGHT_BROKEN, PROBLEMS_MAX);
	if (r->nevents > 0 && !r->complete)
		cli_layout_row(f, indent, "INCOMPLETE",
			"The seal says that part of the source could not be read, changed while it "
			"was read, or was left out.");
	findings(f, r, indent, "remarks", EVX_WEIGHT_REMARK, EVX_WEIGHT_REMARK, REMARKS_MAX);
	numbers(f, indent, "hold", h->holds, h->nholds, "forbids the disposal of the exhibit");
	numbers(f, indent, "disposal", &h->authorisation, h->authorisation >= 0 && h->disposal < 0,
		"allows the disposal of the exhibit");
	not_checked(f, r, indent);
}
