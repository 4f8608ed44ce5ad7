/* Pieces of a page in HTML: text made harmless, and the shapes that its parts share. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "cli.h"
#include "cli_layout.h"

/* Writes text that may be hostile: what could act on a reader stands escaped (evx_text_escape), and
 * marks of HTML as references. NULL writes nothing. */
void page_text(FILE *f, const char *s);
/* The same of text that is escaped already, such as what cli_layout_text gathers. */
void page_escaped(FILE *f, const char *s);
/* The same of a translated sentence with values of this program in it, such as times and numbers of
 * cases: where it runs from right to left, these stay as they are. */
void page_told(FILE *f, const char *s);
/* The same between bdi, so that its direction is that of its own letters. */
void page_isolated(FILE *f, const char *s);
/* Ends t and writes what it gathered. */
void page_gathered(FILE *f, struct cli_layout_text *t);
/* What stands at the foot of a PDF's pages, when it was made, and its paper (NULL: A4): elements
 * of a head. */
void page_about(FILE *f, const char *seal_code, const char *moment, const char *paper);
/* The same: how the pages of a PDF are numbered. */
void page_numbers(FILE *f);
/* Headings, captions and texts of the program are translated here.
 *
 * Begins and ends a section with a heading. id is a word. */
void page_section(FILE *f, const char *id, const char *heading);
void page_section_end(FILE *f);
/* <p>, with text that this program wrote. */
void page_paragraph(FILE *f, const char *text);
/* The same of a sentence with values, which are harmless. */
void page_say(FILE *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Around what is wider than the screen of a telephone: it is moved there alone, with a finger or
 * with keys. what says what it is. */
void page_wide(FILE *f, const char *what);
void page_wide_end(FILE *f);
/* Begins a table whose caption tells what it is for; headings end with NULL. */
void page_table(FILE *f, const char *caption, const char *const *headings);
void page_table_end(FILE *f);
/* One cell of a row that is open. */
void page_cell(FILE *f, const char *s);
/* The same of a word that is not broken. */
void page_word(FILE *f, const char *s);
/* A row of two: heading and text; nothing when the text is NULL or "". */
void page_row(FILE *f, const char *heading, const char *s);
/* A moment: "2026-11-30T07:58:12Z" in UTC, and in the local time of this machine where
 * that is another. */
void page_moment(FILE *f, const char *utc);
/* Who signed, or whom an entry names, as cli_verdict_signer tells it. */
void page_signer(FILE *f, const struct evx_report_event *e);
void page_party(FILE *f, const struct evx_report_party *p);

#endif
