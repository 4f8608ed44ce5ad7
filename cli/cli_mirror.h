/* Mirrors in the commands check and import, and what evx mirror shares with them. */
#ifndef CLI_MIRROR_H
#define CLI_MIRROR_H

#include "cli.h"
#include "cli_shipment.h"

/* A flaw of an object, on a line or as a JSON object; ctx is struct cli. */
void cli_mirror_complaint(void *ctx, const struct evx_mirror_complaint *c);
/* The date of --retain-until as seconds since 1970: a day, that is its end here, or a time. text
 * NULL: *out is 0. Returns CLI_CONTINUE, or CLI_USAGE with the mistake printed. */
int cli_mirror_until(struct cli *cli, const char *text, int64_t *out);
/* evx check --via. */
int cli_mirror_check(struct cli *cli, const char *via, struct evx_mirror_check_options *opt);
/* evx import --via; then a check of the vault that came. */
int cli_mirror_import(struct cli *cli, const char *via, struct evx_mirror_import_options *opt);

#endif
