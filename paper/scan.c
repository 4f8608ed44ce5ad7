/* A picture of a receipt on paper, read back into the receipt's text. */
#include "scan.h"

#include <cairo.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zbar.h>

#define PARTS_MAX 99u
#define HEAD_MAX 64u
#define ID_LEN 16u
#define MAGIC "evx-receipt/1 "

/* ---- the picture */

struct stream {
	const GByteArray *from;
	guint at;
};

static cairo_status_t get(void *closure, unsigned char *to, unsigned n)
{
	struct stream *s = closure;

	if (n > s->from->len - s->at)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(to, s->from->data + s->at, n);
	s->at += n;
	return CAIRO_STATUS_SUCCESS;
}

static uint32_t big_endian(const guint8 *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* What a PNG says of its size, before anything is made as large as that. */
static const char *size_wrong(const GByteArray *png)
{
	static const guint8 magic[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	uint32_t width, height;

	if (png->len < 33 || memcmp(png->data, magic, sizeof(magic)) != 0 ||
		memcmp(png->data + 12, "IHDR", 4) != 0)
		return "This file is no PNG picture.";
	width = big_endian(png->data + 16);
	height = big_endian(png->data + 20);
	if (width == 0 || height == 0 || (uint64_t)width * height > SCAN_PIXELS_MAX)
		return "The picture is too large. Scan the page with 300 dots per inch.";
	return NULL;
}

/* The picture on white ground, whatever its colours were. */
static cairo_surface_t *on_white(cairo_surface_t *picture)
{
	cairo_surface_t *white = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
		cairo_image_surface_get_width(picture), cairo_image_surface_get_height(picture));
	cairo_t *cr = cairo_create(white);

	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_set_source_surface(cr, picture, 0, 0);
	cairo_paint(cr);
	cairo_destroy(cr);
	cairo_surface_flush(white);
	return white;
}

/* Dots from black (0) to white (255), row by row. */
struct greys {
	size_t width, height;
	guint8 *at; /* owned */
};

static struct greys greys_new(size_t width, size_t height)
{
	return (struct greys){ width, height, g_malloc(width * height) };
}

static struct greys greys_of(cairo_surface_t *s)
{
	const guint8 *from = cairo_image_surface_get_data(s);
	const size_t stride = (size_t)cairo_image_surface_get_stride(s);
	struct greys to = greys_new((size_t)cairo_image_surface_get_width(s),
		(size_t)cairo_image_surface_get_height(s));

	for (size_t y = 0; y < to.height; y++)
		for (size_t x = 0; x < to.width; x++) {
			uint32_t p;

			memcpy(&p, from + y * stride + 4 * x, sizeof(p));
			to.at[y * to.width + x] = (guint8)(((p >> 16 & 255) * 2 +
								   (p >> 8 & 255) * 5 + (p & 255)) /
				8);
		}
	return to;
}

/* A piece of the picture, each dot the mean of four, which takes away noise. */
static struct greys smaller(const struct greys *g, size_t left, size_t top, size_t w, size_t h)
{
	struct greys to = greys_new(w / 2, h / 2);

	for (size_t y = 0; y < to.height; y++)
		for (size_t x = 0; x < to.width; x++) {
			const guint8 *at = g->at + (top + 2 * y) * g->width + left + 2 * x;

			to.at[y * to.width + x] =
				(guint8)((at[0] + at[1] + at[g->width] + at[g->width + 1]) / 4);
		}
	return to;
}

/* A piece, as it is (by 1), or by times as wide and high, with means between the dots. */
static struct greys larger(
	const struct greys *g, size_t left, size_t top, size_t w, size_t h, size_t by)
{
	struct greys to = greys_new(w * by, h * by);

	for (size_t y = 0; y < to.height; y++)
		for (size_t x = 0; x < to.width; x++) {
			const size_t px = x / by, py = y / by, part_x = x % by, part_y = y % by;
			const size_t next_x = px + 1 < w ? 1 : 0,
				     next_y = py + 1 < h ? g->width : 0;
			const guint8 *at = g->at + (top + py) * g->width + left + px;

			to.at[y * to.width + x] =
				(guint8)(((at[0] * (by - part_x) + at[next_x] * part_x) *
							 (by - part_y) +
						 (at[next_y] * (by - part_x) +
							 at[next_y + next_x] * part_x) *
							 part_y) /
					(by * by));
		}
	return to;
}

/* ---- the parts */

struct parts {
	GString *at[PARTS_MAX + 1];
	unsigned n, found;
	char id[ID_LEN + 1];
	const char *why;
};

/* A number from 1 to 99, as it is written; 0: there is none. */
static unsigned number(const char **at)
{
	unsigned n = 0;

	while (n < 10 && g_ascii_isdigit(**at) && (n > 0 || **at != '0'))
		n = n * 10 + (unsigned)(*(*at)++ - '0');
	return n;
}

/* Reads "K/N ID" up to its end. */
static bool read_head(const char *at, unsigned *k, unsigned *all, const char **id)
{
	*k = number(&at);
	if (*k == 0 || *at++ != '/')
		return false;
	*all = number(&at);
	if (*all < *k || *at++ != ' ')
		return false;
	*id = at;
	return strlen(at) == ID_LEN && strspn(at, "0123456789abcdef") == ID_LEN;
}

/* A code is "evx-receipt/1 K/N ID", LF, and part K of the text. Others are none of ours. */
static void take(struct parts *p, const char *data, size_t n)
{
	const char *end = memchr(data, '\n', MIN(n, HEAD_MAX)), *id;
	char head[HEAD_MAX];
	unsigned k, all;

	if (end == NULL || strncmp(data, MAGIC, strlen(MAGIC)) != 0)
		return;
	memcpy(head, data, (size_t)(end - data));
	head[end - data] = '\0';
	if (!read_head(head + strlen(MAGIC), &k, &all, &id)) {
		p->why = "A QR code says that it is part of a receipt, and is damaged.";
		return;
	}
	if (p->n == 0) {
		p->n = all;
		(void)g_strlcpy(p->id, id, sizeof(p->id));
	}
	end++;
	n -= (size_t)(end - data);
	if (p->n != all || strcmp(p->id, id) != 0)
		p->why = "The picture has parts of more than one receipt. Nothing was written. "
			 "Give a picture of one page.";
	else if (p->at[k] == NULL) {
		p->at[k] = g_string_new_len(end, (gssize)n);
		p->found++;
	} else if (p->at[k]->len != n || memcmp(p->at[k]->str, end, n) != 0) {
		p->why = "Two QR codes say that they are the same part, and differ.";
	}
}

static void look(struct parts *p, const struct greys *g)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();

	(void)zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	(void)zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	(void)zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, (unsigned)g->width, (unsigned)g->height);
	zbar_image_set_data(image, g->at, g->width * g->height, NULL);
	if (zbar_scan_image(scanner, image) > 0)
		for (const zbar_symbol_t *s = zbar_image_first_symbol(image);
			s != NULL && p->why == NULL; s = zbar_symbol_next(s))
			take(p, zbar_symbol_get_data(s), zbar_symbol_get_data_length(s));
	zbar_image_destroy(image);
	zbar_image_scanner_destroy(scanner);
}

/* Scans are read at the first look. A photograph may have squares that are too small or too noisy
 * for it, or codes that disturb each other: the later looks are at it in another size, and at
 * pieces that overlap. */
static const struct {
	size_t pieces; /* across, and down */
	enum { SMALLER, SAME, LARGER } size;
} looks[] = { { 1, SAME }, { 1, SMALLER }, { 1, LARGER }, { 2, SAME }, { 2, LARGER }, { 3, SAME },
	{ 3, SMALLER }, { 3, LARGER } };

#define LOOK_LEAST 64u             /* dots: no code is smaller */
#define LOOK_LARGER_MAX (4u << 20) /* dots: what has more needs not be larger */

static void look_at_piece(
	struct parts *p, const struct greys *g, size_t pieces, size_t at, unsigned size)
{
	/* One of three is half as long as the whole, one of two has two thirds of it. */
	const size_t w = 2 * g->width / (pieces + 1), h = 2 * g->height / (pieces + 1);
	const size_t left = at % pieces * (g->width / (pieces + 1));
	const size_t top = at / pieces * (g->height / (pieces + 1));
	struct greys piece;

	if (w < LOOK_LEAST || h < LOOK_LEAST ||
		(size == LARGER && (uint64_t)w * h > LOOK_LARGER_MAX))
		return;
	piece = size == SMALLER ? smaller(g, left, top, w, h) :
				  larger(g, left, top, w, h, size == LARGER ? 2 : 1);
	look(p, &piece);
	g_free(piece.at);
}

static bool is_whole(const struct parts *p)
{
	return p->why != NULL || (p->n > 0 && p->found == p->n);
}

static void look_closely(struct parts *p, const struct greys *g)
{
	for (size_t i = 0; i < G_N_ELEMENTS(looks); i++)
		for (size_t k = 0; k < looks[i].pieces * looks[i].pieces && !is_whole(p); k++)
			look_at_piece(p, g, looks[i].pieces, k, looks[i].size);
}

#define AGAIN \
	" Nothing was written. Scan the whole page again, sharp and straight, with 300 dots per " \
	"inch."

/* "QR codes 2, 3 and 5", which are missing. */
static GString *missing(const struct parts *p)
{
	const unsigned n = p->n - p->found;
	GString *text = g_string_new(n == 1 ? "QR code " : "QR codes ");
	unsigned told = 0;

	for (unsigned k = 1; k <= p->n; k++)
		if (p->at[k] == NULL) {
			told++;
			g_string_append_printf(text, "%s%u",
				told == 1         ? "" :
					told == n ? " and " :
						    ", ",
				k);
		}
	return text;
}

static GString *join(struct parts *p)
{
	GString *text = g_string_new(NULL);

	if (p->why == NULL && p->n == 0)
		p->why = "No QR code of a receipt was found in the picture." AGAIN;
	else if (p->why == NULL && p->found < p->n)
		p->why = g_strdup_printf("%s of the receipt's %u could not be read. The number "
					 "stands below each code." AGAIN,
			missing(p)->str, p->n);
	for (unsigned k = 1; k <= PARTS_MAX; k++)
		if (p->at[k] != NULL) {
			(void)g_string_append_len(text, p->at[k]->str, (gssize)p->at[k]->len);
			(void)g_string_free(p->at[k], TRUE);
		}
	if (p->why == NULL)
		return text;
	(void)g_string_free(text, TRUE);
	return NULL;
}

GString *scan_receipt(const GByteArray *png, const char **why)
{
	struct stream stream = { png, 0 };
	struct parts parts = { .n = 0 };
	cairo_surface_t *picture, *white;
	GString *text;

	*why = size_wrong(png);
	if (*why != NULL)
		return NULL;
	picture = cairo_image_surface_create_from_png_stream(get, &stream);
	if (cairo_surface_status(picture) != CAIRO_STATUS_SUCCESS) {
		*why = "The picture is damaged.";
		cairo_surface_destroy(picture);
		return NULL;
	}
	white = on_white(picture);
	cairo_surface_destroy(picture);
	if (cairo_surface_status(white) == CAIRO_STATUS_SUCCESS) {
		struct greys whole = greys_of(white);

		look_closely(&parts, &whole);
		g_free(whole.at);
	} else {
		parts.why = "The picture is too large.";
	}
	cairo_surface_destroy(white);
	text = join(&parts);
	*why = parts.why;
	return text;
}
