/* Pictures and QR codes on paper. */
#include "picture.h"

#include <qrencode.h>
#include <string.h>

#define QUIET 4      /* modules of margin that a QR code needs */
#define LETTERS 12.0 /* height of a text above its line, in units of a picture */
#define TEXT_SIZE 13.0

/* Where a shape begins: what decides on which page it stands. */
static double top_of(const struct shape *s)
{
	switch (s->kind) {
	case SHAPE_TEXT:
		return s->y - LETTERS;
	case SHAPE_DOT:
		return s->y - s->w;
	case SHAPE_RECTANGLE:
	case SHAPE_LINE:
	case SHAPE_PATH:
	default:
		return s->y;
	}
}

/* A path of the commands M m l h v z, as SVG has them. */
static void path(cairo_t *cr, const char *at)
{
	char command = 'z';

	while (*at != '\0') {
		char *end = NULL;
		double a, b = 0;

		if (g_ascii_isalpha(*at))
			command = *at++;
		if (command == 'z') {
			cairo_close_path(cr);
			at += strcspn(at, "Mmlhv");
			continue;
		}
		a = g_ascii_strtod(at, &end);
		if (end == at)
			return;
		at = end;
		if (strchr("Mml", command) != NULL) {
			b = g_ascii_strtod(at, &end);
			at = end;
		}
		if (command == 'M')
			cairo_move_to(cr, a, b);
		else if (command == 'm')
			cairo_rel_move_to(cr, a, b);
		else
			cairo_rel_line_to(cr, command == 'v' ? 0 : a, command == 'v' ? a : b);
		at += strspn(at, " ,");
	}
}

static void text(const struct sheet *s, const struct shape *t, double width)
{
	PangoLayout *layout = sheet_layout_plain(s, t->text != NULL ? t->text : "", STYLE_CELL, 0);
	PangoFontDescription *font = pango_font_description_copy(
		pango_layout_get_font_description(layout));
	double x = t->x;

	pango_font_description_set_size(font, (gint)(TEXT_SIZE * PANGO_SCALE));
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	/* A time-line runs from left to right in every language. */
	pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT);
	if (t->at_end) {
		PangoRectangle logical;

		pango_layout_set_width(layout, -1);
		pango_layout_get_extents(layout, NULL, &logical);
		x -= pango_units_to_double(logical.width);
	} else {
		pango_layout_set_width(layout, (int)((width - x) * PANGO_SCALE));
		pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	}
	cairo_move_to(s->cr, x, t->y - pango_units_to_double(pango_layout_get_baseline(layout)));
	pango_cairo_show_layout(s->cr, layout);
	g_object_unref(layout);
}

static void shape_draw(const struct sheet *s, const struct shape *d, double width)
{
	cairo_t *cr = s->cr;

	sheet_ink(s, d->ink);
	cairo_set_line_width(cr, 1.5);
	switch (d->kind) {
	case SHAPE_RECTANGLE:
		cairo_rectangle(cr, d->x, d->y, d->w, d->h);
		cairo_fill(cr);
		break;
	case SHAPE_LINE:
		cairo_move_to(cr, d->x, d->y);
		cairo_line_to(cr, d->w, d->h);
		cairo_stroke(cr);
		break;
	case SHAPE_DOT:
		cairo_arc(cr, d->x, d->y, d->w, 0, 2 * G_PI);
		cairo_fill(cr);
		break;
	case SHAPE_PATH:
		path(cr, d->text);
		if (d->outline)
			cairo_stroke(cr);
		else
			cairo_fill(cr);
		break;
	case SHAPE_TEXT:
	default:
		text(s, d, width);
	}
}

/* What begins between from and to. */
static void slice(struct sheet *s, const struct picture *p, double scale, double from, double to)
{
	cairo_save(s->cr);
	cairo_translate(s->cr, s->left, s->y - from * scale);
	cairo_scale(s->cr, scale, scale);
	for (guint i = 0; i < p->shapes->len; i++) {
		const struct shape *d = g_ptr_array_index(p->shapes, i);

		if (top_of(d) >= from && top_of(d) < to)
			shape_draw(s, d, p->width);
	}
	cairo_restore(s->cr);
	s->y += (MIN(to, p->height) - from) * scale;
}

/* The last place between from and to above a name that a bar follows, or from. */
static double cut(const struct picture *p, double from, double to)
{
	double at = from;

	for (guint i = 0; i + 1 < p->shapes->len; i++) {
		const struct shape *d = g_ptr_array_index(p->shapes, i);
		const struct shape *next = g_ptr_array_index(p->shapes, i + 1);

		if (d->kind == SHAPE_TEXT && next->kind == SHAPE_RECTANGLE && top_of(d) <= to)
			at = MAX(at, top_of(d));
	}
	return at;
}

void picture_draw(struct sheet *s, const struct picture *p)
{
	double scale, from = 0;

	if (p->width <= 0 || p->height <= 0)
		return;
	scale = (s->right - s->left) / p->width;
	while ((p->height - from) * scale > sheet_left_over(s)) {
		double to = cut(p, from, from + sheet_left_over(s) / scale);

		if (to <= from && !sheet_at_top(s)) {
			sheet_break(s);
			continue;
		}
		if (to <= from)
			to = from + sheet_left_over(s) / scale;
		slice(s, p, scale, from, to);
		from = to;
		sheet_break(s);
	}
	slice(s, p, scale, from, p->height + 1);
	s->y += 6;
}

void picture_draw_at(struct sheet *s, const struct picture *p, double x, double y, double size)
{
	if (p->width <= 0)
		return;
	cairo_save(s->cr);
	cairo_translate(s->cr, x, y);
	cairo_scale(s->cr, size / p->width, size / p->width);
	for (guint i = 0; i < p->shapes->len; i++)
		shape_draw(s, g_ptr_array_index(p->shapes, i), p->width);
	cairo_restore(s->cr);
}

bool picture_qr(const struct sheet *s, const char *bytes, size_t n, double x, double y, double size)
{
	QRcode *code = QRcode_encodeData((int)n, (const unsigned char *)bytes, 0, QR_ECLEVEL_M);
	double module;

	if (code == NULL)
		return false;
	module = size / (code->width + 2 * QUIET);
	sheet_ink(s, INK_TEXT);
	for (int row = 0; row < code->width; row++)
		for (int at = 0, end; at < code->width; at = end + 1) {
			const unsigned char *dark = code->data + (size_t)row * (size_t)code->width;

			for (end = at; end < code->width && (dark[end] & 1) != 0; end++)
				;
			cairo_rectangle(s->cr, x + (QUIET + at) * module,
				y + (QUIET + row) * module, (end - at) * module, module);
		}
	cairo_fill(s->cr);
	QRcode_free(code);
	return true;
}
