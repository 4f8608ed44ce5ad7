/* HMAC-SHA-256 of bulk data. */
#include "crypto/mac.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>

#include "crypto/crypto_start.h"

struct evx_mac {
	EVP_MAC_CTX *ctx;
	bool failed; /* libcrypto refused a step */
};

struct evx_mac *evx_mac_new(const uint8_t key[32])
{
	static char digest[] = "SHA2-256";
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
					      OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end() };
	const struct evx_start_algs *algs = evx_start_algs();
	struct evx_mac *m = algs == NULL ? NULL : calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->ctx = EVP_MAC_CTX_new(algs->hmac);
	if (m->ctx == NULL || EVP_MAC_init(m->ctx, key, 32, params) != 1) {
		evx_mac_free(m);
		return NULL;
	}
	return m;
}

void evx_mac_free(struct evx_mac *m)
{
	if (m == NULL)
		return;
	EVP_MAC_CTX_free(m->ctx);
	free(m);
}

void evx_mac_update(struct evx_mac *m, const void *p, size_t n)
{
	if (n > 0 && EVP_MAC_update(m->ctx, p, n) != 1)
		m->failed = true;
}

enum evx_err evx_mac_final(struct evx_mac *m, uint8_t out[EVX_MAC_LEN])
{
	size_t n = 0;

	if (EVP_MAC_final(m->ctx, out, &n, EVX_MAC_LEN) == 1 && n == EVX_MAC_LEN && !m->failed)
		return EVX_OK;
	memset(out, 0, EVX_MAC_LEN);
	return EVX_E_MEMORY;
}
