/* The parts of the report page, each made from the report of a verification. */
#ifndef CLI_PAGE_REPORT_H
#define CLI_PAGE_REPORT_H

#include "cli_report.h"
#include "page.h"

/* The four questions: unchanged? the exhibit in my papers? who had it? who says so? */
void page_report_answers(FILE *f, const struct evx_report *r);
/* Holders as bars over time, with what is between them. */
void page_report_timeline(FILE *f, const struct evx_report *r);
/* Hand-overs with both signatures, every entry, the completeness statement, signers, hashes. */
void page_report_handovers(FILE *f, const struct evx_report *r);
void page_report_entries(FILE *f, const struct evx_report *r);
void page_report_completeness(FILE *f, const struct evx_report *r);
void page_report_signers(FILE *f, const struct evx_report *r);
void page_report_findings(FILE *f, const struct evx_report *r);
/* How it must be handled, and what was searched for; nothing where no entry says so. */
void page_report_handling(FILE *f, const struct evx_report *r);
/* What was checked and what was not, by which version, when; the hashes. */
void page_report_checked(FILE *f, const struct evx_report *r, const char *now);
/* How to check it with stock tools: name is the bundle's file name. */
void page_report_annex(FILE *f, const struct evx_report *r, const char *name);

#endif
