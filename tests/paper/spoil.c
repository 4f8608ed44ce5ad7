/* A picture of a page made worse, each time in the same way: what scanners and telephones do. */
#include <cairo.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DESK 90.0 /* the grey beside the page */

/* Greys from 0 to 255, row by row. */
struct grey {
	int w, h;
	double *at;
};

static struct grey blank(int w, int h, double grey)
{
	struct grey g = { w, h, malloc((size_t)w * (size_t)h * sizeof(double)) };

	if (g.at == NULL)
		exit(3);
	for (size_t i = 0; i < (size_t)w * (size_t)h; i++)
		g.at[i] = grey;
	return g;
}

static double *dot(const struct grey *g, int x, int y)
{
	return &g->at[(size_t)y * (size_t)g->w + (size_t)x];
}

static void put_back(struct grey *old, struct grey g)
{
	free(old->at);
	*old = g;
}

/* Between four dots; outside is the desk. */
static double between(const struct grey *g, double x, double y)
{
	const int left = (int)floor(x), top = (int)floor(y);
	const double right = x - left, low = y - top;

	if (left < 0 || top < 0 || left + 1 >= g->w || top + 1 >= g->h)
		return DESK;
	return (*dot(g, left, top) * (1 - right) + *dot(g, left + 1, top) * right) * (1 - low) +
		(*dot(g, left, top + 1) * (1 - right) + *dot(g, left + 1, top + 1) * right) * low;
}

/* ---- what can be done to it; v has the numbers of the operation */

static void rotate(struct grey *g, const double *v)
{
	const double angle = v[0] * 3.14159265358979 / 180, c = cos(angle), s = sin(angle);
	const int w = (int)(fabs(g->w * c) + fabs(g->h * s)) + 1;
	const int h = (int)(fabs(g->w * s) + fabs(g->h * c)) + 1;
	struct grey to = blank(w, h, DESK);

	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			const double dx = x - w / 2.0, dy = y - h / 2.0;

			*dot(&to, x, y) = between(
				g, g->w / 2.0 + dx * c + dy * s, g->h / 2.0 - dx * s + dy * c);
		}
	put_back(g, to);
}

/* The upper edge is further away: it has so much less of its width. */
static void tilt(struct grey *g, const double *v)
{
	struct grey to = blank(g->w, g->h, DESK);
	const double far = 1 / (1 - v[0]);

	for (int y = 0; y < g->h; y++) {
		const double t = (double)y / g->h;
		const double depth = far + (1 - far) * t;

		for (int x = 0; x < g->w; x++)
			*dot(&to, x, y) = between(
				g, g->w / 2.0 + (x - g->w / 2.0) * depth, g->h * t / depth);
	}
	put_back(g, to);
}

static void blur_rows(struct grey *g, double sigma)
{
	const int reach = (int)ceil(3 * sigma);
	struct grey to = blank(g->w, g->h, 0);

	for (int y = 0; y < g->h; y++)
		for (int x = 0; x < g->w; x++) {
			double sum = 0, weight = 0;

			for (int d = -reach; d <= reach; d++)
				if (x + d >= 0 && x + d < g->w) {
					const double k = exp(-d * d / (2 * sigma * sigma));

					sum += k * *dot(g, x + d, y);
					weight += k;
				}
			*dot(&to, x, y) = sum / weight;
		}
	put_back(g, to);
}

static void turn(struct grey *g)
{
	struct grey to = blank(g->h, g->w, 0);

	for (int y = 0; y < g->h; y++)
		for (int x = 0; x < g->w; x++)
			*dot(&to, y, x) = *dot(g, x, y);
	put_back(g, to);
}

static void blur(struct grey *g, const double *v)
{
	blur_rows(g, v[0]);
	turn(g);
	blur_rows(g, v[0]);
	turn(g);
}

/* Grey paper and grey ink, and light that falls off towards the right. */
static void fade(struct grey *g, const double *v)
{
	for (int y = 0; y < g->h; y++)
		for (int x = 0; x < g->w; x++) {
			double *d = dot(g, x, y);

			*d = (v[0] + *d * (v[1] - v[0]) / 255) * (1 - v[2] * x / g->w);
		}
}

static void noise(struct grey *g, const double *v)
{
	uint32_t state = 1;

	for (size_t i = 0; i < (size_t)g->w * (size_t)g->h; i++) {
		state = state * 1664525 + 1013904223;
		g->at[i] += v[0] * ((state >> 8 & 0xffff) / 32768.0 - 1);
	}
}

/* What JPEG does: of each 8 times 8 dots the cosine transform, in steps that grow with the
 * frequency. */
static void jpeg_block(struct grey *g, int left, int top, double step, double wave[8][8])
{
	double line[8][8], all[8][8];

	for (int y = 0; y < 8; y++)
		for (int u = 0; u < 8; u++) {
			line[y][u] = 0;
			for (int x = 0; x < 8; x++)
				line[y][u] += *dot(g, left + x, top + y) * wave[u][x];
		}
	for (int v = 0; v < 8; v++)
		for (int u = 0; u < 8; u++) {
			const double by = step * (1 + u + v);

			all[v][u] = 0;
			for (int y = 0; y < 8; y++)
				all[v][u] += line[y][u] * wave[v][y];
			all[v][u] = round(all[v][u] / by) * by;
		}
	for (int y = 0; y < 8; y++)
		for (int u = 0; u < 8; u++) {
			line[y][u] = 0;
			for (int v = 0; v < 8; v++)
				line[y][u] += all[v][u] * wave[v][y];
		}
	for (int y = 0; y < 8; y++)
		for (int x = 0; x < 8; x++) {
			double *d = dot(g, left + x, top + y);

			*d = 0;
			for (int u = 0; u < 8; u++)
				*d += line[y][u] * wave[u][x];
		}
}

static void jpeg(struct grey *g, const double *v)
{
	double wave[8][8];

	for (int u = 0; u < 8; u++)
		for (int x = 0; x < 8; x++)
			wave[u][x] = (u == 0 ? sqrt(0.125) : 0.5) *
				cos((2 * x + 1) * u * 3.14159265358979 / 16);
	for (int y = 0; y + 8 <= g->h; y += 8)
		for (int x = 0; x + 8 <= g->w; x += 8)
			jpeg_block(g, x, y, v[0], wave);
}

/* So many times as wide and high, with the page at x, y of it (0 to 1). */
static void within(struct grey *g, const double *v)
{
	struct grey to = blank((int)(g->w * v[0]), (int)(g->h * v[0]), DESK);
	const int left = (int)((to.w - g->w) * v[1]), top = (int)((to.h - g->h) * v[2]);

	for (int y = 0; y < g->h; y++)
		memcpy(dot(&to, left, top + y), dot(g, 0, y), (size_t)g->w * sizeof(double));
	put_back(g, to);
}

/* Smaller or larger. */
static void size(struct grey *g, const double *v)
{
	struct grey to = blank((int)(g->w * v[0]), (int)(g->h * v[0]), DESK);

	if (v[0] < 1)
		blur(g, (const double[]){ 0.4 / v[0] });
	for (int y = 0; y < to.h; y++)
		for (int x = 0; x < to.w; x++)
			*dot(&to, x, y) = between(g, x / v[0], y / v[0]);
	put_back(g, to);
}

/* From x, y so wide and so high (0 to 1). */
static void cut(struct grey *g, const double *v)
{
	struct grey to = blank((int)(g->w * v[2]), (int)(g->h * v[3]), DESK);

	for (int y = 0; y < to.h; y++)
		memcpy(dot(&to, 0, y), dot(g, (int)(g->w * v[0]), (int)(g->h * v[1]) + y),
			(size_t)to.w * sizeof(double));
	put_back(g, to);
}

/* A dark spot there: x, y, width, height (0 to 1). */
static void spot(struct grey *g, const double *v)
{
	for (int y = (int)(g->h * v[1]); y < (int)(g->h * (v[1] + v[3])); y++)
		for (int x = (int)(g->w * v[0]); x < (int)(g->w * (v[0] + v[2])); x++)
			*dot(g, x, y) = 40;
}

static const struct operation {
	const char *name;
	int numbers;
	void (*run)(struct grey *g, const double *v);
} operations[] = { { "rotate", 1, rotate }, { "tilt", 1, tilt }, { "blur", 1, blur },
	{ "fade", 3, fade }, { "noise", 1, noise }, { "jpeg", 1, jpeg }, { "within", 3, within },
	{ "size", 1, size }, { "cut", 4, cut }, { "spot", 4, spot } };

/* ---- pictures in files */

static struct grey load(const char *path)
{
	cairo_surface_t *s = cairo_image_surface_create_from_png(path);
	const int w = cairo_image_surface_get_width(s), h = cairo_image_surface_get_height(s);
	const int stride = cairo_image_surface_get_stride(s);
	struct grey g;

	if (cairo_surface_status(s) != CAIRO_STATUS_SUCCESS ||
		cairo_image_surface_get_format(s) == CAIRO_FORMAT_A8)
		exit(3);
	g = blank(w, h, 255);
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			uint32_t p;

			memcpy(&p, cairo_image_surface_get_data(s) + y * stride + 4 * x, sizeof(p));
			*dot(&g, x, y) = (p >> 8) & 255;
		}
	cairo_surface_destroy(s);
	return g;
}

static void store(const struct grey *g, const char *path)
{
	cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, g->w, g->h);
	const int stride = cairo_image_surface_get_stride(s);

	cairo_surface_flush(s);
	for (int y = 0; y < g->h; y++)
		for (int x = 0; x < g->w; x++) {
			const double d = fmin(fmax(*dot(g, x, y), 0), 255);
			const uint32_t one = (uint32_t)lround(d), p = one << 16 | one << 8 | one;

			memcpy(cairo_image_surface_get_data(s) + y * stride + 4 * x, &p, sizeof(p));
		}
	cairo_surface_mark_dirty(s);
	if (cairo_surface_write_to_png(s, path) != CAIRO_STATUS_SUCCESS)
		exit(3);
	cairo_surface_destroy(s);
}

/* The other picture at its right. */
static void beside(struct grey *g, const char *path)
{
	struct grey other = load(path);
	struct grey to = blank(g->w + other.w, g->h > other.h ? g->h : other.h, 255);

	for (int y = 0; y < g->h; y++)
		memcpy(dot(&to, 0, y), dot(g, 0, y), (size_t)g->w * sizeof(double));
	for (int y = 0; y < other.h; y++)
		memcpy(dot(&to, g->w, y), dot(&other, 0, y), (size_t)other.w * sizeof(double));
	free(other.at);
	put_back(g, to);
}

/* usage: spoil IN.png OUT.png [OPERATION NUMBER...]... [beside OTHER.png] */
int main(int argc, char **argv)
{
	const size_t n = sizeof(operations) / sizeof(operations[0]);
	struct grey g;
	int at = 3;

	if (argc < 3)
		return 2;
	g = load(argv[1]);
	while (at < argc) {
		const char *name = argv[at++];
		double v[4] = { 0 };
		size_t i = 0;

		if (strcmp(name, "beside") == 0 && at < argc) {
			beside(&g, argv[at++]);
			continue;
		}
		while (i < n && strcmp(operations[i].name, name) != 0)
			i++;
		if (i == n || at + operations[i].numbers > argc)
			return 2;
		for (int k = 0; k < operations[i].numbers; k++)
			v[k] = strtod(argv[at++], NULL);
		operations[i].run(&g, v);
	}
	store(&g, argv[2]);
	free(g.at);
	return 0;
}
