/* Signals: an interruption sets a flag that the pipelines look at; nothing exits inside a handler,
 * but for what cannot go on. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <termios.h>

#include "evx.h"

/* Every signal that would end the process and can be caught sets the returned flag, unless whoever
 * started us ignores it. Ctrl-\ (SIGQUIT) a second time ends at once. SIGPIPE and SIGXFSZ are
 * ignored, so that a closed pipe and a file that may not grow are write errors. Call once. */
struct evx_cancel *cli_signals_start(void);
/* All of those are ignored from here on: for a process that ends when another one does. */
void cli_signals_ignore(void);
/* True when standard output is a pipe that nobody reads any more, and who started us does not
 * ignore SIGPIPE. */
bool cli_signals_reader_gone(void);
/* Ends the process by SIGPIPE. */
void cli_signals_end_by_pipe(void);
/* A terminal without echo: until cli_signals_terminal_end, what ends the process at once (a second
 * SIGQUIT; a fault or abort() of its own) first gives the terminal at fd the settings *before,
 * which stay where they are until then. */
void cli_signals_terminal_begin(int fd, const struct termios *before);
void cli_signals_terminal_end(void);

#endif
