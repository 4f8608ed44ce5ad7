/* Who signs: a key that may live in a file, or elsewhere (an agent), behind one call. */
#ifndef EVX_CUSTODY_SIGNER_H
#define EVX_CUSTODY_SIGNER_H

#include "crypto/sshsig.h"

/* Appends the armored SSHSIG signature over the n bytes at p under namespace ns to out. */
typedef enum evx_err (*evx_sign_fn)(void *ctx, const char *ns, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag);

struct evx_signer {
	struct evx_sshkey pub; /* the public key it signs for */
	evx_sign_fn sign;
	void *ctx; /* what sign needs; outlives the signer */
};

/* A signer for a seed in memory; seed stays the caller's and must outlive the signer. */
struct evx_signer evx_signer_of_seed(struct evx_secret *seed, const struct evx_sshkey *pub);

#endif
