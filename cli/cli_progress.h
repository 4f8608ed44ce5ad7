/* The progress line on a terminal's stderr: bytes, percent when the total is known, rate, time
 * left. A process of its own draws it from counters in shared memory, because the process that
 * works confines itself and must have no other thread by then. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <sys/types.h>

#include "cli.h"

struct cli_progress_shared;

struct cli_progress {
	struct evx_progress *counters;      /* to hand to the library; always usable */
	struct cli_progress_shared *shared; /* with the drawing process; NULL: nothing is drawn */
	struct evx_progress unseen;         /* … this one when nothing is drawn */
	pid_t pid;                          /* 0: nothing is drawn */
	int alive;                          /* closing it ends the drawing process */
	bool events;                        /* lines of JSON, and nothing is drawn */
};

/* Starts drawing if stderr is a terminal and --quiet was not given; a failure to do so only means
 * that nothing is drawn. p stays where it is until cli_progress_stop. */
void cli_progress_start(struct cli *cli, struct cli_progress *p);
/* The same for what moves bytes over a remote. With --json there is no line, also on a terminal:
 * each second an object goes to stderr that says how far the command `what` is (evx(1)). */
void cli_progress_start_transfer(struct cli *cli, struct cli_progress *p, const char *what);
/* Clears the line that cli draws, if there is one, and draws no more: a question follows. The
 * counters can still be used. */
void cli_progress_pause(struct cli *cli);
/* Around a line of text that is printed while the work goes on: clears the progress line, and
 * draws no other until the text stands. Needs no right that confinement takes away. */
void cli_progress_hold(struct cli *cli);
void cli_progress_go_on(struct cli *cli);
/* Clears the line. Call before the results are printed. */
void cli_progress_stop(struct cli *cli, struct cli_progress *p);

#endif
