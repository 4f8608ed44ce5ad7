/* HMAC-SHA-256 over bulk data that comes in pieces (libcrypto). */
#ifndef EVX_CRYPTO_MAC_H
#define EVX_CRYPTO_MAC_H

#include "base/err.h"

#define EVX_MAC_LEN 32

/* A running HMAC-SHA-256 (RFC 2104). One thread at a time. */
struct evx_mac;
/* Begins one under key. NULL when out of memory. */
struct evx_mac *evx_mac_new(const uint8_t key[32]);
void evx_mac_free(struct evx_mac *m); /* wipes; NULL does nothing */
void evx_mac_update(struct evx_mac *m, const void *p, size_t n);
/* The value of all that was given; m is for nothing but evx_mac_free then. EVX_E_MEMORY should
 * libcrypto have refused a step; out is all zero then. */
enum evx_err evx_mac_final(struct evx_mac *m, uint8_t out[EVX_MAC_LEN]) EVX_MUST_CHECK;

#endif
