/* The hash of a pack that is filled meanwhile: as that of the whole, however it came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "content/pack_digest.h"
#include "crypto/hash.h"
#include "format/limits.h"

static void fill(uint8_t *p, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)((i * 2654435761u + seed) >> 13);
}

/* One pack of n bytes that grows by so many at a time. */
static void one(struct evx_pack_digest *d, uint8_t *p, size_t n, size_t step, unsigned seed)
{
	uint8_t found[32], expected[32];

	for (size_t at = 0, next; at < n; at = next) {
		next = n - at < step ? n : at + step;
		fill(p + at, next - at, seed + (unsigned)at);
		evx_pack_digest_grow(d, next);
	}
	assert_int_equal(evx_pack_digest_end(d, n, found), EVX_OK);
	evx_sha256(p, n, expected);
	assert_memory_equal(found, expected, sizeof(found));
}

static void packs(void **state)
{
	static const size_t lengths[] = { 1, 262143, 262144, 262145, 1000001, EVX_PACK_LEN, 5 },
			    steps[] = { 1009, 262144, 262145, EVX_PACK_LEN };
	uint8_t *p = malloc(EVX_PACK_LEN);
	struct evx_pack_digest *d;

	(void)state;
	assert_non_null(p);
	assert_int_equal(evx_pack_digest_new(p, &d, NULL), EVX_OK);
	for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++)
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
			one(d, p, lengths[i], steps[s], (unsigned)(s * 16 + i));
	evx_pack_digest_free(d);
	free(p);
}

/* A seal that is given up ends in the middle of a pack. */
static void given_up(void **state)
{
	uint8_t *p = calloc(1, EVX_PACK_LEN);
	struct evx_pack_digest *d;

	(void)state;
	assert_non_null(p);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(evx_pack_digest_new(p, &d, NULL), EVX_OK);
		evx_pack_digest_grow(d, EVX_PACK_LEN - (size_t)i);
		evx_pack_digest_free(d);
	}
	evx_pack_digest_free(NULL);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packs),
		cmocka_unit_test(given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
