/* Guarded memory for long-lived secrets, randomness and the start-up of both libraries. */
#ifndef EVX_CRYPTO_SECRET_H
#define EVX_CRYPTO_SECRET_H

#include "base/buf.h"

/* Starts libsodium and fetches libcrypto's algorithms; call before anything else of this folder,
 * from any thread, any number of times. EVX_E_NOT_FOUND when one of their algorithms cannot be had.
 */
enum evx_err evx_crypto_init(struct evx_diag *diag) EVX_MUST_CHECK;

/* A secret in guarded, unswappable memory (sodium_malloc). Only evx_secret_* see inside; it wipes
 * itself when freed. */
struct evx_secret;
/* n zero bytes; NULL when out of memory. */
struct evx_secret *evx_secret_new(size_t n);
/* Whether the system refused to lock one of them into memory since the process began: it could be
 * written to swap. */
bool evx_secret_swappable(void);
struct evx_secret *evx_secret_copy(const void *p, size_t n); /* p stays the caller's to wipe */
void evx_secret_free(struct evx_secret *s);
const uint8_t *evx_secret_bytes(const struct evx_secret *s);
uint8_t *evx_secret_writable(struct evx_secret *s);
size_t evx_secret_len(const struct evx_secret *s);
bool evx_secret_equal(const struct evx_secret *a, const struct evx_secret *b); /* constant time */

/* Wipes n bytes at p so that the compiler cannot drop it. */
void evx_wipe(void *p, size_t n);
/* Constant-time comparison of n bytes. */
bool evx_equal(const void *a, const void *b, size_t n);
/* n random bytes from the system's generator. */
void evx_random(void *p, size_t n);

#endif
