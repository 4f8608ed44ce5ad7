/* Signals: an interruption sets a flag that the pipelines look at; nothing exits inside a handler. */
#ifndef EVX_CLI_SIGNALS_H
#define EVX_CLI_SIGNALS_H

#include "evx.h"

/* SIGINT, SIGTERM and SIGHUP (unless ignored by whoever started us) set the returned flag; SIGPIPE is ignored, so that a closed
 * pipe is a write error. Call once. */
struct evx_cancel *cli_signals_start(void);

#endif
