/* The fast chunker against one written from the specification word by word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "content/chunker.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#define LEN 24000000u

static uint8_t *data;

static size_t slow_cut(const uint8_t *p, size_t n)
{
	static uint64_t gear[256];
	uint64_t h = 0;
	size_t i;

	for (unsigned b = 0; gear[255] == 0 && b < 256; b++) {
		uint8_t text[11], digest[32];

		memcpy(text, "evx-gear/1", 10);
		text[10] = (uint8_t)b;
		evx_sha256(text, 11, digest);
		for (i = 0; i < 8; i++)
			gear[b] = gear[b] << 8 | digest[i];
	}
	if (n <= 1048576)
		return n;
	for (i = 1048576; i < n && i < 4194304; i++) {
		h = 2 * h + gear[p[i]];
		if (h >> (i < 2097152 ? 64 - 23 : 64 - 19) == 0)
			return i + 1;
	}
	return i;
}

static void noise(uint8_t *p, size_t n, uint64_t x)
{
	for (size_t i = 0; i < n; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		p[i] = (uint8_t)(x >> 56);
	}
}

/* Cuts all of p, showing the chunker at most step more bytes at a time. */
static void compare(const uint8_t *p, size_t n, size_t step)
{
	struct evx_chunker c;
	size_t shown = 0, start = 0;

	evx_chunker_init(&c);
	while (start < n) {
		size_t len = evx_chunker_cut(&c, p + start, shown - start, shown == n);

		if (len == 0) {
			assert_true(shown < n);
			shown = shown + step < n ? shown + step : n;
			continue;
		}
		assert_int_equal(len, slow_cut(p + start, n - start));
		start += len;
	}
	assert_int_equal(start, n);
}

static void like_the_specification(void **state)
{
	static const size_t steps[] = { LEN, 4194304, 1000003, 65536, 4097 };

	(void)state;
	noise(data, LEN, 1);
	memset(data + 3000000, 0, 7000001);
	memset(data + 12000000, 0xff, 5000000);
	memset(data + 18000000, 0, 100);
	for (size_t i = 0; i < 2000000; i++)
		data[19000000 + i] = (uint8_t)(i % 3 == 0);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		compare(data, LEN, steps[i]);
	for (size_t i = 1; i < 8; i++)
		compare(data + i * 77777, LEN / 2 + i, 100001);
}

static void edges(void **state)
{
	static const size_t sizes[] = { 1, 2, 1048575, 1048576, 1048577, 1048578, 2097151, 2097152,
		2097153, 4194303, 4194304, 4194305 };

	(void)state;
	for (uint64_t seed = 0; seed < 6; seed++) {
		noise(data, 4200000, seed);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			compare(data, sizes[i], 65537);
	}
}

/* One repeated byte never matches, whichever it is: chunks of the maximum. */
static void constant(void **state)
{
	struct evx_chunker c;

	(void)state;
	evx_chunker_init(&c);
	for (int b = 0; b < 256; b++) {
		memset(data, b, 4194305);
		assert_int_equal(evx_chunker_cut(&c, data, 4194305, false), 4194304);
	}
}

/* Bytes inserted at the front move all cuts but the first ones. */
static void finds_its_way_back(void **state)
{
	size_t ends[2][64], count[2] = { 0, 0 }, same = 0;
	struct evx_chunker c;

	(void)state;
	noise(data, LEN, 9);
	for (size_t k = 0; k < 2; k++) {
		evx_chunker_init(&c);
		for (size_t at = k * 12345; at < LEN;) {
			at += evx_chunker_cut(&c, data + at, LEN - at, true);
			ends[k][count[k]++] = at;
		}
	}
	for (size_t i = 0; i < count[0]; i++)
		for (size_t j = 0; j < count[1]; j++)
			same += ends[0][i] == ends[1][j];
	assert_true(same + 3 >= count[0]);
}

static int start(void **state)
{
	(void)state;
	data = malloc(LEN);
	return evx_crypto_init(NULL) == EVX_OK && data != NULL ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	free(data);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(like_the_specification),
		cmocka_unit_test(edges),
		cmocka_unit_test(constant),
		cmocka_unit_test(finds_its_way_back),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
