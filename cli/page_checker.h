/* The part of a report page that checks a bundle, by the script that checker/ holds. */
#ifndef CLI_PAGE_CHECKER_H
#define CLI_PAGE_CHECKER_H

#include <stdio.h>

struct evx_report;

/* Made when evx is built (build-aux/checker.sh): the script, and its SHA-256 in base64, which the
 * page's Content-Security-Policy names, so that no other script runs. */
extern const char page_checker_script[];
extern const char page_checker_hash[];

/* The section with its script. The seal and the head of r, where they are good, are what a file is
 * compared with. */
void page_checker(FILE *f, const struct evx_report *r);

#endif
