/* An exhibit and its custody record as CASE/UCO 1.4 in JSON-LD (format-spec/case-uco.md). */
#ifndef CLI_CASE_UCO_H
#define CLI_CASE_UCO_H

#include "cli.h"

/* Checks the exhibit that the only operand names and writes it to the new file output ("-":
 * standard output): what its record says, with as (NULL: nobody) the details that this identity
 * can open, and the files where it can open the list of contents. Returns an exit code; unless it
 * is CLI_GOOD or CLI_CUSTODY, no file is left. */
int case_uco_export(struct cli *cli, const char *output, const char *as);

#endif
