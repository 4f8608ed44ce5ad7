/* What goes from stage to stage at the beginning of the sealing pipeline: files' bytes and events.
 */
#ifndef EVX_CONTENT_PAYLOAD_BATCH_H
#define EVX_CONTENT_PAYLOAD_BATCH_H

#include "content/slab.h"
#include "format/entry.h"

enum evx_payload_event_kind {
	EVX_PAYLOAD_BEGIN,
	EVX_PAYLOAD_DATA,
	EVX_PAYLOAD_HOLE,
	EVX_PAYLOAD_END,
	EVX_PAYLOAD_ENTRY,
	EVX_PAYLOAD_SHOWN
};

struct evx_payload_event {
	enum evx_payload_event_kind kind;
	uint64_t n;              /* BEGIN: size; DATA, HOLE: bytes; SHOWN: position */
	struct evx_entry *entry; /* END, ENTRY: owned */
	uint8_t *text;           /* SHOWN: owned, */
	size_t text_len;         /* of this length */
	uint8_t stored[32]; /* END, SHOWN, of a file that fits a chunk: SHA-256 of its stored bytes
			     */
};

#define EVX_BATCH_EVENTS 1024u
#define EVX_BATCH_WEIGHT 1048576u /* bytes of entries after which a batch is full */

struct evx_batch {
	struct evx_slab *slab; /* a reference; NULL without data */
	const uint8_t *data;   /* of the first DATA event; the others follow it */
	size_t count, weight;
	struct evx_payload_event events[EVX_BATCH_EVENTS];
};

/* NULL does nothing. */
void evx_batch_free(struct evx_slab_pool *pool, struct evx_batch *b);

#endif
