/* What libcrypto hands out once per process. */
#include "crypto/crypto_start.h"

#include <pthread.h>
#include <sodium.h>

#include "crypto/secret.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct evx_start_algs algs;
static bool usable;

static void start(void)
{
	/* libcrypto 3.0 crashes in a fetch where it could not make its context for want of memory.
	 */
	if (OSSL_LIB_CTX_get0_global_default() == NULL)
		return;
	/* A configuration file could exchange the algorithms, or load code; and a confined process
	 * could not read it. Said first, this holds for the whole process, libcurl's use too. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return;
	algs.md[EVX_SHA256] = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	algs.md[EVX_SHA1] = EVP_MD_fetch(NULL, "SHA1", NULL);
	algs.md[EVX_MD5] = EVP_MD_fetch(NULL, "MD5", NULL);
	algs.chacha20_poly1305 = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	algs.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	usable = sodium_init() >= 0 && algs.md[EVX_SHA256] != NULL && algs.md[EVX_SHA1] != NULL &&
		algs.md[EVX_MD5] != NULL && algs.chacha20_poly1305 != NULL && algs.hmac != NULL;
}

const struct evx_start_algs *evx_start_algs(void)
{
	return pthread_once(&once, start) == 0 && usable ? &algs : NULL;
}

enum evx_err evx_crypto_init(struct evx_diag *diag)
{
	if (evx_start_algs() == NULL)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"cryptography: expected libsodium and libcrypto's SHA-256, SHA-1, MD5, "
			"HMAC and "
			"ChaCha20-Poly1305, found one missing, or no memory for them");
	return EVX_OK;
}
