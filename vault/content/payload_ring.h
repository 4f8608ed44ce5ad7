/* Stage of the sealing pipeline: jobs in the cutter's order, worked on by several threads: ids,
 * deduplication, loans, compression, sealing. */
#ifndef EVX_CONTENT_PAYLOAD_RING_H
#define EVX_CONTENT_PAYLOAD_RING_H

#include <pthread.h>

#include "content/lookback.h"
#include "content/payload_job.h"
#include "content/payload_stop.h"
#include "content/payload_write.h"
#include "content/range.h"

#define EVX_RING 128u

struct evx_ring {
	pthread_mutex_t lock;
	pthread_cond_t space, work, done; /* for: the cutter, the workers, the packer */
	pthread_cond_t hashed_one;        /* for the cutter where it waits for a range root */
	bool closed, cancelled;
	uint64_t tail, hashed, decided, head; /* next job to: come, be hashed, be decided, be packed
					       */
	uint64_t ranged;                      /* next job whose leaves go into the range root */
	uint64_t to_seal[EVX_RING];           /* decided jobs that wait for a worker */
	uint64_t seal_head, seal_tail;
	struct evx_job jobs[EVX_RING];
	uint8_t leaves[EVX_RING][EVX_CHUNK_BLOCKS][32];
	struct evx_hmac_key range_key; /* of the file whose chunks come now */
	struct evx_merkle range;
	struct evx_lookback *lookback;
	uint8_t **bodies; /* free buffers; */
	unsigned n_bodies, made_bodies, max_bodies;
	int level;                       /* of compression */
	const struct evx_lender *lender; /* NULL: nothing is borrowed */
	struct evx_slab_pool *pool;
	struct evx_payload_stop *stop;
};

/* Of o, jobs, level and lender. */
enum evx_err evx_ring_init(struct evx_ring *r, const struct evx_payload_write_opts *o,
	struct evx_slab_pool *pool, struct evx_payload_stop *stop) EVX_MUST_CHECK;
void evx_ring_free(struct evx_ring *r);
void evx_ring_cancel(struct evx_ring *r);
/* Copies *job behind the others; waits for room. Afterwards its slab and owned memory are the
 * ring's, also on failure. */
enum evx_err evx_ring_put(struct evx_ring *r, const struct evx_job *job) EVX_MUST_CHECK;
void evx_ring_close(struct evx_ring *r);
/* Begins a range root: the jobs that come have ranged set. The key is copied. */
void evx_ring_range_begin(struct evx_ring *r, const struct evx_hmac_key *key);
/* Ends it after the last job of its file: hashes what no worker has hashed yet, and waits for the
 * others. stored: bytes of all those jobs. */
enum evx_err evx_ring_range_end(
	struct evx_ring *r, uint64_t stored, uint8_t root[32]) EVX_MUST_CHECK;
/* The next job in order, once ready; NULL at the end or when cancelled. Stays the ring's until
 * evx_ring_pop. */
struct evx_job *evx_ring_next(struct evx_ring *r);
/* The job evx_ring_next gave was packed: placed tells later duplicates where (NULL: nowhere). */
void evx_ring_pop(struct evx_ring *r, const struct evx_ref *placed);
/* Where the earlier chunk of a duplicate stands. */
void evx_ring_duplicate_of(struct evx_ring *r, const struct evx_job *job, struct evx_ref *ref);
/* A worker's life. */
void *evx_ring_work(void *ring);

#endif
