/* Stage of the sealing pipeline: digests of files. */
#ifndef EVX_CONTENT_PAYLOAD_DIGEST_H
#define EVX_CONTENT_PAYLOAD_DIGEST_H

#include "content/payload_batch.h"
#include "content/payload_stop.h"
#include "content/payload_write.h"
#include "crypto/hash.h"

struct evx_digester {
	struct evx_hash *whole, *sparse, *md5, *sha1;
	uint64_t stored, holes; /* of the file so far */
	uint64_t position;      /* where the file's bytes begin in the content */
	uint64_t zeros;         /* of holes hashed, in all files */
	bool streaming;         /* the running hashes hold something */
	bool split;             /* sparse has left whole */
	bool whole_off;         /* too many zeros */
	bool stored_only;       /* of a disclosure: only what chunks need */
	uint64_t hash_holes;
	uint64_t hashes_left_out;
	const struct evx_payload_stop *stop;
};

/* Of o, only what says which digests. */
enum evx_err evx_digester_init(struct evx_digester *d, const struct evx_payload_write_opts *o,
	const struct evx_payload_stop *stop) EVX_MUST_CHECK;
void evx_digester_free(struct evx_digester *d);
/* Fills in the digests of the batch's files, those of their stored bytes too. */
enum evx_err evx_digester_batch(struct evx_digester *d, struct evx_batch *b) EVX_MUST_CHECK;

#endif
