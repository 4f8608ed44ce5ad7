/* What evx_verify found, as verify, show and log tell it. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli.h"
#include "cli_json.h"

enum cli_report_for { CLI_REPORT_VERIFY, CLI_REPORT_SHOW, CLI_REPORT_LOG, CLI_REPORT_PAGE };

/* The options these commands share. */
struct cli_report_request {
	struct evx_verify_options options;
	const char *as;
	bool details;       /* every finding with its code, every entry, every hash */
	const char *name;   /* of the bundle, as it was typed */
	bool several;       /* it is one of several */
	const char *form;   /* report: a draft instead of the page; NULL: the page */
	bool with_checker;  /* report: the page can check a bundle */
	const char *lang;   /* report: its language; NULL: that of the environment */
	const char *output; /* report: where it goes … */
	bool pdf;           /* … as a PDF, made from the page … */
	const char *paper;  /* … of this size; NULL: A4 */
	FILE *page;         /* … and the file under way */
	const char *file; /* the bundle's own name, without directories; NULL: it is no single file
			   */
};

/* Prints a report and returns the exit code. */
typedef int (*cli_report_print_fn)(
	struct cli *cli, const struct cli_report_request *request, const struct evx_report *report);

/* What is done with a report, and the exit code. */
typedef int (*cli_report_then_fn)(struct cli *cli, void *ctx, const struct evx_report *report);

/* Verifies options->bundle in the identity home, which must be there where options->as or
 * options->reveal_custody needs a key, and calls then with the report. jobs, confinement and the
 * question about names are set here. Returns what then returned, or the failure's exit code. */
int cli_report_verify(
	struct cli *cli, struct evx_verify_options *options, cli_report_then_fn then, void *ctx);

/* Parses the command line (verify also takes --deep, show --reveal-custody and --hashes, log
 * --graph, report --deep and -o), runs evx_verify and calls print, with --graph draw, with the
 * report. Returns the exit code; print's result is the code where a verdict was reached. verify
 * takes several bundles: each is judged in a process of its own, and the exit code is the worst
 * one. */
int cli_report_run(struct cli *cli, int argc, char **argv, enum cli_report_for what,
	cli_report_print_fn print, cli_report_print_fn draw);

/* The findings with their codes, most severe first. */
void cli_report_findings(FILE *f, const struct evx_report *report);
/* The row "LABEL  fingerprint  Person, Organisation (CC)" of an event's signer; says where no card
 * is known, or none that is trusted. */
void cli_report_signer(FILE *f, const char *label, const struct evx_report_event *event);
/* Its text in the language of the reader; in English where there is no translation. */
const char *cli_report_told(const struct evx_report_finding *finding);
/* Whether a finding of this code is among them. */
bool cli_report_has(const struct evx_report *report, const char *code);
/* Who holds the exhibit since when, what is open, what is missing; nothing when the chain has no
 * good seal. */
void cli_report_holding(FILE *f, const struct evx_report *report);
/* "existed at TIME, by AUTHORITY" where a time-stamp proves it of the event, else nothing. */
void cli_report_proof(FILE *f, const struct evx_report_event *event);
/* One finding as an object in an array. */
void cli_report_json_finding(struct cli_json *j, const struct evx_report_finding *f);
/* The whole report as one JSON object, with the bundle's name where that is not NULL. */
void cli_report_json(FILE *f, const char *bundle, const struct evx_report *report);

/* True when bytes stand behind the end of the bundle that are not all zero. */
bool cli_report_goes_on(const struct evx_report *report);
/* The exit code of commands that tell without judging trust: bad and newer bundles are still said
 * to be so. */
int cli_report_exit_code(const struct evx_report *report);

#endif
