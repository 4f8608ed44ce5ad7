/* What test builds (EVX_TEST_HOOKS, the Makefile's build/hooks) have and the product has not. */
#ifndef EVX_BASE_TEST_HOOKS_H
#define EVX_BASE_TEST_HOOKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* In crypto/secret.c: makes evx_random a ChaCha20 stream of seed (RFC 8439, counter over calls) so
 * that vectors can be reproduced. NULL goes back to the system's generator. Single-threaded use
 * only. */
void evx_random_test_seed(const uint8_t seed[32]);
/* In base/json.c: where allocations come from from now on; NULL: malloc. Single-threaded use only.
 */
void evx_json_test_malloc(void *(*fn)(size_t));

/* In tests/hooks/trace.c, called for each finding that is made, and for each failure that a
 * diagnosis keeps. */
void evx_test_found(const char *code, const char *weight);
void evx_test_failed(enum evx_err code, const char *text);

#endif
