/* evx-paper: what evx runs to draw pages as a PDF, and to read receipts from pictures of pages. Its
 * libraries are large and none of evx's own, so that they get a process of their own, which has no
 * keys and no network and can open nothing but fonts. */
#include <fcntl.h>
#include <fontconfig/fontconfig.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "draw.h"
#include "evx.h"
#include "markup.h"
#include "scan.h"

enum { GOOD = 0, BAD = 1, USAGE = 2, NOT_DONE = 3 };

#define FONT_DIRS_MAX 64u
#define MARKUP_BYTES_MAX (256u << 20)

static int failed(int code, const char *why)
{
	fprintf(stderr, "%s\n", why);
	return code;
}

static bool confine(const struct evx_confine_dir *dirs, size_t n)
{
	struct evx_confine_state state;
	struct evx_diag diag = { 0 };

	if (evx_confine(dirs, n, &state, &diag) == EVX_OK)
		return true;
	fprintf(stderr, "%s\n", diag.text);
	return false;
}

/* Fonts are opened when their letters first occur: their directories stay in reach. */
static int confine_to_fonts(void)
{
	struct evx_confine_dir dirs[FONT_DIRS_MAX];
	FcStrList *list;
	const FcChar8 *name;
	size_t n = 0;
	bool good;

	if (!FcInit() || FcConfigGetFonts(NULL, FcSetSystem) == NULL ||
		FcConfigGetFonts(NULL, FcSetSystem)->nfont == 0)
		return failed(NOT_DONE,
			"No fonts are installed, and a PDF needs them. Install fonts (on Debian: "
			"fonts-noto-core), or write HTML or text.");
	list = FcConfigGetFontDirs(NULL);
	while (list != NULL && n < FONT_DIRS_MAX && (name = FcStrListNext(list)) != NULL) {
		dirs[n].fd = open((const char *)name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		dirs[n].writable = EVX_CONFINE_READ;
		n += dirs[n].fd >= 0;
	}
	if (list != NULL)
		FcStrListDone(list);
	good = confine(dirs, n);
	while (n > 0)
		(void)close(dirs[--n].fd);
	return good ? GOOD : NOT_DONE;
}

/* All of standard input, at most max bytes; NULL: there is more, or it cannot be read. */
static GByteArray *all(size_t max)
{
	GByteArray *bytes = g_byte_array_new();
	guint8 some[65536];
	size_t n;

	while ((n = fread(some, 1, sizeof(some), stdin)) > 0 && bytes->len + n <= max)
		(void)g_byte_array_append(bytes, some, (guint)n);
	if (n == 0 && !ferror(stdin))
		return bytes;
	g_byte_array_unref(bytes);
	return NULL;
}

static int draw(void)
{
	int code = confine_to_fonts();
	struct document *d;
	GByteArray *markup;
	char *wrong = NULL;
	const char *why;

	if (code != GOOD)
		return code;
	markup = all(MARKUP_BYTES_MAX);
	if (markup == NULL)
		return failed(NOT_DONE, "The page is too large for a PDF.");
	d = markup_read((const char *)markup->data, markup->len, &wrong);
	g_byte_array_unref(markup);
	if (d == NULL) {
		code = failed(NOT_DONE, wrong);
		g_free(wrong);
		return code;
	}
	why = draw_document(d, stdout);
	model_free(d);
	return why != NULL ? failed(NOT_DONE, why) : GOOD;
}

static int scan(void)
{
	GByteArray *png;
	GString *text;
	const char *why = "The picture has too many bytes.";

	if (!confine(NULL, 0))
		return NOT_DONE;
	png = all(SCAN_BYTES_MAX);
	text = png != NULL ? scan_receipt(png, &why) : NULL;
	if (png != NULL)
		g_byte_array_unref(png);
	if (text == NULL)
		return failed(NOT_DONE, why);
	(void)fwrite(text->str, 1, text->len, stdout);
	(void)g_string_free(text, TRUE);
	return GOOD;
}

static void silent(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data)
{
	(void)domain;
	(void)level;
	(void)message;
	(void)data;
}

int main(int argc, char **argv)
{
	struct evx_diag diag = { 0 };
	int code;

	(void)g_log_set_default_handler(silent, NULL);
	if (argc == 3 && strcmp(argv[2], "confined") == 0)
		evx_confine_require();
	else if (argc != 2)
		return failed(USAGE, "evx-paper is a part of evx, which runs it.");
	if (evx_start(&diag) != EVX_OK)
		return failed(NOT_DONE, diag.text);
	if (strcmp(argv[1], "draw") == 0)
		code = draw();
	else if (strcmp(argv[1], "read") == 0)
		code = scan();
	else
		return failed(USAGE, "evx-paper is a part of evx, which runs it.");
	if (fflush(stdout) != 0 || ferror(stdout))
		return failed(NOT_DONE, "The result could not be written.");
	return code;
}
