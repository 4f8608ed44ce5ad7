/* A thread that computes a file's digests from bytes while its owner writes the same bytes to disk:
 * for large files the two take about as long, and one after the other they would be what extraction
 * waits for. */
#ifndef EVX_OPEN_DIGEST_BESIDE_H
#define EVX_OPEN_DIGEST_BESIDE_H

#include "content/file_digest.h"

struct evx_digest_beside;

/* Starts the thread. EVX_E_MEMORY, EVX_E_IO. */
enum evx_err evx_digest_beside_new(
	struct evx_digest_beside **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends it. NULL does nothing. */
void evx_digest_beside_free(struct evx_digest_beside *b);

/* Has the n bytes at p added to d. Both are the thread's until evx_digest_beside_wait, which must
 * come before the next give. */
void evx_digest_beside_give(
	struct evx_digest_beside *b, struct evx_file_digest *d, const uint8_t *p, size_t n);
void evx_digest_beside_wait(struct evx_digest_beside *b);

#endif
