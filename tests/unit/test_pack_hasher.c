/* bundle/pack_hasher.h: every pack is hashed once, by whichever thread, and what is wrong is told
 * in the order of the packs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bundle/bundle_walk.h"
#include "bundle/pack_hasher.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "scratch.h"

#define SIZE 2000000u
#define PACKS 60u

static struct scratch s;
static uint8_t bytes[SIZE];
static struct evx_bundle b;
static struct evx_bundle_pack packs[PACKS];

static int set_up(void **state)
{
	uint32_t x = 1;

	(void)state;
	if (evx_crypto_init(NULL) != EVX_OK)
		return -1;
	for (size_t i = 0; i < SIZE; i++) {
		x = x * 1103515245u + 12345u;
		bytes[i] = (uint8_t)(x >> 16);
	}
	s = scratch_make();
	scratch_file(&s, "f", bytes, SIZE);
	memset(&b, 0, sizeof(b));
	return evx_volume_open(scratch_at(&s, "f"), &b.volume, NULL) == EVX_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	evx_volume_close(b.volume);
	scratch_remove(&s);
	return 0;
}

/* Packs of one byte up to more than two pieces that are read at a time. Of each seventh one the
 * hash is another; each eleventh one is longer than the file. */
static bool is_forged(size_t i)
{
	return i % 7 == 3;
}

static bool is_cut(size_t i)
{
	return i % 11 == 5;
}

static void make_packs(void)
{
	static const uint64_t lengths[] = { 1, 262143, 262144, 262145, 524288, 600000 };

	memset(packs, 0, sizeof(packs));
	for (size_t i = 0; i < PACKS; i++) {
		packs[i].length = lengths[i % 6];
		packs[i].content = is_cut(i) ? SIZE - packs[i].length + 1 : i * 777;
		if (!is_cut(i))
			evx_sha256(bytes + packs[i].content, packs[i].length, packs[i].hash);
		packs[i].hash[31] ^= is_forged(i);
	}
}

static struct {
	unsigned times, good;
} told[PACKS];

static void hashed(void *ctx, size_t number, bool good)
{
	assert_ptr_equal(ctx, told);
	told[number].times++;
	told[number].good += good;
}

static const struct evx_bundle_walk_packs tell = { .hashed = hashed, .ctx = told };

/* What is wrong, in order; all others are good. */
static void check_faults(const struct evx_pack_fault *faults, size_t count, bool cut)
{
	size_t at = 0;

	for (size_t i = 0; i < PACKS; i++) {
		if (!is_forged(i) && !(cut && is_cut(i)))
			continue;
		assert_true(at < count);
		assert_int_equal(faults[at].pack, i);
		if (cut && is_cut(i)) {
			char text[160];

			(void)snprintf(text, sizeof(text), "pack: expected %llu bytes, found %llu",
				(unsigned long long)packs[i].length,
				(unsigned long long)packs[i].length - 1);
			assert_int_equal(faults[at].err, EVX_E_TRUNCATED);
			assert_string_equal(faults[at].text, text);
		} else {
			assert_int_equal(faults[at].err, EVX_E_FORGED);
			assert_non_null(strstr(faults[at].text, "do not have the SHA-256"));
		}
		at++;
	}
	assert_int_equal(at, count);
}

static void test_stored(void **state)
{
	static const unsigned jobs[] = { 0, 1, 2, 5 };

	(void)state;
	make_packs();
	for (size_t k = 0; k < sizeof(jobs) / sizeof(jobs[0]); k++) {
		struct evx_progress progress = { 0 };
		const struct evx_pack_fault *faults;
		struct evx_pack_hasher *h;
		uint64_t read = 0;
		size_t count;

		memset(told, 0, sizeof(told));
		assert_int_equal(
			evx_pack_hasher_new(&b, jobs[k], &tell, &progress, NULL, &h, NULL), EVX_OK);
		for (size_t i = 0; i < PACKS; i++)
			assert_int_equal(evx_pack_hasher_add(h, i, &packs[i]), EVX_OK);
		assert_int_equal(evx_pack_hasher_finish(h, &faults, &count), EVX_OK);
		check_faults(faults, count, true);
		for (size_t i = 0; i < PACKS; i++) {
			assert_int_equal(told[i].times, 1);
			assert_int_equal(told[i].good, !is_forged(i) && !is_cut(i));
			/* Of one that is cut, the pieces that are there whole were hashed. */
			read += is_cut(i) ? (packs[i].length - 1) / 262144 * 262144 :
					    packs[i].length;
		}
		assert_int_equal(atomic_load(&progress.bytes_done), read);
		evx_pack_hasher_free(h);
	}
	evx_pack_hasher_free(NULL);
}

/* From a pipe: the bytes come in buffers, of which there are few. */
static void test_buffers(void **state)
{
	const struct evx_pack_fault *faults;
	struct evx_pack_hasher *h;
	size_t count;

	(void)state;
	make_packs();
	for (unsigned jobs = 1; jobs <= 4; jobs++) {
		size_t at = 0;

		memset(told, 0, sizeof(told));
		assert_int_equal(
			evx_pack_hasher_new(&b, jobs, &tell, NULL, NULL, &h, NULL), EVX_OK);
		for (size_t i = 0; i < PACKS; i++) {
			struct evx_pack_buffer *buffer = evx_pack_hasher_buffer(
				h, (size_t)packs[i].length);

			assert_non_null(buffer);
			assert_true(buffer->room >= packs[i].length);
			if (is_cut(i)) { /* no more came: it goes back unused */
				evx_pack_hasher_return(h, buffer);
				continue;
			}
			memcpy(buffer->bytes, bytes + packs[i].content, (size_t)packs[i].length);
			assert_int_equal(evx_pack_hasher_give(h, i, &packs[i], buffer), EVX_OK);
		}
		assert_int_equal(evx_pack_hasher_finish(h, &faults, &count), EVX_OK);
		for (size_t i = 0; i < PACKS; i++)
			assert_int_equal(told[i].times, !is_cut(i));
		for (size_t i = 0; i < PACKS; i++)
			if (is_forged(i) && !is_cut(i)) {
				assert_true(at < count);
				assert_int_equal(faults[at++].pack, i);
			}
		assert_int_equal(at, count);
		evx_pack_hasher_free(h);
	}
}

/* One more than there are threads, used again, and exchanged for a larger one. */
static void test_reuse(void **state)
{
	struct evx_pack_buffer *all[3], *again;
	struct evx_pack_hasher *h;

	(void)state;
	assert_int_equal(evx_pack_hasher_new(&b, 2, NULL, NULL, NULL, &h, NULL), EVX_OK);
	for (size_t i = 0; i < 3; i++) {
		all[i] = evx_pack_hasher_buffer(h, 100 + i);
		assert_non_null(all[i]);
		assert_int_equal(all[i]->room, 100 + i);
		for (size_t k = 0; k < i; k++)
			assert_ptr_not_equal(all[i], all[k]);
	}
	evx_pack_hasher_return(h, all[1]);
	again = evx_pack_hasher_buffer(h, 101);
	assert_ptr_equal(again, all[1]);
	evx_pack_hasher_return(h, again);
	again = evx_pack_hasher_buffer(h, 5000);
	assert_int_equal(again->room, 5000);
	memset(again->bytes, 1, 5000);
	evx_pack_hasher_return(h, again);
	again = evx_pack_hasher_buffer(h, 1);
	assert_int_equal(again->room, 5000);
	evx_pack_hasher_return(h, again);
	evx_pack_hasher_return(h, all[0]);
	evx_pack_hasher_return(h, all[2]);
	evx_pack_hasher_free(h);
}

/* Who says stop hears of no pack that was not looked at. */
static void test_interrupted(void **state)
{
	struct evx_cancel cancel = { true };
	const struct evx_pack_fault *faults;
	struct evx_pack_hasher *h;
	size_t count;

	(void)state;
	make_packs();
	memset(told, 0, sizeof(told));
	assert_int_equal(evx_pack_hasher_new(&b, 2, &tell, NULL, &cancel, &h, NULL), EVX_OK);
	for (size_t i = 0; i < PACKS; i++)
		assert_int_equal(evx_pack_hasher_add(h, i, &packs[i]), EVX_OK);
	assert_int_equal(evx_pack_hasher_finish(h, &faults, &count), EVX_E_INTERRUPTED);
	assert_int_equal(count, 0);
	for (size_t i = 0; i < PACKS; i++)
		assert_int_equal(told[i].times, 0);
	evx_pack_hasher_free(h);
	/* Freed with work that was not begun. */
	assert_int_equal(evx_pack_hasher_new(&b, 1, NULL, NULL, NULL, &h, NULL), EVX_OK);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(evx_pack_hasher_add(h, i, &packs[i]), EVX_OK);
	evx_pack_hasher_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stored),
		cmocka_unit_test(test_buffers),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_interrupted),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
