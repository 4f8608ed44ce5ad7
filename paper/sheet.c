/* Sheets of a PDF under way. */
#include "sheet.h"

#include <cairo-pdf.h>
#include <string.h>

#define A4_WIDTH 595.276
#define A4_HEIGHT 841.89
#define LETTER_WIDTH 612.0
#define LETTER_HEIGHT 792.0
#define MARGIN 50.0
#define FOOT 28.0 /* of the margin below, for the foot */

#define SANS "Noto Sans,DejaVu Sans,Sans"
#define MONO "Noto Sans Mono,DejaVu Sans Mono,Monospace"

static const struct look {
	const char *family;
	double size;
	bool bold, anywhere; /* may be broken anywhere */
} looks[STYLES] = {
	[STYLE_TITLE] = { SANS, 19, true, false },
	[STYLE_SECTION] = { SANS, 13, true, false },
	[STYLE_QUESTION] = { SANS, 10.5, true, false },
	[STYLE_BODY] = { SANS, 9.5, false, false },
	[STYLE_VERDICT] = { SANS, 10.5, false, false },
	[STYLE_CODE] = { MONO, 12, false, false },
	[STYLE_COMMANDS] = { MONO, 6.8, false, false }, /* 119 signs of the annex in a line */
	[STYLE_ITEM] = { SANS, 9.5, false, false },
	[STYLE_CAPTION] = { SANS, 9, true, false },
	[STYLE_CELL] = { SANS, 8, false, false },
	[STYLE_HASH] = { MONO, 6.5, false, true },
	[STYLE_SMALL] = { SANS, 7, false, false },
	[STYLE_LABEL] = { SANS, 8.2, false, false },
};

static cairo_status_t put(void *closure, const unsigned char *p, unsigned n)
{
	return closure == NULL || fwrite(p, 1, n, closure) == n ? CAIRO_STATUS_SUCCESS :
								  CAIRO_STATUS_WRITE_ERROR;
}

static void tell_about(const struct sheet *s)
{
	cairo_surface_t *to = s->surface;

	if (s->doc->title != NULL)
		cairo_pdf_surface_set_metadata(to, CAIRO_PDF_METADATA_TITLE, s->doc->title);
	cairo_pdf_surface_set_metadata(to, CAIRO_PDF_METADATA_CREATOR, "evx");
	/* The clock never comes in: the same pages are the same bytes. */
	cairo_pdf_surface_set_metadata(to, CAIRO_PDF_METADATA_CREATE_DATE,
		s->doc->date != NULL ? s->doc->date : "1970-01-01T00:00:00Z");
}

/* Of one point is one unit, and no device is known whose pixels letters should fit. */
static PangoContext *context(const struct sheet *s)
{
	PangoContext *pango = pango_cairo_create_context(s->cr);
	cairo_font_options_t *options = cairo_font_options_create();
	const char *language = s->doc->language;

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(pango, options);
	cairo_font_options_destroy(options);
	pango_cairo_context_set_resolution(pango, 72);
	pango_context_set_round_glyph_positions(pango, FALSE);
	pango_context_set_language(pango,
		pango_language_from_string(
			language != NULL && *language != '\0' ? language : "en"));
	pango_context_set_base_dir(
		pango, s->doc->right_to_left ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
	return pango;
}

struct sheet *sheet_new(const struct document *doc, FILE *out, int pages, bool bare)
{
	struct sheet *s = g_new0(struct sheet, 1);

	s->doc = doc;
	s->pages = pages;
	s->bare = bare;
	s->page = 1;
	s->width = doc->letter ? LETTER_WIDTH : A4_WIDTH;
	s->height = doc->letter ? LETTER_HEIGHT : A4_HEIGHT;
	s->left = s->top = MARGIN;
	s->right = s->width - MARGIN;
	s->bottom = s->height - MARGIN - (bare ? 0 : FOOT / 2);
	s->y = s->top;
	s->surface = cairo_pdf_surface_create_for_stream(put, out, s->width, s->height);
	s->cr = cairo_create(s->surface);
	s->pango = context(s);
	tell_about(s);
	return s;
}

/* ---- pages */

/* "Page 1 of 4", with the words of the document's language. */
static char *number_of_page(const struct sheet *s)
{
	GString *text = g_string_new(s->doc->page != NULL ? s->doc->page : "# / #");
	char digits[16];

	for (int i = 0; i < 2; i++) {
		char *at = strchr(text->str, '#');

		(void)g_snprintf(digits, sizeof(digits), "%d", i == 0 ? s->page : s->pages);
		if (at == NULL)
			break;
		(void)g_string_erase(text, at - text->str, 1);
		(void)g_string_insert(text, at - text->str, digits);
	}
	return g_string_free(text, FALSE);
}

static void foot(const struct sheet *s)
{
	const double y = s->height - MARGIN + FOOT / 4;
	const double width = s->right - s->left;
	char *number = number_of_page(s);
	PangoLayout *layout;

	sheet_ink(s, INK_LINE);
	cairo_set_line_width(s->cr, 0.5);
	cairo_move_to(s->cr, s->left, y - 4);
	cairo_line_to(s->cr, s->right, y - 4);
	cairo_stroke(s->cr);
	sheet_ink(s, INK_TEXT);
	layout = sheet_layout_plain(s, s->doc->code != NULL ? s->doc->code : "", STYLE_HASH, width);
	cairo_move_to(s->cr, s->left, y);
	pango_cairo_show_layout(s->cr, layout);
	g_object_unref(layout);
	layout = sheet_layout_plain(s, number, STYLE_SMALL, width);
	pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
	cairo_move_to(s->cr, s->left, y);
	pango_cairo_show_layout(s->cr, layout);
	g_object_unref(layout);
	g_free(number);
}

void sheet_break(struct sheet *s)
{
	if (!s->bare)
		foot(s);
	cairo_show_page(s->cr);
	s->page++;
	s->y = s->top;
}

double sheet_left_over(const struct sheet *s)
{
	return s->bottom - s->y;
}

bool sheet_at_top(const struct sheet *s)
{
	return s->y <= s->top;
}

void sheet_need(struct sheet *s, double height)
{
	if (sheet_left_over(s) < height && !sheet_at_top(s))
		sheet_break(s);
}

int sheet_end(struct sheet *s)
{
	int pages = s->page;

	if (!s->bare)
		foot(s);
	cairo_show_page(s->cr);
	if (cairo_status(s->cr) != CAIRO_STATUS_SUCCESS)
		pages = -1;
	g_object_unref(s->pango);
	cairo_destroy(s->cr);
	cairo_surface_finish(s->surface);
	if (cairo_surface_status(s->surface) != CAIRO_STATUS_SUCCESS)
		pages = -1;
	cairo_surface_destroy(s->surface);
	g_free(s);
	return pages;
}

/* ---- texts */

void sheet_ink(const struct sheet *s, enum ink ink)
{
	static const double colours[][3] = { [INK_TEXT] = { 0, 0, 0 },
		[INK_HELD] = { 0.17, 0.37, 0.54 },
		[INK_PENDING] = { 0.94, 0.63, 0.31 },
		[INK_LINE] = { 0.54, 0.54, 0.54 } };

	cairo_set_source_rgb(s->cr, colours[ink][0], colours[ink][1], colours[ink][2]);
}

static PangoAttribute *attribute(enum mark_kind kind)
{
	switch (kind) {
	case MARK_HELD:
		return pango_attr_foreground_new(0x2b2b, 0x5f5f, 0x8a8a);
	case MARK_PENDING:
		return pango_attr_foreground_new(0xf0f0, 0xa0a0, 0x5050);
	case MARK_STRONG:
	default:
		return pango_attr_weight_new(PANGO_WEIGHT_BOLD);
	}
}

/* Where a hash or a command is broken, no hyphen may look like a sign of it. */
static PangoAttrList *no_hyphens(void)
{
	PangoAttrList *list = pango_attr_list_new();

	pango_attr_list_insert(list, pango_attr_insert_hyphens_new(FALSE));
	return list;
}

static PangoAttrList *attributes(const struct words *words)
{
	PangoAttrList *list = no_hyphens();

	for (guint i = 0; i < words->marks->len; i++) {
		const struct mark *m = &g_array_index(words->marks, struct mark, i);
		PangoAttribute *a = attribute(m->kind);

		a->start_index = (guint)m->from;
		a->end_index = (guint)m->to;
		pango_attr_list_insert(list, a);
	}
	return list;
}

PangoLayout *sheet_layout_plain(
	const struct sheet *s, const char *text, enum style style, double width)
{
	const struct look *look = &looks[style];
	PangoLayout *layout = pango_layout_new(s->pango);
	PangoAttrList *list = no_hyphens();
	PangoFontDescription *font = pango_font_description_from_string(look->family);

	pango_font_description_set_size(font, (gint)(look->size * PANGO_SCALE));
	if (look->bold)
		pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	/* The language of the document says where lines begin, whatever name is first; what is
	 * for machines runs from left to right. */
	pango_layout_set_auto_dir(
		layout, look->anywhere || style == STYLE_CODE || style == STYLE_COMMANDS);
	/* The two change places where a line runs against the document: a seal code stands where
	 * its heading does, a command begins at the left. */
	pango_layout_set_alignment(layout,
		s->doc->right_to_left && style != STYLE_CODE ? PANGO_ALIGN_RIGHT :
							       PANGO_ALIGN_LEFT);
	pango_layout_set_wrap(layout, look->anywhere ? PANGO_WRAP_CHAR : PANGO_WRAP_WORD_CHAR);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_text(layout, text, -1);
	pango_layout_set_attributes(layout, list);
	pango_attr_list_unref(list);
	return layout;
}

PangoLayout *sheet_layout(
	const struct sheet *s, const struct words *words, enum style style, double width)
{
	PangoLayout *layout = sheet_layout_plain(s, words->text->str, style, width);
	PangoAttrList *list = attributes(words);

	pango_layout_set_attributes(layout, list);
	pango_attr_list_unref(list);
	return layout;
}

GArray *sheet_lines(PangoLayout *layout)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
	PangoLayoutIter *iter = pango_layout_get_iter(layout);
	int at = 0;

	do {
		PangoRectangle logical;
		int from, to;
		struct line line;

		pango_layout_iter_get_line_extents(iter, NULL, &logical);
		pango_layout_iter_get_line_yrange(iter, &from, &to);
		line = (struct line){ pango_units_to_double(from), pango_units_to_double(to),
			pango_units_to_double(pango_layout_iter_get_baseline(iter)),
			pango_units_to_double(logical.x), at++ };
		g_array_append_val(lines, line);
	} while (pango_layout_iter_next_line(iter));
	pango_layout_iter_free(iter);
	return lines;
}

void sheet_line(
	const struct sheet *s, PangoLayout *layout, const struct line *line, double x, double y)
{
	cairo_move_to(s->cr, x + line->x, y + line->base - line->top);
	pango_cairo_show_layout_line(s->cr, pango_layout_get_line_readonly(layout, line->at));
}

double sheet_height(PangoLayout *layout)
{
	PangoRectangle logical;

	pango_layout_get_extents(layout, NULL, &logical);
	return pango_units_to_double(logical.height);
}

void sheet_outline(struct sheet *s, const char *heading)
{
	char *where = g_strdup_printf("page=%d pos=[0 %d]", s->page, (int)s->y);

	(void)cairo_pdf_surface_add_outline(
		s->surface, CAIRO_PDF_OUTLINE_ROOT, heading, where, CAIRO_PDF_OUTLINE_FLAG_OPEN);
	g_free(where);
}

void sheet_flow(struct sheet *s, PangoLayout *layout, double x)
{
	GArray *lines = sheet_lines(layout);

	sheet_ink(s, INK_TEXT);
	for (guint i = 0; i < lines->len; i++) {
		const struct line *line = &g_array_index(lines, struct line, i);

		sheet_need(s, line->bottom - line->top);
		sheet_line(s, layout, line, x, s->y);
		s->y += line->bottom - line->top;
	}
	(void)g_array_unref(lines);
}
