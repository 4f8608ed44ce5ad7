/* Pieces of a page in HTML. */
#include "page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli_language.h"
#include "cli_verdict.h"

#define PIECE 1024

void page_escaped(FILE *f, const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		switch (*s) {
		case '&':
			fputs("&amp;", f);
			break;
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		case '\'':
			fputs("&#39;", f);
			break;
		default:
			putc(*s, f);
		}
}

void page_text(FILE *f, const char *s)
{
	size_t n;
	char *escaped;

	if (s == NULL)
		return;
	n = strlen(s);
	escaped = malloc(4 * n + 1); /* a byte takes four characters at most */
	if (escaped == NULL) {
		fputs("[out of memory]", f);
		return;
	}
	page_escaped(f, evx_text_escape(s, n, escaped, 4 * n + 1));
	free(escaped);
}

/* How long the word at s is whose signs would change places between letters that run from right to
 * left: "2026-11-30T07:58:12Z", "26-114". 0: there is none. */
static size_t word_at(const char *s)
{
	static const char letters[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const size_t n = strspn(s,
		"-+/.:_=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz");
	size_t end = n;

	while (end > 0 && strchr(letters, s[end - 1]) == NULL)
		end--;
	return strspn(s, letters) < end && strcspn(s, "0123456789") < end ? end : 0;
}

void page_told(FILE *f, const char *s)
{
	static const char left_to_right[] = "\342\201\246", end[] = "\342\201\251"; /* UAX 9 */
	char *word;
	size_t n;

	if (!cli_language_leftward() || s == NULL) {
		page_text(f, s);
		return;
	}
	while (*s != '\0') {
		const size_t len = word_at(s);

		n = len > 0 ? len : strcspn(s, " \"([");
		n += len == 0 && s[n] != '\0';
		word = strndup(s, n);
		if (word == NULL) {
			fputs("[out of memory]", f);
			return;
		}
		fputs(len > 0 ? left_to_right : "", f);
		page_text(f, word);
		fputs(len > 0 ? end : "", f);
		free(word);
		s += n;
	}
}

void page_isolated(FILE *f, const char *s)
{
	fputs("<bdi>", f);
	page_text(f, s);
	fputs("</bdi>", f);
}

void page_gathered(FILE *f, struct cli_layout_text *t)
{
	if (cli_layout_text_end(t))
		page_escaped(f, t->text);
	free(t->text);
	t->text = NULL;
}

void page_about(FILE *f, const char *seal_code, const char *moment, const char *paper)
{
	fputs("<meta name=\"seal-code\" content=\"", f);
	page_text(f, seal_code);
	fputs("\">\n<meta name=\"date\" content=\"", f);
	page_text(f, moment);
	fputs("\">\n", f);
	if (paper != NULL)
		fprintf(f, "<meta name=\"paper\" content=\"%s\">\n", paper);
}

void page_numbers(FILE *f)
{
	fputs("<meta name=\"page\" content=\"", f);
	fprintf(f, _("Page %s of %s"), "#", "#");
	fputs("\">\n", f);
}

void page_section(FILE *f, const char *id, const char *heading)
{
	fprintf(f, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", id, id, _(heading));
}

void page_section_end(FILE *f)
{
	fputs("</section>\n", f);
}

void page_paragraph(FILE *f, const char *text)
{
	fputs("<p>", f);
	page_escaped(f, _(text));
	fputs("</p>\n", f);
}

void page_say(FILE *f, const char *format, ...)
{
	struct cli_layout_text t;
	va_list args;

	if (!cli_layout_text_begin(&t))
		return;
	va_start(args, format);
	(void)vfprintf(t.f, _(format), args);
	va_end(args);
	fputs("<p>", f);
	page_gathered(f, &t);
	fputs("</p>\n", f);
}

void page_wide(FILE *f, const char *what)
{
	fprintf(f, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">\n",
		_(what));
}

void page_wide_end(FILE *f)
{
	fputs("</div>\n", f);
}

void page_table(FILE *f, const char *caption, const char *const *headings)
{
	page_wide(f, caption);
	fprintf(f, "<table>\n<caption>%s</caption>\n<thead><tr>", _(caption));
	for (; *headings != NULL; headings++)
		fprintf(f, "<th scope=\"col\">%s</th>", _(*headings));
	fputs("</tr></thead>\n<tbody>\n", f);
}

void page_table_end(FILE *f)
{
	fputs("</tbody>\n</table>\n", f);
	page_wide_end(f);
}

void page_cell(FILE *f, const char *s)
{
	fputs("<td>", f);
	page_isolated(f, s);
	fputs("</td>", f);
}

void page_word(FILE *f, const char *s)
{
	fputs("<td class=\"word\">", f);
	page_isolated(f, s);
	fputs("</td>", f);
}

void page_row(FILE *f, const char *heading, const char *s)
{
	if (s == NULL || s[0] == '\0')
		return;
	fprintf(f, "<tr><th scope=\"row\">%s</th>", cli_language_label(heading));
	page_cell(f, s);
	fputs("</tr>\n", f);
}

void page_moment(FILE *f, const char *utc)
{
	static const char zone[] = " UTC";
	char local[CLI_LAYOUT_TIME];
	const char *text = cli_layout_time(utc, true, local);
	const size_t n = strlen(text);

	fputs("<time dir=\"ltr\" datetime=\"", f);
	page_text(f, utc);
	fputs("\">", f);
	if (n < sizeof(zone) || strcmp(text + n - (sizeof(zone) - 1), zone) != 0) {
		page_text(f, utc);
		fputs("</time> (<bdi>", f);
		page_escaped(f, text);
		fputs("</bdi>)", f);
		return;
	}
	/* A month in letters from right to left would part the numbers around it. */
	if (cli_language_leftward())
		page_text(f, utc);
	else
		page_escaped(f, text);
	fputs("</time>", f);
}

void page_signer(FILE *f, const struct evx_report_event *e)
{
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	cli_verdict_signer(t.f, e);
	fputs("<bdi>", f);
	page_gathered(f, &t);
	fputs("</bdi>", f);
}

void page_party(FILE *f, const struct evx_report_party *p)
{
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	cli_verdict_party(t.f, p);
	fputs("<bdi>", f);
	page_gathered(f, &t);
	fputs("</bdi>", f);
}
