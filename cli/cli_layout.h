/* How results stand on the screen: rows that wrap by words, and times of this place. */
#ifndef CLI_LAYOUT_H
#define CLI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "evx.h"

/* Notes how wide the output is (the terminal's width; else $COLUMNS; else 80) and reads the time
 * zone. Call before the process is confined, for then neither can be had. */
void cli_layout_start(void);
size_t cli_layout_width(void);
/* From here on lines are this wide, whatever the terminal. */
void cli_layout_fix(size_t columns);
/* How many columns s takes: one for each character, none for a mark on it. */
size_t cli_layout_columns(const char *s);
/* Prints text, which is escaped already, wrapped at the width where it has
 * blanks, with LF. Lines after the
 * first begin with hang blanks; used says how many columns of the first line are taken. */
void cli_layout_paragraph(FILE *f, size_t used, size_t hang, const char *text);
/* label, and blanks up to columns, one at least. Labels are translated. */
void cli_layout_label(FILE *f, size_t columns, const char *label);
/* text, which is translated and escaped already, and blanks up to columns. */
void cli_layout_cell(FILE *f, size_t columns, const char *text);
/* "LABEL  TEXT" behind indent blanks: the label is padded to CLI_LAYOUT_LABEL columns. text is
 * escaped already; NULL or "": prints nothing. */
#define CLI_LAYOUT_LABEL 12
void cli_layout_row(FILE *f, size_t indent, const char *label, const char *text);
/* The same with a word of its own before the text: "LABEL  WORD  TEXT". text may be "". */
#define CLI_LAYOUT_WORD 13
void cli_layout_cells(
	FILE *f, size_t indent, const char *label, const char *word, const char *text);
/* A text under way: f writes to it, escaped by whoever writes. */
struct cli_layout_text {
	FILE *f;
	char *text;
	size_t n;
};

/* False when out of memory; else one of the functions below ends it: they print what there is
 * memory for, as those above do, and free the text. */
bool cli_layout_text_begin(struct cli_layout_text *t);
/* Ends it alone: true when t->text has all that was written, and is the caller's to free. */
bool cli_layout_text_end(struct cli_layout_text *t);
/* Whether there was no memory for one of these texts, so that something was not printed. */
bool cli_layout_lost(void);
void cli_layout_text_row(struct cli_layout_text *t, FILE *f, size_t indent, const char *label);
void cli_layout_text_cells(
	struct cli_layout_text *t, FILE *f, size_t indent, const char *label, const char *word);
/* A paragraph whose later lines begin with hang blanks. */
void cli_layout_text_paragraph(struct cli_layout_text *t, FILE *f, size_t hang);
/* A sentence of evx's own, translated, wrapped, behind indent blanks, with LF. */
void cli_layout_say(FILE *f, size_t indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A row whose text is such a sentence. */
void cli_layout_say_row(FILE *f, size_t indent, const char *label, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Local time with its zone, "30 Nov 2026 08:58 CET", with seconds "30 Nov 2026 08:58:12 CET", of
 * utc as documents write it ("2026-11-30T07:58:12Z"); any other text comes back as it is, escaped.
 */
#define CLI_LAYOUT_TIME 64
const char *cli_layout_time(const char *utc, bool seconds, char buf[CLI_LAYOUT_TIME]);
/* Local time "2026-11-30 08:58:12 +0100"; the seconds since 1970 where the year
 * has more digits than the system can write. */
const char *cli_layout_file_time(struct evx_file_time time, char buf[CLI_LAYOUT_TIME]);

#endif
