/* Pages as a PDF, and pictures of pages, by evx-paper: a program of its own beside this one. */
#ifndef CLI_PAPER_H
#define CLI_PAPER_H

#include "cli.h"

/* Whether a file of this name is to be a PDF. */
bool cli_paper_wanted(const char *output);
/* "a4" or "letter", or no text; else a mistake, which is printed. Returns CLI_CONTINUE or
 * CLI_USAGE. */
int cli_paper_size(struct cli *cli, const char *size);
#define CLI_PAPER_ROW(to) \
	{ \
		"paper", 0, CLI_TEXT, (to), "a4|letter", \
			"the size of a PDF's pages (default: a4)", 0, 0 \
	}
/* A file without a name, for markup or bytes on their way; NULL with the error printed. */
FILE *cli_paper_scratch(struct cli *cli);
/* Draws the pages whose markup (paper/markup.h) stands in the scratch file into the open file out,
 * which output names in messages. Not from a confined process. Returns CLI_GOOD, or an exit code
 * with the error printed. */
int cli_paper_draw(struct cli *cli, FILE *markup, FILE *out, const char *output);
/* Whether the file at path is a picture (PNG). */
bool cli_paper_is_picture(const char *path);
/* The kind of a picture or page that evx does not read, such as "JPEG"; NULL: it is none of those.
 */
const char *cli_paper_other(const char *path);
/* Reads the receipt in the picture at path into the scratch file text. As above. */
int cli_paper_read(struct cli *cli, const char *path, FILE *text);

#endif
