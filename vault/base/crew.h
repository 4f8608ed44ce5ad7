/* The same work on many things, by as many threads as there are processors. */
#ifndef EVX_BASE_CREW_H
#define EVX_BASE_CREW_H

#include <stddef.h>

/* Calls work(ctx, i) once for every i below n, in no order, and returns when all calls have
 * returned. A thread takes at_once (from 1 on) neighbours at a time; up to that many are left to
 * the calling thread. What two calls share is theirs to guard. A thread that cannot be started is
 * only help that does not come. */
void evx_crew(size_t n, size_t at_once, void (*work)(void *ctx, size_t i), void *ctx);

#endif
