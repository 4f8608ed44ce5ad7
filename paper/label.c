/* Labels for evidence bags, several on a sheet. */
#include "label.h"

#include <string.h>

#include "picture.h"

#define ACROSS 2
#define DOWN 4
#define EDGE 20.0 /* of the sheet */
#define PAD 8.0
#define QR_SIZE 92.0

/* Two lines; what is longer ends in an ellipsis. */
static double field(const struct sheet *s, const struct words *words, double x, double y,
	double width, double room)
{
	PangoLayout *layout = sheet_layout(s, words, STYLE_LABEL, width);
	double height;

	pango_layout_set_height(layout, -2);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	height = sheet_height(layout);
	if (height <= room) {
		sheet_ink(s, INK_TEXT);
		cairo_move_to(s->cr, x, y);
		pango_cairo_show_layout(s->cr, layout);
	}
	g_object_unref(layout);
	return height;
}

/* The seal code over the whole width, as large as goes. */
static double code(const struct sheet *s, const struct label *l, double x, double y, double width)
{
	PangoLayout *layout = sheet_layout_plain(s, l->code, STYLE_CODE, width);
	PangoRectangle logical;
	double scale;

	pango_layout_set_width(layout, -1);
	pango_layout_get_extents(layout, NULL, &logical);
	scale = MIN(1, width / pango_units_to_double(logical.width));
	sheet_ink(s, INK_TEXT);
	cairo_save(s->cr);
	cairo_translate(s->cr, x, y - pango_units_to_double(logical.height) * scale);
	cairo_scale(s->cr, scale, scale);
	cairo_move_to(s->cr, 0, 0);
	pango_cairo_show_layout(s->cr, layout);
	cairo_restore(s->cr);
	g_object_unref(layout);
	return pango_units_to_double(logical.height) * scale;
}

void label_draw(struct sheet *s, const struct label *l, guint number)
{
	static const double dashes[] = { 2, 3 };
	const double width = (s->width - 2 * EDGE) / ACROSS;
	const double height = (s->height - 2 * EDGE) / DOWN;
	const guint place = number % (ACROSS * DOWN);
	const guint column = place % ACROSS, row = place / ACROSS;
	const double x = EDGE + column * width, y = EDGE + row * height;
	const bool mirrored = s->doc->right_to_left;
	const double inner = width - 3 * PAD - QR_SIZE;
	double at = y + PAD, end;

	if (number > 0 && place == 0)
		sheet_break(s);
	sheet_ink(s, INK_LINE);
	cairo_set_line_width(s->cr, 0.5);
	cairo_set_dash(s->cr, dashes, 2, 0);
	cairo_rectangle(s->cr, x, y, width, height);
	cairo_stroke(s->cr);
	cairo_set_dash(s->cr, NULL, 0, 0);
	end = y + height - PAD - code(s, l, x + PAD, y + height - PAD, width - 2 * PAD) - PAD / 2;
	(void)picture_qr(s, l->code, strlen(l->code),
		mirrored ? x + PAD : x + width - PAD - QR_SIZE, y + PAD, QR_SIZE);
	for (guint i = 0; i < l->fields->len; i++)
		at += field(s, g_ptr_array_index(l->fields, i),
			      mirrored ? x + 2 * PAD + QR_SIZE : x + PAD, at, inner, end - at) +
			1;
}
