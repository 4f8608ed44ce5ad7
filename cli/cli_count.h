/* How much there is to read beneath directories, for a progress line with percent. */
#ifndef CLI_COUNT_H
#define CLI_COUNT_H

#include "cli_progress.h"

struct cli_count {
	pid_t pid; /* 0: nothing is counted */
	int alive; /* closing it ends the counting process */
};

/* Starts a process that adds up the sizes of the files beneath the sources while they are read, if
 * p draws and one source is a directory. When it is done, it tells p's counters the total, passes
 * times as much, unless they have one. It reads names and sizes, and no contents. To be called
 * before this process is confined. */
void cli_count_start(struct cli_count *c, struct cli_progress *p, const char *const *sources,
	size_t n, bool one_file_system, unsigned passes);
/* Ends it. Before cli_progress_stop. */
void cli_count_stop(struct cli_count *c);

#endif
