/* Stage of the sealing pipeline: decides what is stored, in which order, under which keys: chunks,
 * frames of the listing, checkpoints. */
#ifndef EVX_CONTENT_PAYLOAD_CHUNK_H
#define EVX_CONTENT_PAYLOAD_CHUNK_H

#include "content/chunker.h"
#include "content/payload_batch.h"
#include "content/payload_line.h"
#include "content/payload_ring.h"
#include "content/tree_write.h"

/* From this size on a file, a disk image most likely, is not compressed the quick way: there every
 * percent is felt. */
#define EVX_LARGE_FILE 67108864u

struct evx_cutter {
	struct evx_chunker chunker;
	struct evx_slab *slab; /* of the bytes that are in no chunk yet; a reference */
	uint8_t *start;        /* these bytes: those of the group, then those of the open file */
	size_t have;
	size_t grouped;         /* bytes of whole files that become one chunk, */
	struct evx_hash *group; /* and what its id is made of */
	bool large;             /* the open file does not fit a chunk: it is cut */
	bool ranges;            /* large files get a range root */
	uint64_t block;         /* of the open file: blocks that are in chunks */
	bool quick;             /* its chunks are compressed quickly */
	uint64_t position;      /* content bytes so far */
	uint64_t file_position; /* where the open file began */
	uint64_t since;         /* frame bytes at most since the last checkpoint */
	struct evx_tree_plan content, listing;
	struct evx_lines *lines;
	struct evx_ring *ring;
	struct evx_slab_pool *pool;
	struct evx_progress *progress; /* NULL allowed */
	unsigned sequences;
};

/* Jobs go to ring, entries through lines, whose sink is evx_cutter_listing with c. */
enum evx_err evx_cutter_init(struct evx_cutter *c, const struct evx_payload_write_opts *o,
	struct evx_lines *lines, struct evx_ring *ring, struct evx_slab_pool *pool) EVX_MUST_CHECK;
void evx_cutter_free(struct evx_cutter *c);
enum evx_err evx_cutter_batch(struct evx_cutter *c, struct evx_batch *b) EVX_MUST_CHECK;
/* As struct evx_lines_sink. */
enum evx_err evx_cutter_listing(void *cutter, uint8_t *p, size_t n) EVX_MUST_CHECK;
/* Puts what is left, the last nodes and the padding into the ring, and closes it. */
enum evx_err evx_cutter_finish(struct evx_cutter *c) EVX_MUST_CHECK;

#endif
