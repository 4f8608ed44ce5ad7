/* The hashes of blocks that a stream's workers make beside the bytes. */
#include "content/chunk_id.h"
#include "content/range.h"
#include "content/stream.h"
#include "payload_fixture.h"

#define SMALL 300000u /* a chunk of its own */
#define LARGE 9000000u

static uint8_t *pool; /* noise, with zeros in it */
static struct fixture f;

/* A small file, a large one and another small one. */
static void seal(unsigned jobs)
{
	fixture_init(&f, jobs);
	fixture_begin(&f);
	fixture_dir(&f, "s");
	fixture_file(&f, "s/a", pool, SMALL);
	fixture_file(&f, "s/b", pool, LARGE);
	fixture_file(&f, "s/c", pool + 1, SMALL);
	fixture_finish(&f);
}

static struct evx_stream *open_stream(unsigned jobs)
{
	const struct evx_stream_opts so = {
		.src = &f.src, .stream = EVX_FRAME_DATA, .root = &f.result.content, .jobs = jobs
	};
	struct evx_stream *s;

	must(evx_stream_open(&so, &s, &fixture_diag));
	return s;
}

static size_t next(struct evx_stream *s, uint64_t max, const uint8_t **p)
{
	size_t n;

	must(evx_stream_next(s, max, p, &n, &fixture_diag));
	return n;
}

static void compare_blocks(const uint8_t *blocks, const uint8_t *p, size_t n)
{
	uint8_t hash[32];

	assert_non_null(blocks);
	for (size_t at = 0; at < n; at += 65536, blocks += 32) {
		evx_sha256(p + at, n - at < 65536 ? n - at : 65536, hash);
		assert_memory_equal(blocks, hash, 32);
	}
}

/* Frames that begin in the stretch have them, the others have none; the bytes are the same. */
static void in_the_stretch(void **state)
{
	(void)state;
	for (unsigned jobs = 1; jobs <= 4; jobs++) {
		struct evx_stream *s;
		const uint8_t *p;
		uint64_t at = 0;
		size_t frames = 0;

		seal(jobs);
		s = open_stream(jobs);
		evx_stream_hash_blocks(s, SMALL, SMALL + LARGE);
		assert_null(evx_stream_blocks(s));
		while (at < evx_stream_length(s)) {
			const size_t n = next(s, UINT64_MAX, &p);

			assert_true(n > 0 && evx_stream_at_cut(s));
			if (at < SMALL || at >= SMALL + LARGE) {
				assert_null(evx_stream_blocks(s));
			} else {
				assert_memory_equal(p, pool + (at - SMALL), n);
				compare_blocks(evx_stream_blocks(s), p, n);
				frames++;
			}
			at += n;
		}
		assert_true(frames > 2);
		evx_stream_free(s);
		fixture_free(&f);
	}
}

/* Of a part of a frame there are none, nor behind a step elsewhere. */
static void of_whole_frames_only(void **state)
{
	struct evx_stream *s;
	const uint8_t *p;
	size_t n;

	(void)state;
	seal(2);
	s = open_stream(2);
	evx_stream_hash_blocks(s, SMALL, SMALL + LARGE);
	must(evx_stream_seek(s, SMALL, &fixture_diag));
	n = next(s, UINT64_MAX, &p);
	compare_blocks(evx_stream_blocks(s), p, n);
	must(evx_stream_seek(s, SMALL, &fixture_diag));
	assert_null(evx_stream_blocks(s));
	assert_int_equal(next(s, n - 1, &p), n - 1);
	assert_null(evx_stream_blocks(s)); /* its last byte is missing */
	assert_int_equal(next(s, n, &p), 1);
	assert_null(evx_stream_blocks(s)); /* its first bytes are */
	n = next(s, UINT64_MAX, &p);
	compare_blocks(evx_stream_blocks(s), p, n);
	evx_stream_free(s);
	fixture_free(&f);
}

/* What was read ahead before somebody asked stays as it was. */
static void asked_late(void **state)
{
	struct evx_stream *s;
	const uint8_t *p;
	uint64_t at;
	size_t with = 0, n;

	(void)state;
	seal(1);
	s = open_stream(1);
	at = next(s, UINT64_MAX, &p); /* and frames behind it */
	evx_stream_hash_blocks(s, SMALL, SMALL + LARGE);
	n = next(s, UINT64_MAX, &p);
	assert_null(evx_stream_blocks(s));
	for (at += n; at < SMALL + LARGE; at += n) {
		n = next(s, UINT64_MAX, &p);
		if (evx_stream_blocks(s) == NULL)
			continue;
		compare_blocks(evx_stream_blocks(s), p, n);
		with++;
	}
	assert_true(with > 0);
	evx_stream_free(s);
	fixture_free(&f);
}

/* The root is the same with hashes that were made beside the bytes; a chunk's that begins inside a
 * block are not used. */
static void range_root(void **state)
{
	struct evx_range_reader *r = evx_range_reader_new();
	static const size_t lengths[] = { 65536, 1, 4194304, 65535, 65537, 131072 };
	uint8_t blocks[EVX_CHUNK_BLOCKS][32], secret[32] = { 5 }, roots[2][32];
	const uint8_t *p;

	(void)state;
	for (int i = 0; i < 2; i++) {
		p = pool;
		evx_range_reader_begin(r, secret, 3);
		for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
			(void)evx_chunk_id_each_block(p, lengths[k], blocks);
			must(evx_range_reader_data(
				r, p, lengths[k], true, i == 0 ? NULL : blocks[0]));
			p += lengths[k];
		}
		must(evx_range_reader_root(r, roots[i]));
	}
	assert_memory_equal(roots[0], roots[1], 32);
	memset(blocks, 1, sizeof(blocks));
	for (int i = 0; i < 2; i++) {
		evx_range_reader_begin(r, secret, 3);
		must(evx_range_reader_data(r, pool, 10, false, i == 0 ? NULL : blocks[0]));
		must(evx_range_reader_data(r, pool + 10, 70000, true, i == 0 ? NULL : blocks[0]));
		must(evx_range_reader_root(r, roots[i]));
	}
	assert_memory_equal(roots[0], roots[1], 32);
	evx_range_reader_free(r);
}

static int setup(void **state)
{
	(void)state;
	pool = malloc(LARGE);
	fixture_noise(pool, LARGE, 4);
	memset(pool + 5000000, 0, 1000000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_stretch),
		cmocka_unit_test(of_whole_frames_only),
		cmocka_unit_test(asked_late),
		cmocka_unit_test(range_root),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
