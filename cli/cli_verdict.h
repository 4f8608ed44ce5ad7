/* The answer of verify, show and log on one screen, the verdict first. */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "cli.h"

/* The first word of a verdict, by exit code: "GOOD" (0), "BAD" (1), "NOT CHECKED" (3), "TOO NEW"
 * (4), "OPEN QUESTIONS" (5). */
const char *cli_verdict_word(int code);
/* The same of a report that ends with exit code code; "WRONG EXHIBIT" where the seal code given is
 * another one's. */
const char *cli_verdict_first(const struct evx_report *r, int code);
/* The words for the three lines: "unchanged", "CHANGED" or "not checked"; "complete", "GAPS (2)",
 * "BROKEN" or "not checked"; "known", "UNKNOWN", "UNTRUSTED" or "not checked". */
#define CLI_VERDICT_CAP 64
const char *cli_verdict_data(const struct evx_report *r);
const char *cli_verdict_custody(const struct evx_report *r, char buf[CLI_VERDICT_CAP]);
/* The same as people read it: translated, as all words above are by _(). */
const char *cli_verdict_custody_told(const struct evx_report *r, char buf[CLI_VERDICT_CAP]);
const char *cli_verdict_signers(const struct evx_report *r);
/* The sentence that goes with it; static. */
const char *cli_verdict_sentence(const struct evx_report *r, int code);
/* "GOOD  Nothing was changed …", of a report that ends with exit code code. */
void cli_verdict_line(FILE *f, const struct evx_report *r, int code);
/* The same on one line, behind the name of what was checked. */
void cli_verdict_quiet(FILE *f, const struct evx_report *r, int code, const char *name);
/* The rows under it: exhibit, seal code, data, custody, signers, time. */
void cli_verdict_rows(FILE *f, const struct evx_report *r, size_t indent);
/* Who signed an entry, or whom it names: the name on a trusted card; else the key, and in quotes
 * who it says it is. */
void cli_verdict_signer(FILE *f, const struct evx_report_event *event);
void cli_verdict_party(FILE *f, const struct evx_report_party *party);
/* How show and log begin: the verdict where the exit code is not 0, and the rows. They check less
 * than verify, so that their 0 says nothing good. */
void cli_verdict_head(FILE *f, const struct evx_report *r, int code);
/* What weighs on the verdict, what a reader should know, and what was not checked: the weightiest
 * first, as many as fit on a screen. */
void cli_verdict_problems(FILE *f, const struct evx_report *r, size_t indent);
/* "7 of case 26-114" as far as it can be read, else "private, needs a key". malloc'ed and escaped;
 * NULL: out of memory. */
char *cli_verdict_exhibit(const struct evx_report *r);

#endif
