/* Who signs, behind one call. */
#include "custody/signer.h"

static enum evx_err sign_with_seed(void *ctx, const char *ns, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag)
{
	const struct evx_secret *seed = ctx;

	return evx_sshsig_sign(seed, ns, p, n, out, diag);
}

struct evx_signer evx_signer_of_seed(struct evx_secret *seed, const struct evx_sshkey *pub)
{
	return (struct evx_signer){ *pub, sign_with_seed, seed };
}
