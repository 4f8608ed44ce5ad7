/* A document drawn as a PDF. */
#include "draw.h"

#include "label.h"
#include "picture.h"
#include "sheet.h"
#include "table.h"

#define INDENT 20.0
#define ASIDE 100.0 /* of the picture at the side of texts */
#define QR_ACROSS 3
#define QR_GAP 8.0

/* Above and below a text; and how much of the page it needs at least: a heading does not end one.
 */
static const struct room {
	double above, below, least;
} rooms[STYLES] = {
	[STYLE_TITLE] = { 0, 8, 60 },
	[STYLE_SECTION] = { 10, 4, 80 },
	[STYLE_QUESTION] = { 6, 1, 60 },
	[STYLE_BODY] = { 0, 5, 0 },
	[STYLE_VERDICT] = { 6, 8, 0 },
	[STYLE_CODE] = { 2, 6, 0 },
	[STYLE_COMMANDS] = { 0, 6, 0 },
	[STYLE_ITEM] = { 0, 2, 0 },
	[STYLE_SMALL] = { 0, 3, 0 },
};

struct drawing {
	struct sheet *sheet;
	double aside;        /* where the texts begin at whose side a picture stands; -1: none */
	double aside_bottom; /* of that picture */
	guint labels, codes; /* so many were drawn, one after the other */
	const char *why;     /* it cannot be drawn; NULL: it can */
};

static void framed(struct sheet *s, PangoLayout *layout)
{
	const double pad = 8, height = sheet_height(layout) + 2 * pad;

	sheet_need(s, height);
	sheet_ink(s, INK_TEXT);
	cairo_set_line_width(s->cr, 1.5);
	cairo_rectangle(s->cr, s->left, s->y, s->right - s->left, height);
	cairo_stroke(s->cr);
	s->y += pad;
	sheet_flow(s, layout, s->left + pad);
	s->y += pad;
}

static void lead(struct sheet *s, const char *text)
{
	PangoLayout *layout = sheet_layout_plain(s, text, STYLE_ITEM, INDENT - 4);

	sheet_need(s, sheet_height(layout));
	sheet_ink(s, INK_TEXT);
	cairo_move_to(s->cr, s->doc->right_to_left ? s->right - INDENT + 4 : s->left, s->y);
	pango_layout_set_width(layout, -1);
	pango_cairo_show_layout(s->cr, layout);
	g_object_unref(layout);
}

/* How much narrower than the page a text is. */
static double narrower(const struct drawing *d, const struct block *b)
{
	return b->style == STYLE_ITEM     ? INDENT :
		b->style == STYLE_VERDICT ? 16 :
		d->aside >= 0             ? ASIDE + 10 :
					    0;
}

static PangoLayout *layout_of(const struct drawing *d, const struct block *b)
{
	const struct sheet *s = d->sheet;

	return sheet_layout(s, &b->words, b->style, s->right - s->left - narrower(d, b));
}

/* How high the texts from the i-th block on are that stand on one page; commands are not parted
 * either. */
static double kept(const struct drawing *d, guint i)
{
	const GPtrArray *blocks = d->sheet->doc->blocks;
	double height = 0;
	bool more = true;

	for (; more && i < blocks->len; i++) {
		const struct block *b = g_ptr_array_index(blocks, i);
		PangoLayout *layout;

		if (b->kind != BLOCK_TEXT)
			break;
		layout = layout_of(d, b);
		height += sheet_height(layout) + rooms[b->style].below;
		g_object_unref(layout);
		more = b->kept;
	}
	return height;
}

static void text(struct drawing *d, const struct block *b, guint i)
{
	struct sheet *s = d->sheet;
	const struct room *room = &rooms[b->style];
	const bool item = b->style == STYLE_ITEM;
	const bool rtl = s->doc->right_to_left;
	double x = s->left, least = room->least;
	PangoLayout *layout;

	if (b->words.text->len == 0)
		return;
	s->y += sheet_at_top(s) ? 0 : room->above;
	if (b->kept || b->style == STYLE_COMMANDS) {
		least = kept(d, i);
		least = least < (s->bottom - s->top) / 2 ? least : room->least;
	}
	sheet_need(s, least);
	if (b->style == STYLE_SECTION)
		sheet_outline(s, b->words.text->str);
	layout = layout_of(d, b);
	if (item) {
		lead(s, b->lead);
		x += rtl ? 0 : INDENT;
	} else if (d->aside >= 0 && rtl) {
		x += narrower(d, b);
	}
	if (b->style == STYLE_VERDICT)
		framed(s, layout);
	else
		sheet_flow(s, layout, x);
	g_object_unref(layout);
	s->y += room->below;
}

static void picture(struct drawing *d, const struct picture *p)
{
	struct sheet *s = d->sheet;

	if (!p->aside || d->aside < 0) {
		picture_draw(s, p);
		return;
	}
	picture_draw_at(s, p, s->doc->right_to_left ? s->left : s->right - ASIDE, d->aside, ASIDE);
	d->aside_bottom = d->aside + ASIDE;
}

static void aside_end(struct drawing *d)
{
	struct sheet *s = d->sheet;

	s->y = MAX(s->y, d->aside_bottom) + 4;
	d->aside = -1;
}

static void qr(struct drawing *d, const struct block *b)
{
	struct sheet *s = d->sheet;
	const double size = (s->right - s->left - (QR_ACROSS - 1) * QR_GAP) / QR_ACROSS;
	const guint at = d->codes++ % QR_ACROSS;
	PangoLayout *layout = sheet_layout_plain(s, b->lead, STYLE_SMALL, size);
	const double height = size + sheet_height(layout) + QR_GAP;
	const double x = s->left + at * (size + QR_GAP);

	if (at == 0)
		sheet_need(s, height);
	pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
	if (!picture_qr(s, b->words.text->str, b->words.text->len, x, s->y, size))
		d->why = "A text is too long for a QR code.";
	cairo_move_to(s->cr, x, s->y + size);
	pango_cairo_show_layout(s->cr, layout);
	g_object_unref(layout);
	if (at == QR_ACROSS - 1)
		s->y += height;
}

/* The row of codes that is open ends before anything else. */
static void codes_end(struct drawing *d)
{
	struct sheet *s = d->sheet;

	if (d->codes % QR_ACROSS != 0)
		s->y += (s->right - s->left) / QR_ACROSS + 2 * QR_GAP;
	d->codes = 0;
}

static void block(struct drawing *d, guint i)
{
	const struct block *b = g_ptr_array_index(d->sheet->doc->blocks, i);

	if (b->kind != BLOCK_QR)
		codes_end(d);
	switch (b->kind) {
	case BLOCK_TEXT:
		text(d, b, i);
		break;
	case BLOCK_TABLE:
		table_draw(d->sheet, b->table);
		break;
	case BLOCK_PICTURE:
		picture(d, b->picture);
		break;
	case BLOCK_QR:
		qr(d, b);
		break;
	case BLOCK_LABEL:
		label_draw(d->sheet, b->label, d->labels++);
		break;
	case BLOCK_ASIDE:
		sheet_need(d->sheet, ASIDE);
		d->aside = d->aside_bottom = d->sheet->y;
		break;
	case BLOCK_ASIDE_END:
	default:
		aside_end(d);
	}
}

static bool only_labels(const struct document *d)
{
	for (guint i = 0; i < d->blocks->len; i++)
		if (((const struct block *)g_ptr_array_index(d->blocks, i))->kind != BLOCK_LABEL)
			return false;
	return true;
}

/* How many pages it takes, or -1 with *why set. */
static int draw(const struct document *d, FILE *out, int pages, const char **why)
{
	struct drawing drawing = { .sheet = sheet_new(d, out, pages, only_labels(d)), .aside = -1 };
	int n;

	for (guint i = 0; i < d->blocks->len && drawing.why == NULL; i++)
		block(&drawing, i);
	n = sheet_end(drawing.sheet);
	*why = drawing.why != NULL ? drawing.why :
		n < 0              ? "The PDF could not be made or written." :
				     NULL;
	return n;
}

/* Twice: every page says how many there are. */
const char *draw_document(const struct document *d, FILE *out)
{
	const char *why = NULL;
	const int pages = draw(d, NULL, 0, &why);

	if (why == NULL)
		(void)draw(d, out, pages, &why);
	return why;
}
