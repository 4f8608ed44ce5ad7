/* Stage of the sealing pipeline: frames into packs, trees. */
#ifndef EVX_CONTENT_PAYLOAD_PACK_H
#define EVX_CONTENT_PAYLOAD_PACK_H

#include "content/frame_codec.h"
#include "content/pack_digest.h"
#include "content/payload_ring.h"
#include "content/tree_write.h"

struct evx_packer {
	struct evx_frame_codec *codec;
	uint8_t header_key[32];
	uint8_t *node, *node_body;
	uint8_t *pack[2]; /* of each sequence: the open one, */
	struct evx_pack_digest *digest[2];
	uint64_t position[2];     /* and the length so far */
	struct evx_piece *pieces; /* of the open one of sequence 1 */
	size_t n_pieces, pieces_room;
	struct evx_tree content, listing;
	struct evx_payload_result result; /* roots, lengths, padding, chunk counts */
	struct evx_ring *ring;
	struct evx_pack_sink sink;         /* of sequence 0 */
	struct evx_borrowed_sink borrowed; /* of sequence 1 */
	const struct evx_lender *lender;   /* told of bad loans; NULL: nothing is borrowed */
	struct evx_payload_stop *stop;
};

/* Jobs come from ring; of o: secret, sinks and lender. */
enum evx_err evx_packer_init(struct evx_packer *p, const struct evx_payload_write_opts *o,
	struct evx_ring *ring, struct evx_payload_stop *stop) EVX_MUST_CHECK;
void evx_packer_free(struct evx_packer *p);
/* Its thread's life. */
void *evx_packer_work(void *packer);

#endif
