/* What the words of a verdict and its rows share. */
#ifndef CLI_VERDICT_INNER_H
#define CLI_VERDICT_INNER_H

#include "cli.h"

/* How many findings count in line, of weight from and more. */
uint64_t cli_verdict_count(
	const struct evx_report *r, enum evx_verdict_line line, enum evx_weight from);
/* How many findings of trust are about time-stamps and weigh a gap or more. */
uint64_t cli_verdict_stamps(const struct evx_report *r);
/* No card to compare with is all that stands against the bundle. */
bool cli_verdict_only_cards(const struct evx_report *r);

#endif
