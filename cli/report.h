/* What evx_verify found, as verify, show and log tell it. */
#ifndef EVX_CLI_REPORT_H
#define EVX_CLI_REPORT_H

#include "cli.h"

/* The options these three commands share. */
struct cli_report_request {
	struct evx_verify_options options;
	const char *as;
};

/* Parses the command line (verify also takes --deep), runs evx_verify and calls print with the report. Returns the exit code; print's
 * result is the code where a verdict was reached. */
int cli_report_run(struct cli *cli, int argc, char **argv, bool verify, int (*print)(struct cli *cli, const struct evx_report *report));

/* The findings, most severe first. */
void cli_report_findings(FILE *f, const struct evx_report *report);
/* "fingerprint  Person, Organisation (CC)" of an event's signer, or that no trusted card is known. */
void cli_report_signer(FILE *f, const struct evx_report_event *event);
/* "existed at TIME, by AUTHORITY" where a time-stamp proves it of the event, else nothing. */
void cli_report_proof(FILE *f, const struct evx_report_event *event);
/* The whole report as one JSON object. */
void cli_report_json(FILE *f, const struct evx_report *report);

/* The exit code of commands that tell without judging trust: bad and newer bundles are still said to be so. */
int cli_report_exit_code(const struct evx_report *report);

#endif
