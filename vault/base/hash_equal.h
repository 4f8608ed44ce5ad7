/* Two hashes or public keys of 32 bytes compared: the one place where that is done, so that one
   test tries every byte. */
#ifndef EVX_BASE_HASH_EQUAL_H
#define EVX_BASE_HASH_EQUAL_H

#include <stdbool.h>

/* True when the 32 bytes at a and at b are the same. Not for secrets: evx_equal (crypto/secret.h)
   takes the same time for all. */
bool evx_hash_equal(const void *a, const void *b);

/* Less than, equal to or greater than 0 as the 32 bytes at a stand before, with or behind those at
 * b, bytes compared as unsigned. */
int evx_hash_order(const void *a, const void *b);

#endif
