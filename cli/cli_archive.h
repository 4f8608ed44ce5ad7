/* What was sealed, written as a tar or zip archive. */
#ifndef CLI_ARCHIVE_H
#define CLI_ARCHIVE_H

#include "cli.h"

/* Writes the exhibit that the only operand names as the archive, as this identity (NULL: the only
 * one), to the new file output ("-": standard output). archive->fd is filled in. Returns an exit
 * code; unless it is CLI_GOOD, no file is left. */
int cli_archive_export(
	struct cli *cli, struct evx_archive_options *archive, const char *output, const char *as);

#endif
