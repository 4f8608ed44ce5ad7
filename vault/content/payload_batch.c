/* A batch of the sealing pipeline and its end. */
#include "content/payload_batch.h"

#include <stdlib.h>

void evx_batch_free(struct evx_slab_pool *pool, struct evx_batch *b)
{
	if (b == NULL)
		return;
	evx_slab_drop(pool, b->slab);
	for (size_t i = 0; i < b->count; i++) {
		evx_entry_delete(b->events[i].entry);
		free(b->events[i].text);
	}
	free(b);
}
