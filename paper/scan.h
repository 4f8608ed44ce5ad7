/* A picture of a receipt on paper, read back into the receipt's text. */
#ifndef PAPER_SCAN_H
#define PAPER_SCAN_H

#include <glib.h>

#define SCAN_BYTES_MAX (64u << 20)  /* of a picture */
#define SCAN_PIXELS_MAX (50u << 20) /* of it: 600 dots per inch on A3 and more */

/* The receipt whose parts are in the QR codes of the picture (PNG) in png
 * (format-spec/papers.md "Receipts on paper"). NULL when it cannot be had, with *why set (static or
 * to be released with the process). */
GString *scan_receipt(const GByteArray *png, const char **why);

#endif
