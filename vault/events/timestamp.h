/* A time-stamp in two steps, for commands that do more than that: what needs files and the network
 * before confinement, the rest after. */
#ifndef EVX_EVENTS_TIMESTAMP_H
#define EVX_EVENTS_TIMESTAMP_H

#include "custody/rules.h"
#include "evx.h"

struct evx_timestamp_run;

/* Reads what opt names but the bundle, which need not be there yet, and starts the process that
 * asks the authority. opt must outlive the run. */
enum evx_err evx_timestamp_prepare(const struct evx_timestamp_options *opt,
	struct evx_timestamp_run **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Does the rest, as evx_timestamp; roster says who acts for whom, NULL: nobody for another. Once
 * only. */
enum evx_err evx_timestamp_finish(struct evx_timestamp_run *run,
	const struct evx_rules_roster *roster, const struct evx_cancel *cancel,
	struct evx_timestamp_result *result, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_timestamp_run_free(struct evx_timestamp_run *run); /* NULL does nothing */

#endif
