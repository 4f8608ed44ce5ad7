/* The commands of evx roster: how a roster is told. */
#ifndef CLI_ROSTER_H
#define CLI_ROSTER_H

#include "cli.h"

int cli_roster_new(struct cli *cli, int argc, char **argv);
int cli_roster_add(struct cli *cli, int argc, char **argv);
int cli_roster_revoke(struct cli *cli, int argc, char **argv);
int cli_roster_rotate(struct cli *cli, int argc, char **argv);

/* Name, version, roots and who has signed; with --json the whole roster as one object. */
void cli_roster_print(struct cli *cli, const struct evx_roster_info *info);
/* All keys, one after the other. */
void cli_roster_print_keys(struct cli *cli, const struct evx_roster_info *info);
/* What a draft still waits for, or that it waits for nothing. */
void cli_roster_print_missing(struct cli *cli, const struct evx_roster_info *info);

#endif
