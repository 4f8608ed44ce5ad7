/* Sheets of a PDF under way: what stands where, texts that go on on the next page, and the foot of
 * every page. Lengths are points (1/72 inch), from the upper left corner. */
#ifndef PAPER_SHEET_H
#define PAPER_SHEET_H

#include <pango/pangocairo.h>
#include <stdio.h>

#include "model.h"

struct sheet {
	const struct document *doc;
	cairo_surface_t *surface;
	cairo_t *cr;
	PangoContext *pango;
	double width, height;            /* of the paper */
	double left, right, top, bottom; /* what may be written on */
	double y;                        /* where the next block begins */
	int page, pages;                 /* the number of this one, and of all; 0: not known yet */
	bool bare;                       /* pages have no foot */
};

/* Begins a PDF of doc whose bytes go to out (NULL: nowhere, to count its pages). */
struct sheet *sheet_new(const struct document *doc, FILE *out, int pages, bool bare);
/* Ends the PDF and releases s. Returns how many pages it has, or -1 when it could not be made. */
int sheet_end(struct sheet *s);
/* Goes on on a new page. */
void sheet_break(struct sheet *s);
/* Goes on on a new page unless so much is left on this one. */
void sheet_need(struct sheet *s, double height);
double sheet_left_over(const struct sheet *s);
bool sheet_at_top(const struct sheet *s);

/* A text laid out in lines of at most this width; to be released with g_object_unref. */
PangoLayout *sheet_layout(
	const struct sheet *s, const struct words *words, enum style style, double width);
/* The same of a text without marks. */
PangoLayout *sheet_layout_plain(
	const struct sheet *s, const char *text, enum style style, double width);

/* One line of a layout: where it stands in it. */
struct line {
	double top, bottom, base, x;
	int at;
};
/* The lines of a layout (struct line), to be released with g_array_unref. */
GArray *sheet_lines(PangoLayout *layout);
void sheet_line(
	const struct sheet *s, PangoLayout *layout, const struct line *line, double x, double y);
double sheet_height(PangoLayout *layout);

/* Lists a heading that stands here in the PDF's outline. */
void sheet_outline(struct sheet *s, const char *heading);
/* Writes the lines of layout at x, on new pages where they do not fit. */
void sheet_flow(struct sheet *s, PangoLayout *layout, double x);
void sheet_ink(const struct sheet *s, enum ink ink);

#endif
