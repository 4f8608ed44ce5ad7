/* What list, cat and extract share: options, the home, the key, one library call. */
#ifndef CLI_OPEN_H
#define CLI_OPEN_H

#include "cli.h"
#include "cli_progress.h"

struct cli_open {
	struct evx_open_options options;
	struct evx_open_result result;
	struct evx_passphrase ask;
	struct cli_progress progress;
	struct evx_home *home;
	struct evx_diag diag;
	const char *since; /* as typed */
	int64_t since_time;
};

/* Reads o->since into the options. CLI_CONTINUE, or CLI_USAGE with the mistake printed. */
int cli_open_since(struct cli *cli, struct cli_open *o);

/* Opens the home and fills in what all three have in common; operand 0 is the bundle, those from
 * first_path on are paths. Returns CLI_CONTINUE or an exit code; after CLI_CONTINUE call
 * cli_open_end. */
int cli_open_begin(struct cli *cli, struct cli_open *o, size_t first_path);
/* Ends progress, says what confinement lacked, prints the error if there is one, frees. Returns the
 * exit code of err. */
int cli_open_end(struct cli *cli, struct cli_open *o, enum evx_err err);

#endif
