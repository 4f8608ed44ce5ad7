/* The sealing pipeline as a whole, for its beginning, its caller's side and its end. The stages,
 * each in a file of its own, know their input, their sink and how to fail:
 *
 *   payload_feed    slabs and events into batches
 *   payload_digest  digests of files
 *   payload_chunk   chunks, checkpoints: what is stored, in which order, under which keys
 *   payload_line    … listing lines, whose frames go back to payload_chunk as to a sink
 *   payload_ring    jobs in that order, worked on by several threads
 *   payload_loan    … chunks that a lender may have
 *   payload_pack    frames into packs, trees */
#ifndef EVX_CONTENT_PAYLOAD_WRITER_H
#define EVX_CONTENT_PAYLOAD_WRITER_H

#include "base/queue.h"
#include "content/payload_chunk.h"
#include "content/payload_digest.h"
#include "content/payload_pack.h"

/* The caller's side. */
struct evx_payload_feed {
	struct evx_batch *batch;
	struct evx_slab *slab;
	size_t filled;
	uint64_t committed, file_committed;
	bool in_file;
};

struct evx_payload_writer {
	struct evx_payload_write_opts opts;
	struct evx_lender lender; /* opts points at it, or at none */
	struct evx_payload_stop stop;
	struct evx_slab_pool *pool;
	struct evx_queue *batches, *digested; /* digested: only where digests have a thread of their
						 own */
	struct evx_payload_feed feed;
	struct evx_digester digester;
	struct evx_lines lines;
	struct evx_cutter cutter;
	struct evx_ring ring;
	struct evx_packer packer;
	pthread_t *threads;
	unsigned n_threads;
};

/* Hands the caller's batch on, if there is one. */
enum evx_err evx_payload_feed_push(
	struct evx_payload_writer *w, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
