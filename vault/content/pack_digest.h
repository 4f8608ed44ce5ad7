/* A thread that hashes a pack while it is being filled. */
#ifndef EVX_CONTENT_PACK_DIGEST_H
#define EVX_CONTENT_PACK_DIGEST_H

#include "base/err.h"

struct evx_pack_digest;

/* Of packs that are filled at p, one after the other. EVX_E_MEMORY, EVX_E_IO. */
enum evx_err evx_pack_digest_new(
	const uint8_t *p, struct evx_pack_digest **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* NULL does nothing. The bytes at p must still be there. */
void evx_pack_digest_free(struct evx_pack_digest *d);
/* The first n bytes of the pack are there, and stay as they are until its end. */
void evx_pack_digest_grow(struct evx_pack_digest *d, size_t n);
/* The pack is n bytes long: waits for its SHA-256. The next pack begins. */
enum evx_err evx_pack_digest_end(
	struct evx_pack_digest *d, size_t n, uint8_t hash[32]) EVX_MUST_CHECK;

#endif
