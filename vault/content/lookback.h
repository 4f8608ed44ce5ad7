/* Deduplication's memory: where the last EVX_LOOKBACK distinct chunks of this payload were stored;
 * the oldest is forgotten first. Not locked: the owner's lock guards it. */
#ifndef EVX_CONTENT_LOOKBACK_H
#define EVX_CONTENT_LOOKBACK_H

#include "format/node.h"

#define EVX_LOOKBACK 65536u
#define EVX_LOOKBACK_NONE UINT32_MAX

struct evx_lookback;

struct evx_lookback *evx_lookback_new(void);    /* NULL when out of memory */
void evx_lookback_free(struct evx_lookback *t); /* wipes: it holds keys */
/* The slot of the chunk with this id, or EVX_LOOKBACK_NONE. */
uint32_t evx_lookback_find(const struct evx_lookback *t, const uint8_t id[32]);
/* Remembers a chunk that is not there yet; its place is set later. The slot is its own until
 * EVX_LOOKBACK more were added. */
uint32_t evx_lookback_add(struct evx_lookback *t, const uint8_t id[32]);
void evx_lookback_place(struct evx_lookback *t, uint32_t slot, const struct evx_ref *ref);
/* False while the place is not set. */
bool evx_lookback_get(const struct evx_lookback *t, uint32_t slot, struct evx_ref *ref);

#endif
