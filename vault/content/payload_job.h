/* A job of the sealing pipeline: one frame, from the cutter through the workers to the packer. */
#ifndef EVX_CONTENT_PAYLOAD_JOB_H
#define EVX_CONTENT_PAYLOAD_JOB_H

#include "content/lender.h"
#include "content/slab.h"
#include "format/node.h"

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
	bool ranged;        /* DATA: the range root of its file is wanted; */
	uint64_t offset;    /* of its first byte in the file's stored bytes, */
	uint64_t block;     /* and the number of its first block */
	unsigned leaves;    /* in the ring's room for them, once hashed */
	bool quick;         /* to compress */
	uint32_t slot;      /* in the look-back */
	struct evx_ref ref; /* of the earlier chunk, when ref_known */
	uint8_t *body;      /* one of the ring's buffers */
	size_t body_len;
	uint8_t stream, level; /* NODE: both; PADDING: stream is the sequence */
	bool lent; /* DATA: body is to become the loan's; once ready: it is, and holds the chunk */
	bool refused; /* the loan was not used, since why */
	bool reused;  /* body has the loan's compressed form, sealed under key */
	struct evx_loan loan;
	struct evx_diag why;
};

#endif
