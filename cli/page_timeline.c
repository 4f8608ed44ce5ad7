/* Custody as a picture: holders as bars over time, and what happened between. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli_holders.h"
#include "cli_language.h"
#include "page_report.h"

#define WIDTH 760
#define LEFT 12
#define RIGHT 12
#define ROW 46 /* of a holder: the name, and the bar below */
#define BAR 16
#define MARKS 40 /* for entries, at the foot */
#define NAME_MAX_SHOWN 90

/* Seconds since 1970, or -1. */
static int64_t seconds(const char *utc)
{
	struct tm tm = { 0 };

	return strptime(utc, "%Y-%m-%dT%H:%M:%SZ", &tm) != NULL ? (int64_t)timegm(&tm) : -1;
}

struct axis {
	int64_t first, last;
};

/* The times of clocks, which need not be in order. */
static struct axis axis_of(const struct evx_report *r)
{
	struct axis a = { INT64_MAX, INT64_MIN };
	size_t i;

	for (i = 0; i < r->nevents; i++) {
		const int64_t t = seconds(r->events[i].time);

		if (t < 0)
			continue;
		a.first = t < a.first ? t : a.first;
		a.last = t > a.last ? t : a.last;
	}
	return a;
}

static double x_of(const struct axis *a, const char *utc)
{
	const int64_t t = seconds(utc);
	const double span = (double)(a->last - a->first);

	if (t < 0 || span <= 0)
		return LEFT;
	return LEFT + (WIDTH - LEFT - RIGHT) * ((double)(t - a->first) / span);
}

static void bar(FILE *f, const char *class, double from, double to, int y)
{
	if (to < from + 3)
		to = from + 3; /* what takes no time is still to be seen */
	fprintf(f, "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n", class,
		from, y, to - from, BAR);
}

/* The name above the bar, cut where it would leave the picture: the tables have it whole. */
static void name(FILE *f, const struct evx_report *r, int from, int y)
{
	const struct evx_report_party *party = cli_holders_receiver(r, from);
	const struct evx_card_info *card = party != NULL ? &party->card : &r->events[from].card;
	const bool trusted = party != NULL ? party->trusted : r->events[from].trusted;
	const char *key = party != NULL ? party->fingerprint : r->events[from].signer;
	char text[4 * NAME_MAX_SHOWN + 1];

	fprintf(f, "<text x=\"%d\" y=\"%d\">", LEFT, y);
	if (trusted && card->person[0] != '\0')
		page_escaped(
			f, evx_text_escape(card->person, strlen(card->person), text, sizeof(text)));
	else
		page_text(f, key);
	fputs("</text>\n", f);
}

static void holder(FILE *f, const struct evx_report *r, const struct axis *a, int from, int y)
{
	const int to = cli_holders_next(r, (size_t)from + 1);
	const struct evx_report_event *end = to >= 0 ? &r->events[to] : NULL;
	double until = end != NULL ? x_of(a, end->time) : (double)(WIDTH - RIGHT);

	name(f, r, from, y + 12);
	if (end == NULL && r->holding.disposal >= 0)
		until = x_of(a, r->events[r->holding.disposal].time);
	bar(f, "held", x_of(a, r->events[from].time), until, y + 20);
	if (end != NULL && strcmp(end->type, "accept") == 0 && end->refers >= 0)
		bar(f, "pending", x_of(a, r->events[end->refers].time), until, y + 20);
	if (end == NULL && r->holding.release >= 0)
		bar(f, "pending", x_of(a, r->events[r->holding.release].time), until, y + 20);
}

/* A mark for each entry: refused and void ones as crosses, those with a proven time as diamonds. */
static void mark(FILE *f, const struct evx_report_event *e, const struct axis *a, int y)
{
	const double x = x_of(a, e->time);
	const bool against = !e->counts || strcmp(e->type, "refuse") == 0;

	fprintf(f, "<g class=\"%s\"><title>%04d ", against ? "against" : "entry", e->number);
	page_text(f, _(e->type));
	fputs(", ", f);
	page_text(f, e->time);
	if (e->proven)
		fputs(_(", proven by a time-stamp"), f);
	if (!e->counts)
		fputs(_(", changes nothing"), f);
	fputs("</title>", f);
	if (against)
		fprintf(f, "<path d=\"M%.1f %d l8 8 m0 -8 l-8 8\"/>", x - 4, y - 4);
	else if (e->proven)
		fprintf(f, "<path d=\"M%.1f %d l6 6 l-6 6 l-6 -6 z\"/>", x, y - 6);
	else
		fprintf(f, "<circle cx=\"%.1f\" cy=\"%d\" r=\"4\"/>", x, y);
	fputs("</g>\n", f);
}

static void legend(FILE *f)
{
	static const struct {
		const char *mark, *text;
	} keys[] = {
		{ "<span class=\"key held\"></span>", N_("held") },
		{ "<span class=\"key pending\"></span>",
			N_("released, and not accepted yet: the record does not show who had it") },
		{ "\342\227\217", N_("an entry") },
		{ "\342\227\206", N_("an entry whose time a time-stamp proves") },
		{ "\303\227", N_("a refusal, or an entry that changes nothing") },
	};
	size_t i;

	fputs("<ul class=\"legend\">\n", f);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		fprintf(f, "<li>%s %s</li>\n", keys[i].mark, _(keys[i].text));
	fputs("</ul>\n", f);
}

void page_report_timeline(FILE *f, const struct evx_report *r)
{
	struct axis a = axis_of(r);
	int rows = 0, at, y = 4;
	size_t i;

	if (!cli_holders_known(r))
		return;
	for (at = cli_holders_next(r, 0); at >= 0; at = cli_holders_next(r, (size_t)at + 1))
		rows++;
	page_section(f, "timeline", "Custody over time");
	page_wide(f, "Custody over time");
	fprintf(f,
		"<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"timeline-title\" "
		"aria-describedby=\"handovers\">\n<title id=\"timeline-title\">%s</title>\n",
		WIDTH, rows * ROW + MARKS + 8,
		_("Holders of the exhibit over time, from left to right. The tables below have the "
		  "same in words."));
	for (at = cli_holders_next(r, 0); at >= 0; at = cli_holders_next(r, (size_t)at + 1)) {
		holder(f, r, &a, at, y);
		y += ROW;
	}
	fprintf(f, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", LEFT, y + 10, WIDTH - RIGHT,
		y + 10);
	for (i = 0; i < r->nevents; i++)
		mark(f, &r->events[i], &a, y + 10);
	fprintf(f, "<text x=\"%d\" y=\"%d\">", LEFT, y + 32);
	page_text(f, r->events[0].time);
	fprintf(f, "</text>\n<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", WIDTH - RIGHT, y + 32);
	page_text(f, r->events[r->nevents - 1].time);
	fputs("</text>\n</svg>\n", f);
	page_wide_end(f);
	legend(f);
	page_section_end(f);
}
