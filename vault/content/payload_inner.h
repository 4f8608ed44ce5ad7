/* Inside the sealing pipeline: what its threads share. Stages, each in its own file:
 *   payload_feed.c    the caller's side: slabs and events into batches
 *   payload_digest.c  file digests
 *   payload_chunk.c   chunks, checkpoints: decides what is stored, in which order, under which keys
 *   payload_line.c    listing lines
 *   payload_ring.c    jobs in that order, worked on by the workers: ids, deduplication,
 * compression, sealing payload_loan.c    … chunks that a lender may have: asked for, opened,
 * compared payload_pack.c    frames into packs, trees payload_write.c starts and ends them. */
#ifndef EVX_CONTENT_PAYLOAD_INNER_H
#define EVX_CONTENT_PAYLOAD_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/queue.h"
#include "content/chunker.h"
#include "content/frame_codec.h"
#include "content/listing_order.h"
#include "content/lookback.h"
#include "content/payload_write.h"
#include "content/slab.h"
#include "content/tree_write.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"

/* ---- batches: from the caller on -------------------------------------------------------- */

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
};

#define EVX_BATCH_EVENTS 1024u
#define EVX_BATCH_WEIGHT 1048576u /* bytes of entries after which a batch is full */

struct evx_batch {
	struct evx_slab *slab; /* a reference; NULL without data */
	const uint8_t *data;   /* of the first DATA event; the others follow it */
	size_t count, weight;
	struct evx_payload_event events[EVX_BATCH_EVENTS];
};

void evx_batch_free(struct evx_payload_writer *w, struct evx_batch *b);

/* ---- stage: digests --------------------------------------------------------------------- */

struct evx_digester {
	struct evx_hash *whole, *sparse, *md5, *sha1;
	uint64_t stored, holes; /* of the file so far */
	uint64_t position;      /* where the file's bytes begin in the content */
	uint64_t zeros;         /* of holes hashed, in all files */
	bool streaming;         /* the running hashes hold something */
	bool split;             /* sparse has left whole */
	bool whole_off;         /* too many zeros */
	uint64_t hash_holes;
	uint64_t hashes_left_out;
};

enum evx_err evx_digester_init(
	struct evx_digester *d, const struct evx_payload_write_opts *o) EVX_MUST_CHECK;
void evx_digester_free(struct evx_digester *d);
/* Fills in the digests of the batch's files. */
enum evx_err evx_digester_batch(
	struct evx_payload_writer *w, struct evx_digester *d, struct evx_batch *b) EVX_MUST_CHECK;

/* ---- stage: chunks and lines ------------------------------------------------------------ */

/* From this size on a file, a disk image most likely, is not compressed the quick way: there every
 * percent is felt. */
#define EVX_LARGE_FILE 67108864u

/* What a line with hardlink repeats. */
struct evx_first_name {
	uint64_t index, position;
	struct evx_entry *e; /* only size, map, errors and digests */
};

struct evx_cutter {
	struct evx_chunker chunker;
	struct evx_slab *slab; /* of the chunk that is open; a reference */
	uint8_t *start;        /* its bytes so far */
	size_t have;
	bool own_run;           /* the open run is one file */
	bool quick;             /* its chunks are compressed quickly */
	uint64_t position;      /* content bytes so far */
	uint64_t file_position; /* where the open file began */
	uint64_t since;         /* frame bytes at most since the last checkpoint */
	struct evx_buf list;    /* records of the next listing frame */
	struct evx_buf line;    /* scratch: 0x00, salt, line */
	struct evx_hmac_key leaf_key;
	struct evx_merkle merkle;
	struct evx_listing_order order;
	struct evx_tree_plan content, listing;
	struct evx_first_name *names;
	size_t n_names;
};

enum evx_err evx_cutter_init(struct evx_cutter *c, const uint8_t leaf_secret[32]) EVX_MUST_CHECK;
void evx_cutter_free(struct evx_payload_writer *w, struct evx_cutter *c);
enum evx_err evx_cutter_batch(
	struct evx_payload_writer *w, struct evx_cutter *c, struct evx_batch *b) EVX_MUST_CHECK;
/* Puts what is left, the last nodes and the padding into the ring, and closes it. */
enum evx_err evx_cutter_finish(struct evx_payload_writer *w, struct evx_cutter *c) EVX_MUST_CHECK;
/* payload_line.c: adds the entry's line (or a disclosure's text) to the listing. Takes nothing. */
enum evx_err evx_cutter_entry(struct evx_payload_writer *w, struct evx_cutter *c,
	struct evx_entry *e, uint64_t position) EVX_MUST_CHECK;
enum evx_err evx_cutter_text(struct evx_payload_writer *w, struct evx_cutter *c,
	const uint8_t *text, size_t n, uint64_t position) EVX_MUST_CHECK;
/* Ends the listing frame being gathered, if it holds anything. */
enum evx_err evx_cutter_listing(struct evx_payload_writer *w, struct evx_cutter *c) EVX_MUST_CHECK;

/* ---- stage: ring and workers ------------------------------------------------------------ */

enum evx_job_kind { EVX_JOB_DATA, EVX_JOB_LISTING, EVX_JOB_NODE, EVX_JOB_PADDING };
enum evx_job_state {
	EVX_JOB_FRESH,
	EVX_JOB_HASHING,
	EVX_JOB_HASHED,
	EVX_JOB_DECIDED,
	EVX_JOB_READY
};

struct evx_job {
	enum evx_job_kind kind;
	enum evx_job_state state;
	const uint8_t *plain; /* DATA: inside slab; LISTING: owned */
	uint32_t n;
	struct evx_slab *slab; /* DATA: a reference, until sealed or found to be a duplicate */
	uint8_t key[32], id[32];
	bool id_known, duplicate, ref_known;
	bool quick;         /* to compress */
	uint32_t slot;      /* in the look-back */
	struct evx_ref ref; /* of the earlier chunk, when ref_known */
	uint8_t *body;      /* one of the ring's buffers */
	size_t body_len;
	uint8_t stream, level; /* NODE: both; PADDING: stream is the sequence */
	bool lent; /* DATA: body is to become the loan's; once ready: it is, and holds the chunk */
	bool refused; /* the loan was not used, since why */
	struct evx_loan loan;
	struct evx_diag why;
};

#define EVX_RING 128u

struct evx_ring {
	pthread_mutex_t lock;
	pthread_cond_t space, work, done; /* for: the cutter, the workers, the packer */
	bool closed, cancelled;
	uint64_t tail, hashed, decided, head; /* next job to: come, be hashed, be decided, be packed
					       */
	uint64_t to_seal[EVX_RING];           /* decided jobs that wait for a worker */
	uint64_t seal_head, seal_tail;
	struct evx_job jobs[EVX_RING];
	struct evx_lookback *lookback;
	uint8_t **bodies; /* free buffers; */
	unsigned n_bodies, made_bodies, max_bodies;
};

enum evx_err evx_ring_init(struct evx_ring *r, unsigned jobs) EVX_MUST_CHECK;
void evx_ring_free(struct evx_payload_writer *w, struct evx_ring *r);
void evx_ring_cancel(struct evx_ring *r);
/* Copies *job behind the others; waits for room. Afterwards its slab and owned memory are the
 * ring's, also on failure. */
enum evx_err evx_ring_put(
	struct evx_payload_writer *w, struct evx_ring *r, const struct evx_job *job) EVX_MUST_CHECK;
void evx_ring_close(struct evx_ring *r);
/* The next job in order, once ready; NULL at the end or when cancelled. Stays the ring's until
 * evx_ring_pop. */
struct evx_job *evx_ring_next(struct evx_ring *r);
/* The job evx_ring_next gave was packed: placed tells later duplicates where (NULL: nowhere). */
void evx_ring_pop(struct evx_payload_writer *w, struct evx_ring *r, const struct evx_ref *placed);
/* Where the earlier chunk of a duplicate stands. */
void evx_ring_duplicate_of(struct evx_ring *r, const struct evx_job *job, struct evx_ref *ref);
/* A worker's life. */
void *evx_ring_work(void *writer);

/* Where a worker opens what is lent; made at the first loan. */
struct evx_loan_room {
	uint8_t *body, *plain;
};
void evx_loan_room_free(struct evx_loan_room *room); /* wipes */
/* Asks for the chunk of a job that is not a duplicate. The ring's lock is held. */
void evx_loan_find(const struct evx_lender *l, struct evx_job *j);
/* Reads the body that is lent to j->body, opens it beside itself and compares: j->lent stays true,
 * or becomes false with the reason in why. On a worker. EVX_E_MEMORY. */
enum evx_err evx_loan_take(const struct evx_lender *l, struct evx_loan_room *room,
	struct evx_frame_codec *codec, struct evx_job *j) EVX_MUST_CHECK;

/* ---- stage: packs ----------------------------------------------------------------------- */

struct evx_packer {
	struct evx_frame_codec *codec;
	uint8_t header_key[32];
	uint8_t *node, *node_body;
	uint8_t *pack[2];         /* of each sequence: the open one, */
	uint64_t position[2];     /* and the length so far */
	struct evx_piece *pieces; /* of the open one of sequence 1 */
	size_t n_pieces, pieces_room;
	struct evx_tree content, listing;
	struct evx_payload_result result; /* roots, lengths, padding, chunk counts */
};

enum evx_err evx_packer_init(
	struct evx_packer *p, const struct evx_payload_write_opts *o) EVX_MUST_CHECK;
void evx_packer_free(struct evx_packer *p);
void *evx_packer_work(void *writer);

/* ---- all of it -------------------------------------------------------------------------- */

struct evx_payload_writer {
	struct evx_payload_write_opts opts;
	struct evx_lender lender; /* opts points at it, or at none */
	pthread_mutex_t lock;     /* of diag */
	struct evx_diag diag;
	atomic_bool failed;
	struct evx_slab_pool *pool;
	struct evx_queue *batches, *digested; /* digested: only where digests have a thread of their
						 own */
	struct evx_digester digester;
	struct evx_cutter cutter;
	struct evx_ring ring;
	struct evx_packer packer;
	struct evx_payload_result counts; /* by the cutter */
	pthread_t *threads;
	unsigned n_threads;

	/* the caller's side */
	struct evx_batch *batch;
	struct evx_slab *slab;
	size_t filled;
	uint64_t committed, file_committed;
	bool in_file, finished;
};

/* Hands the caller's batch on, if there is one. */
enum evx_err evx_payload_push(struct evx_payload_writer *w, struct evx_diag *diag) EVX_MUST_CHECK;
/* Records the first failure and stops everything. Returns err. */
enum evx_err evx_payload_fail(
	struct evx_payload_writer *w, enum evx_err err, const struct evx_diag *diag);
/* EVX_OK, or why the pipeline has stopped (cancellation included). */
enum evx_err evx_payload_check(struct evx_payload_writer *w, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
