/* Drafts of certificates and forms, filled from the record; blanks where a person must declare. */
#ifndef CLI_COURT_DRAFT_H
#define CLI_COURT_DRAFT_H

#include "cli_report.h"

/* Writes one draft as text of 78 columns. file: the bundle's own name; NULL: it is no single file.
 */
typedef void draft_fn(FILE *f, const struct evx_report *r, const char *file);

/* The draft of this name: "fre902", "bsa63", "nist-coc"; NULL when there is none. */
draft_fn *draft_find(const char *name);

#endif
