/* Frames that other exhibits, or an unfinished bundle, lend (format-spec/payload.md "Packs",
 * vault.md "Borrowed packs"): asked by the sealing pipeline, answered by the vault. A lender is
 * believed in nothing: the pipeline opens every frame that it lends and compares the plaintext with
 * the source's bytes, all of them. */
#ifndef EVX_CONTENT_LENDER_H
#define EVX_CONTENT_LENDER_H

#include "format/frame.h"

/* Where a data frame stands that is said to hold a chunk. Carries a key: whoever keeps one wipes
 * it. */
struct evx_loan {
	uint8_t lender[16];     /* UUID of the exhibit or remnant, as bytes */
	uint8_t key[32];        /* of the frame's body */
	uint32_t sequence;      /* in the lender's payload */
	uint64_t position;      /* of the frame's header there */
	uint32_t stored, plain; /* as in its header */
};

struct evx_lender {
	/* True, with *out, when a frame is known that holds the chunk of this id. Called once for
	 * each chunk that this payload does not have yet, in content order, by one thread at a
	 * time, which holds a lock of the pipeline: be quick. Whatever fails in it is false. */
	bool (*find)(void *ctx, const uint8_t id[32], struct evx_loan *out);
	/* Reads the loan's body, its stored - 60 bytes from position + 60 on, to body. Called by
	 * several threads at once. */
	enum evx_err (*read)(
		void *ctx, const struct evx_loan *loan, uint8_t *body, struct evx_diag *diag);
	/* The loan was not used, since diag: not read, not opened (EVX_E_FORGED: key or bytes are
	 * wrong), or not the chunk's bytes (also EVX_E_FORGED). The chunk is stored anew. Called in
	 * content order, on one thread. NULL allowed. */
	void (*bad)(void *ctx, const struct evx_loan *loan, const struct evx_diag *diag);
	void *ctx;
	/* Nothing is borrowed: of what is lent only the compressed form is used. It is sealed under
	 * a key of this exhibit's own, and stands in sequence 0 as if it had been made here. */
	bool anew;
};

/* A run of bytes of a pack of sequence 1: copied from a lender, or the exhibit's own (headers,
 * padding). */
struct evx_piece {
	uint32_t length;
	bool copy;
	uint8_t lender[16]; /* of a copy, */
	uint32_t sequence;  /* from there on: it may pass the end of a pack of the lender's */
	uint64_t position;
};

/* Takes the packs of sequence 1 with their SHA-256, in order among themselves and on the thread
 * that gives those of sequence 0, between them as they fill. The pieces tile the n bytes at p in
 * order, no two of the exhibit's own side by side. All is valid during the call only; an error
 * stops the pipeline. */
struct evx_borrowed_sink {
	enum evx_err (*pack)(void *ctx, const uint8_t *p, size_t n, const uint8_t hash[32],
		const struct evx_piece *pieces, size_t n_pieces, struct evx_diag *diag);
	void *ctx;
};

#endif
