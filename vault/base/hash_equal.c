/* Two hashes or public keys compared, and put in order: the only place. */
#include "base/hash_equal.h"

#include <string.h>

#define LEN 32 /* of a SHA-256 and of a public key */

bool evx_hash_equal(const void *a, const void *b)
{
	return memcmp(a, b, LEN) == 0;
}

int evx_hash_order(const void *a, const void *b)
{
	return memcmp(a, b, LEN);
}
