/* Who held an exhibit, from when to when, as its custody record tells. */
#ifndef CLI_HOLDERS_H
#define CLI_HOLDERS_H

#include "cli.h"
#include "cli_json.h"

/* A row for each holder, the first one first: from which entry to which, the times of the signers'
 * clocks, what a time-stamp proves of them, and for how long a release waited for its answer.
 * Nothing where the record has no good seal. */
void cli_holders_print(FILE *f, const struct evx_report *r);
/* The same as an array. */
void cli_holders_json(struct cli_json *j, const struct evx_report *r);

#endif
