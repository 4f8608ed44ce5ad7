/* What libcrypto hands out once per process. Internal to vault/crypto. */
#ifndef EVX_CRYPTO_CRYPTO_START_H
#define EVX_CRYPTO_CRYPTO_START_H

#include <openssl/evp.h>

#include "crypto/hash.h"

struct evx_start_algs {
	EVP_MD *md[3]; /* by enum evx_hash_alg */
	EVP_CIPHER *chacha20_poly1305;
	EVP_MAC *hmac;
};

/* Starts libsodium and fetches the algorithms, once. NULL when a library refuses; it then stays so.
 * From any thread. */
const struct evx_start_algs *evx_start_algs(void);

#endif
