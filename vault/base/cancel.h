/* Progress and cancellation, handed down to every long operation. */
#ifndef EVX_BASE_CANCEL_H
#define EVX_BASE_CANCEL_H

#include <stdatomic.h>

#include "base/err.h"

/* Set from a signal handler or another thread; pipelines look at it at least once per chunk and per
 * file. */
struct evx_cancel {
	atomic_bool stop;
};

static inline bool evx_cancelled(const struct evx_cancel *c)
{
	return c != NULL && atomic_load_explicit(&c->stop, memory_order_relaxed);
}

/* How far an operation is. Counters only grow; a reader (the progress display) may look at any time
 * from another thread. */
struct evx_progress {
	_Atomic uint64_t bytes_done;  /* of what is being read */
	_Atomic uint64_t bytes_total; /* 0 while unknown */
	_Atomic uint64_t files_done;
	_Atomic uint64_t packs_there; /* of a transfer: at its end already, and not moved */
};

#endif
