/* The listing of an exhibit in the forms that other tools read. */
#ifndef CLI_FORM_H
#define CLI_FORM_H

#include "cli.h"

/* One form: what stands before the entries, one entry, what stands behind them. Failures of f show
 * when it is flushed. */
struct cli_form {
	void (*begin)(FILE *f, const struct evx_open_result *about);
	/* False when the entry has nothing that this form can hold: it is counted as left out. */
	bool (*entry)(FILE *f, const struct evx_entry *e, uint64_t index);
	void (*end)(FILE *f);
	const char *left_out; /* which entries those are: "3 files " … */
};

extern const struct cli_form cli_form_sha256sums; /* sha256sum -c (GNU coreutils) */
extern const struct cli_form cli_form_bodyfile;   /* mactime (The Sleuth Kit), body file 3.x */
extern const struct cli_form cli_form_mtree;      /* mtree, bsdtar */
extern const struct cli_form cli_form_dfxml;      /* DFXML 2.0.0-beta.0 */

/* Writes the listing of the exhibit that the only operand names to the new file output ("-":
 * standard output), as this identity (NULL: the only one). Returns an exit code; unless it is
 * CLI_GOOD, no file is left. */
int cli_form_export(
	struct cli *cli, const struct cli_form *form, const char *output, const char *as);

#endif
