/* Bounded first-in-first-out queue of pointers between threads. Closing ends it for readers once
 * drained; cancelling ends it for both sides at once. */
#ifndef EVX_BASE_QUEUE_H
#define EVX_BASE_QUEUE_H

#include "base/err.h"

struct evx_queue;

/* A queue of at most capacity (>= 1) items; NULL when out of memory. */
struct evx_queue *evx_queue_new(size_t capacity);
/* No thread may still use it. Items still inside are the caller's to release before. */
void evx_queue_free(struct evx_queue *q);
/* Waits for room. false when the queue was cancelled or closed: the item stays the caller's. */
bool evx_queue_put(struct evx_queue *q, void *item) EVX_MUST_CHECK;
/* Waits for an item. false when closed and drained, or cancelled. */
bool evx_queue_get(struct evx_queue *q, void **item) EVX_MUST_CHECK;
/* Takes an item if one is there, even after cancel: for draining. */
bool evx_queue_try_get(struct evx_queue *q, void **item);
void evx_queue_close(struct evx_queue *q);
void evx_queue_cancel(struct evx_queue *q);

#endif
