/* Inside salvage: what the walk (salvage_scan.c) finds for the reading (salvage.c). */
#ifndef EVX_CONTENT_SALVAGE_INNER_H
#define EVX_CONTENT_SALVAGE_INNER_H

#include "content/frame_read.h"
#include "content/salvage.h"

/* A frame whose header opened. */
struct evx_found {
	uint64_t first, span; /* of a node: its piece of the content */
	struct evx_ref ref;   /* without id */
};

struct evx_found_list {
	struct evx_found *items;
	size_t count;
};

struct evx_salvage {
	struct evx_salvage_opts opts;
	struct evx_frame_codec *codec;
	struct evx_found_list listing; /* in payload order */
	struct evx_found_list leaves;  /* content nodes of level 0, by first */
	struct evx_buf buf;            /* of the frame read last */
	struct evx_node *node;         /* the leaf read last */
	const struct evx_found *node_of;
	uint32_t chunk_sequence; /* the data frame that buf holds, when chunk is not NULL */
	uint64_t chunk_position;
	const uint8_t *chunk;
};

/* Reads leaf's node to s->node. */
enum evx_err evx_salvage_node(
	struct evx_salvage *s, const struct evx_found *leaf, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
