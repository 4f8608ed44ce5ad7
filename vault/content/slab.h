/* A fixed number of large buffers that go round between the threads of the sealing pipeline,
 * counted by reference. */
#ifndef EVX_CONTENT_SLAB_H
#define EVX_CONTENT_SLAB_H

#include "base/err.h"
#include "format/limits.h"

#define EVX_SLAB_HEAD \
	EVX_CHUNK_MAX /* room before the data for what is left of a chunk that began in an earlier \
			 slab */
#define EVX_SLAB_DATA 4194304u

struct evx_slab {
	uint8_t *head; /* EVX_SLAB_HEAD bytes, then the data */
	uint8_t *data; /* EVX_SLAB_DATA bytes */
	unsigned refs; /* of the pool's lock */
};

struct evx_slab_pool;

/* A pool of count slabs; memory is taken when a slab is first used. NULL when out of memory. */
struct evx_slab_pool *evx_slab_pool_new(unsigned count);
/* Wipes and releases all slabs, whoever holds them. NULL does nothing. */
void evx_slab_pool_free(struct evx_slab_pool *pool);
/* Ends all waiting, for good. */
void evx_slab_pool_cancel(struct evx_slab_pool *pool);
/* A free slab with one reference; waits for one. NULL when cancelled or out of memory. */
struct evx_slab *evx_slab_get(struct evx_slab_pool *pool);
void evx_slab_hold(struct evx_slab_pool *pool, struct evx_slab *s);
/* Gives a reference back. NULL does nothing. */
void evx_slab_drop(struct evx_slab_pool *pool, struct evx_slab *s);

#endif
