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

/* For other ways to tell it: false where the record does not say who holds the exhibit; the number
 * of the next entry from `from` on that makes somebody the holder, or -1; and who that is where it
 * is not the entry's signer, else NULL. */
bool cli_holders_known(const struct evx_report *r);
int cli_holders_next(const struct evx_report *r, size_t from);
const struct evx_report_party *cli_holders_receiver(const struct evx_report *r, int from);

#endif
