/* Tables on paper. */
#include "table.h"

#define PAD 3.0
#define ABOVE 3.0       /* a table */
#define KEEP 70.0       /* what a table needs on the page where it begins */
#define HASH_LEAST 78.0 /* a hash is broken anywhere: eighteen of its digits at least in a row */
#define COLUMNS_MAX 12u
#define MEASURED 300u     /* rows that say how wide columns are */
#define PREFERRED_MAX 0.5 /* of the width: what one column may ask for */

struct column {
	double least, wish, width, x;
};

struct grid {
	const struct table *table;
	struct column columns[COLUMNS_MAX];
	guint n;
};

static enum style style_of(const struct cell *c)
{
	return c->hash ? STYLE_HASH : STYLE_CELL;
}

static PangoLayout *cell_layout(const struct sheet *s, const struct cell *c, double width)
{
	PangoLayout *layout = sheet_layout(s, &c->words, style_of(c), width);

	if (c->head) {
		PangoAttrList *list = pango_attr_list_copy(pango_layout_get_attributes(layout));

		pango_attr_list_insert(list, pango_attr_weight_new(PANGO_WEIGHT_BOLD));
		pango_layout_set_attributes(layout, list);
		pango_attr_list_unref(list);
	}
	return layout;
}

/* How wide a text is: as a whole, and its longest word. */
static double natural(const struct sheet *s, const struct cell *c, bool longest_word)
{
	PangoLayout *layout = cell_layout(s, c, 0);
	PangoRectangle logical;

	if (longest_word)
		pango_layout_set_wrap(layout, PANGO_WRAP_WORD);
	else
		pango_layout_set_width(layout, -1);
	pango_layout_get_extents(layout, NULL, &logical);
	g_object_unref(layout);
	return pango_units_to_double(logical.width) + 2 * PAD + 0.5;
}

static void measure(const struct sheet *s, struct grid *g)
{
	for (guint i = 0; i < MIN(g->table->rows->len, MEASURED); i++) {
		const struct row *row = g_ptr_array_index(g->table->rows, i);

		for (guint c = 0; c < row->cells->len && c < COLUMNS_MAX; c++) {
			const struct cell *cell = g_ptr_array_index(row->cells, c);
			struct column *to = &g->columns[c];
			const double wish = natural(s, cell, false);
			const double least = MIN(
				cell->hash ? HASH_LEAST : natural(s, cell, true), wish);

			g->n = MAX(g->n, c + 1);
			to->wish = MAX(to->wish, wish);
			to->least = MAX(to->least, least);
		}
	}
}

/* The width that the columns with the longest words, such as keys, get where not all longest words
 * fit: only these are broken. */
static double fair(const struct grid *g, double inner)
{
	double share = inner / g->n, before;

	do {
		double rest = inner;
		guint wide = 0;

		before = share;
		for (guint c = 0; c < g->n; c++)
			if (g->columns[c].least > share)
				wide++;
			else
				rest -= g->columns[c].least;
		share = wide > 0 ? rest / wide : share;
	} while (share > before);
	return share;
}

/* Each column gets what its longest word needs, and of the rest a part as large as its wish. Where
 * that is not there, each gets less. */
static void divide(const struct sheet *s, struct grid *g)
{
	const double inner = s->right - s->left;
	double least = 0, wish = 0, x = s->left, all = 0, most, longest;

	for (guint c = 0; c < g->n; c++)
		all += g->columns[c].wish;
	most = all > inner ? inner * PREFERRED_MAX : inner;
	longest = all > inner ? fair(g, inner) : inner;
	for (guint c = 0; c < g->n; c++) {
		g->columns[c].least = MIN(g->columns[c].least, longest);
		g->columns[c].wish = MAX(MIN(g->columns[c].wish, most), g->columns[c].least);
		least += g->columns[c].least;
		wish += g->columns[c].wish;
	}
	for (guint c = 0; c < g->n; c++) {
		struct column *to = &g->columns[c];

		if (least >= inner)
			to->width = to->least * inner / least;
		else if (wish <= inner)
			to->width = to->wish * inner / wish;
		else
			to->width = to->least +
				(inner - least) * (to->wish - to->least) / (wish - least);
	}
	for (guint i = 0; i < g->n; i++) {
		struct column *to = &g->columns[s->doc->right_to_left ? g->n - 1 - i : i];

		to->x = x;
		x += to->width;
	}
}

/* ---- rows */

struct part {
	PangoLayout *layout;
	GArray *lines;
	guint next, to;
	bool head;
};

static double line_height(const struct part *p, guint i)
{
	const struct line *line = &g_array_index(p->lines, struct line, i);

	return line->bottom - line->top;
}

/* The lines of p from the next one on that fit into room: their height. */
static double fit(struct part *p, double room)
{
	double height = 0;

	for (p->to = p->next; p->to < p->lines->len; p->to++) {
		if (height + line_height(p, p->to) > room)
			break;
		height += line_height(p, p->to);
	}
	return height;
}

static void cell_draw(const struct sheet *s, const struct column *c, struct part *p, double height)
{
	double y = s->y + PAD;

	if (p->head) {
		cairo_set_source_rgb(s->cr, 0.94, 0.95, 0.96);
		cairo_rectangle(s->cr, c->x, s->y, c->width, height);
		cairo_fill(s->cr);
	}
	sheet_ink(s, INK_LINE);
	cairo_set_line_width(s->cr, 0.5);
	cairo_rectangle(s->cr, c->x, s->y, c->width, height);
	cairo_stroke(s->cr);
	sheet_ink(s, INK_TEXT);
	for (; p->next < p->to; p->next++) {
		sheet_line(s, p->layout, &g_array_index(p->lines, struct line, p->next), c->x + PAD,
			y);
		y += line_height(p, p->next);
	}
}

static void part_make(
	const struct sheet *s, const struct grid *g, const struct row *row, guint c, struct part *p)
{
	const struct cell *cell = c < row->cells->len ? g_ptr_array_index(row->cells, c) : NULL;
	const double width = g->columns[c].width - 2 * PAD;

	p->layout = cell != NULL ? cell_layout(s, cell, width) :
				   sheet_layout_plain(s, "", STYLE_CELL, width);
	p->head = cell != NULL && cell->head;
	p->lines = sheet_lines(p->layout);
	p->next = p->to = 0;
}

static void heads(struct sheet *s, const struct grid *g);

/* What fits of the row on this page is drawn, on a new page (fresh) one line at least; true when
 * more is left. */
static bool row_piece(struct sheet *s, const struct grid *g, struct part *parts, bool fresh)
{
	double tallest = 0;
	bool more = false;

	for (guint c = 0; c < g->n; c++) {
		double height = fit(&parts[c], sheet_left_over(s) - 2 * PAD);

		if (fresh && height <= 0 && parts[c].next < parts[c].lines->len)
			height = line_height(&parts[c], parts[c].to++);

		tallest = MAX(tallest, height);
		more = more || parts[c].to < parts[c].lines->len;
	}
	if (tallest > 0) {
		for (guint c = 0; c < g->n; c++)
			cell_draw(s, &g->columns[c], &parts[c], tallest + 2 * PAD);
		s->y += tallest + 2 * PAD;
	}
	return more;
}

static void row_draw(struct sheet *s, const struct grid *g, const struct row *row, bool is_head)
{
	struct part parts[COLUMNS_MAX];
	const double page = s->bottom - s->top;
	double whole = 0;

	for (guint c = 0; c < g->n; c++) {
		part_make(s, g, row, c, &parts[c]);
		whole = MAX(whole, sheet_height(parts[c].layout));
	}
	/* A row stays on one page if a page holds it beside the table's head. */
	if (!is_head && whole + 2 * PAD > sheet_left_over(s) && whole < page / 2) {
		sheet_break(s);
		heads(s, g);
	}
	for (bool fresh = is_head; row_piece(s, g, parts, fresh) && !is_head; fresh = true) {
		sheet_break(s);
		heads(s, g);
	}
	for (guint c = 0; c < g->n; c++) {
		(void)g_array_unref(parts[c].lines);
		g_object_unref(parts[c].layout);
	}
}

static void heads(struct sheet *s, const struct grid *g)
{
	for (guint i = 0; i < g->table->rows->len; i++) {
		const struct row *row = g_ptr_array_index(g->table->rows, i);

		if (row->head)
			row_draw(s, g, row, true);
	}
}

void table_draw(struct sheet *s, const struct table *t)
{
	struct grid g = { .table = t };
	PangoLayout *caption;

	if (t->rows->len == 0)
		return;
	measure(s, &g);
	divide(s, &g);
	s->y += sheet_at_top(s) ? 0 : ABOVE;
	sheet_need(s, KEEP);
	caption = sheet_layout(s, &t->caption, STYLE_CAPTION, s->right - s->left);
	sheet_flow(s, caption, s->left);
	g_object_unref(caption);
	s->y += PAD;
	heads(s, &g);
	for (guint i = 0; i < t->rows->len; i++) {
		const struct row *row = g_ptr_array_index(t->rows, i);

		if (!row->head)
			row_draw(s, &g, row, false);
	}
	s->y += 8;
}
