/* Guarded memory, randomness, start of both libraries. */
#include "crypto/secret.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#ifdef EVX_TEST_HOOKS
#include "base/test_hooks.h"
#endif

/* The guarded bytes end where a guard page begins, so they are not aligned for a header: that lives
 * apart. */
struct evx_secret {
	uint8_t *bytes;
	size_t len;
};

static atomic_bool swappable;

bool evx_secret_swappable(void)
{
	return atomic_load_explicit(&swappable, memory_order_relaxed);
}

struct evx_secret *evx_secret_new(size_t n)
{
	struct evx_secret *s = malloc(sizeof(*s));

	if (s == NULL)
		return NULL;
	s->len = n;
	s->bytes = sodium_malloc(n);
	if (s->bytes == NULL) {
		free(s);
		return NULL;
	}
	/* Locked already, unless that failed, of which sodium_malloc says nothing. */
	if (n > 0 && sodium_mlock(s->bytes, n) != 0)
		atomic_store_explicit(&swappable, true, memory_order_relaxed);
	sodium_memzero(s->bytes, n);
	return s;
}

struct evx_secret *evx_secret_copy(const void *p, size_t n)
{
	struct evx_secret *s = evx_secret_new(n);

	if (s != NULL && n > 0)
		memcpy(s->bytes, p, n);
	return s;
}

void evx_secret_free(struct evx_secret *s)
{
	if (s == NULL)
		return;
	sodium_free(s->bytes);
	free(s);
}

const uint8_t *evx_secret_bytes(const struct evx_secret *s)
{
	return s->bytes;
}

uint8_t *evx_secret_writable(struct evx_secret *s)
{
	return s->bytes;
}

size_t evx_secret_len(const struct evx_secret *s)
{
	return s->len;
}

bool evx_secret_equal(const struct evx_secret *a, const struct evx_secret *b)
{
	return a->len == b->len && sodium_memcmp(a->bytes, b->bytes, a->len) == 0;
}

void evx_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

bool evx_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

#ifdef EVX_TEST_HOOKS
static bool test_seeded;
static uint8_t test_seed[32];
static uint64_t test_pos;

void evx_random_test_seed(const uint8_t seed[32])
{
	test_seeded = seed != NULL;
	test_pos = 0;
	if (seed != NULL)
		memcpy(test_seed, seed, sizeof(test_seed));
}

/* The next n bytes of the RFC 8439 ChaCha20 key stream of the seed, nonce zero, counter from zero.
 */
static void test_stream(uint8_t *p, size_t n)
{
	static const uint8_t nonce[crypto_stream_chacha20_ietf_NONCEBYTES];

	while (n > 0) {
		uint8_t block[64] = { 0 };
		size_t skip = (size_t)(test_pos % 64), take = 64 - skip < n ? 64 - skip : n;

		crypto_stream_chacha20_ietf_xor_ic(
			block, block, sizeof(block), nonce, (uint32_t)(test_pos / 64), test_seed);
		memcpy(p, block + skip, take);
		p += take;
		n -= take;
		test_pos += take;
	}
}
#endif

void evx_random(void *p, size_t n)
{
#ifdef EVX_TEST_HOOKS
	if (test_seeded) {
		test_stream(p, n);
		return;
	}
#endif
	randombytes_buf(p, n);
}
