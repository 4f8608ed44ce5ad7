/* A receipt on one page, with QR codes that hold all of it (format-spec/papers.md). */
#ifndef CLI_PAGE_RECEIPT_H
#define CLI_PAGE_RECEIPT_H

#include "cli.h"

/* Verifies the receipt in file, in a process of its own, and writes its page's markup to f. Returns
 * CLI_CONTINUE, or an exit code with the error printed. */
int page_receipt(struct cli *cli, const char *file, const char *paper, FILE *f);

#endif
