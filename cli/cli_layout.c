/* How results stand on the screen. */
#include "cli_layout.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli_language.h"
#include "evx.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 40
#define WIDTH_MAX 1000

static size_t width = WIDTH_DEFAULT;
static bool lost; /* a text for which there was no memory */

static size_t number(const char *s)
{
	size_t v = 0;

	for (; s != NULL && *s >= '0' && *s <= '9' && v < WIDTH_MAX; s++)
		v = 10 * v + (size_t)(*s - '0');
	return v;
}

void cli_layout_start(void)
{
	struct winsize size = { 0 };
	size_t n;

	tzset();
	n = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
	if (n == 0)
		n = number(getenv("COLUMNS"));
	if (n > 0)
		width = n < WIDTH_MIN ? WIDTH_MIN : n > WIDTH_MAX ? WIDTH_MAX : n;
}

size_t cli_layout_width(void)
{
	return width;
}

void cli_layout_fix(size_t columns)
{
	width = columns;
}

/* Whether a and b, bytes of UTF-8, are a mark on the letter before: U+0300 to U+036F, and of Arabic
 * U+064B to U+065F and U+0670. */
static bool is_mark(unsigned char a, unsigned char b)
{
	return (a == 0xcc && b >= 0x80) || (a == 0xcd && b >= 0x80 && b <= 0xaf) ||
		(a == 0xd9 && ((b >= 0x8b && b <= 0x9f) || b == 0xb0));
}

/* Columns of the n bytes at s: one for each character, none for a mark on it. */
static size_t columns(const char *s, size_t n)
{
	size_t v = 0, i;

	for (i = 0; i < n; i++)
		v += ((unsigned char)s[i] & 0xc0) != 0x80 &&
			!(i + 1 < n && is_mark((unsigned char)s[i], (unsigned char)s[i + 1]));
	return v;
}

size_t cli_layout_columns(const char *s)
{
	return columns(s, strlen(s));
}

void cli_layout_paragraph(FILE *f, size_t used, size_t hang, const char *text)
{
	size_t blanks = 0, n, wide;

	for (text += strspn(text, " "); *text != '\0'; text += n) {
		n = strcspn(text, " ");
		wide = columns(text, n);
		if (blanks > 0 && used + blanks + wide > width) {
			fprintf(f, "\n%*s", (int)hang, "");
			used = hang;
		} else {
			fprintf(f, "%*s", (int)blanks, "");
			used += blanks;
		}
		fwrite(text, 1, n, f);
		used += wide;
		text += n;
		n = blanks = strspn(text, " ");
	}
	putc('\n', f);
}

void cli_layout_label(FILE *f, size_t columns, const char *label)
{
	const char *told = cli_language_label(label);
	const size_t used = cli_layout_columns(told);

	fprintf(f, "%s%*s", told, used < columns ? (int)(columns - used) : 1, "");
}

void cli_layout_cell(FILE *f, size_t columns, const char *text)
{
	const size_t used = cli_layout_columns(text);

	fprintf(f, "%s%*s", text, used < columns ? (int)(columns - used) : 0, "");
}

void cli_layout_row(FILE *f, size_t indent, const char *label, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	fprintf(f, "%*s", (int)indent, "");
	cli_layout_label(f, CLI_LAYOUT_LABEL, label);
	cli_layout_paragraph(f, indent + CLI_LAYOUT_LABEL, indent + CLI_LAYOUT_LABEL, text);
}

void cli_layout_cells(FILE *f, size_t indent, const char *label, const char *word, const char *text)
{
	const size_t at = indent + CLI_LAYOUT_LABEL + CLI_LAYOUT_WORD;
	size_t wide;

	if (text[0] == '\0') {
		cli_layout_row(f, indent, label, _(word));
		return;
	}
	fprintf(f, "%*s", (int)indent, "");
	cli_layout_label(f, CLI_LAYOUT_LABEL, label);
	word = _(word);
	wide = cli_layout_columns(word);
	fprintf(f, "%s%*s", word, wide < CLI_LAYOUT_WORD ? (int)(CLI_LAYOUT_WORD - wide) : 1, "");
	cli_layout_paragraph(f, at, at, text);
}

bool cli_layout_text_begin(struct cli_layout_text *t)
{
	*t = (struct cli_layout_text){ 0 };
	t->f = open_memstream(&t->text, &t->n);
	lost = lost || t->f == NULL;
	return t->f != NULL;
}

bool cli_layout_text_end(struct cli_layout_text *t)
{
	bool whole = ferror(t->f) == 0;

	whole = fclose(t->f) == 0 && whole && t->text != NULL;
	lost = lost || !whole;
	return whole;
}

bool cli_layout_lost(void)
{
	return lost;
}

void cli_layout_text_cells(
	struct cli_layout_text *t, FILE *f, size_t indent, const char *label, const char *word)
{
	if (cli_layout_text_end(t))
		cli_layout_cells(f, indent, label, word, t->text);
	free(t->text);
}

void cli_layout_text_row(struct cli_layout_text *t, FILE *f, size_t indent, const char *label)
{
	if (cli_layout_text_end(t))
		cli_layout_row(f, indent, label, t->text);
	free(t->text);
}

void cli_layout_text_paragraph(struct cli_layout_text *t, FILE *f, size_t hang)
{
	if (cli_layout_text_end(t))
		cli_layout_paragraph(f, 0, hang, t->text);
	free(t->text);
}

void cli_layout_say(FILE *f, size_t indent, const char *format, ...)
{
	struct cli_layout_text t;
	va_list args;

	if (!cli_layout_text_begin(&t))
		return;
	va_start(args, format);
	(void)vfprintf(t.f, _(format), args);
	va_end(args);
	fprintf(f, "%*s", (int)indent, "");
	cli_layout_text_paragraph(&t, f, indent);
}

void cli_layout_say_row(FILE *f, size_t indent, const char *label, const char *format, ...)
{
	struct cli_layout_text t;
	va_list args;

	if (!cli_layout_text_begin(&t))
		return;
	va_start(args, format);
	(void)vfprintf(t.f, _(format), args);
	va_end(args);
	cli_layout_text_row(&t, f, indent, label);
}

static const char *const months[] = { N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"),
	N_("Jun"), N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec") };

const char *cli_layout_time(const char *utc, bool seconds, char buf[CLI_LAYOUT_TIME])
{
	struct tm tm = { 0 };
	const char *end = strptime(utc, "%Y-%m-%dT%H:%M:%SZ", &tm);
	time_t t = end != NULL && *end == '\0' ? timegm(&tm) : (time_t)-1;
	char clock[CLI_LAYOUT_TIME / 2];

	if (t == (time_t)-1 || localtime_r(&t, &tm) == NULL ||
		strftime(clock, sizeof(clock), seconds ? "%Y %H:%M:%S %Z" : "%Y %H:%M %Z", &tm) ==
			0)
		return evx_text_escape(utc, strlen(utc), buf, CLI_LAYOUT_TIME);
	(void)snprintf(buf, CLI_LAYOUT_TIME, "%d %s %s", tm.tm_mday, _(months[tm.tm_mon]), clock);
	return buf;
}

const char *cli_layout_file_time(struct evx_file_time time, char buf[CLI_LAYOUT_TIME])
{
	const time_t t = (time_t)time.seconds;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
		strftime(buf, CLI_LAYOUT_TIME, "%Y-%m-%d %H:%M:%S %z", &tm) == 0)
		(void)snprintf(buf, CLI_LAYOUT_TIME, "%lld s since 1970", (long long)t);
	return buf;
}
