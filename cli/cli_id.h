/* The commands of evx id, which share how they end. */
#ifndef CLI_ID_H
#define CLI_ID_H

#include "cli.h"

int cli_id_always_to(struct cli *cli, int argc, char **argv);
int cli_id_backup(struct cli *cli, int argc, char **argv);
int cli_id_import(struct cli *cli, int argc, char **argv);
int cli_id_passwd(struct cli *cli, int argc, char **argv);
int cli_id_retire(struct cli *cli, int argc, char **argv);

/* Frees home; prints what diag tells when err is a failure. Returns the exit code. */
int cli_id_finish(
	struct cli *cli, struct evx_home *home, enum evx_err err, const struct evx_diag *diag);

#endif
