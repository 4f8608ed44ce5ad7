/* The markup of a page, read into blocks. It is what evx writes as HTML (cli/page.h), so that page
 * and PDF say the same; and these elements of its own:
 *
 *   <meta name="seal-code|page" content="…"/>          for every page's foot: "Page # of #"
 *   <meta name="date|paper" content="…"/>              a moment; "letter"
 *   <qr lead="1 / 3">TEXT</qr>                         a QR code of TEXT, as it stands
 *   <label code="…"><field>TEXT</field>…</label>   a label for an evidence bag
 *
 * Elements that it does not know are passed through: their text counts. */
#ifndef PAPER_MARKUP_H
#define PAPER_MARKUP_H

#include "model.h"

/* Reads the n bytes at text. NULL with *why set (g_free) when they are no such markup, or end too
 * early. */
struct document *markup_read(const char *text, size_t n, char **why);

#endif
