/* A draft's text as a page, from which a PDF is made. */
#ifndef CLI_PAGE_DRAFT_H
#define CLI_PAGE_DRAFT_H

#include "page.h"

/* text is escaped, and its lines are as long as they are. The texts up to the first empty line are
 * the title. */
void page_draft(
	FILE *f, const char *text, const char *seal_code, const char *moment, const char *paper);

#endif
