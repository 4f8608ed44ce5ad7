/* Payloads that lost their tail, their middle or single bits. */
#include "content/salvage.h"
#include "crypto/hash.h"
#include "payload_fixture.h"
#include "sampled.h"

struct rescue {
	struct evx_salvage *s;
	struct evx_hash *h;
	uint64_t lines, whole, damaged, missing;
};

static enum evx_err add(void *ctx, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct rescue *r = ctx;

	(void)diag;
	evx_hash_update(r->h, p, n);
	return EVX_OK;
}

static enum evx_err rescue_file(void *ctx, const struct evx_entry *e, uint64_t position,
	uint64_t stored, struct evx_diag *diag)
{
	struct rescue *r = ctx;
	uint8_t digest[32];
	enum evx_err err;

	(void)diag;
	r->lines++;
	if (e->type != EVX_FILE)
		return EVX_OK;
	err = evx_salvage_read(r->s, position, stored, add, r, NULL);
	assert_int_equal(evx_hash_final(r->h, digest), EVX_OK);
	if (err == EVX_OK) {
		assert_memory_equal(digest, e->sha256, 32);
		r->whole++;
	} else if (err == EVX_E_NOT_FOUND) {
		r->missing++;
	} else {
		assert_true(err == EVX_E_FORGED || err == EVX_E_CORRUPT);
		r->damaged++;
	}
	return EVX_OK;
}

static struct rescue rescue(struct fixture *f, struct evx_salvage_stats *stats)
{
	struct evx_salvage_opts o = { .src = &f->src, .secret = f->secret };
	struct rescue r = { .h = evx_hash_new(EVX_SHA256) };
	uint64_t bad;

	must(evx_salvage_scan(&o, &r.s, stats, &fixture_diag));
	must(evx_salvage_each(r.s, rescue_file, &r, &bad, &fixture_diag));
	evx_salvage_free(r.s);
	evx_hash_free(r.h);
	return r;
}

static void seal_small(struct fixture *f)
{
	fixture_init(f, 1);
	fixture_begin(f);
	fixture_dir(f, "s");
	fixture_file(f, "s/a", "first file", 10);
	fixture_file(f, "s/b", "second file", 11);
	fixture_finish(f);
}

static void whole(void **state)
{
	struct fixture f;
	struct evx_salvage_stats stats;
	struct rescue r;

	(void)state;
	seal_small(&f);
	r = rescue(&f, &stats);
	assert_int_equal(r.lines, 3);
	assert_int_equal(r.whole, 2);
	assert_int_equal(stats.frames, 5);
	assert_int_equal(stats.skipped_bytes, 0);
	fixture_free(&f);
}

/* A payload cut off at every length: nothing crashes, nothing wrong is given. */
static void cut(void **state)
{
	struct fixture f;
	size_t len;
	uint64_t most = 0;

	(void)state;
	seal_small(&f);
	len = f.bytes.len;
	for (size_t i = len % EVERY(13); i <= len; i += EVERY(13)) {
		struct evx_salvage_stats stats;
		struct rescue r;

		f.bytes.len = i;
		f.src.sequence_len[0] = i;
		r = rescue(&f, &stats);
		assert_int_equal(r.damaged, 0);
		assert_true(r.whole >= most);
		most = r.whole;
	}
	assert_int_equal(most, 2);
	fixture_free(&f);
}

/* Each byte damaged in turn: the rest is still found, and what is given is right. */
static void flips(void **state)
{
	struct fixture f;

	(void)state;
	seal_small(&f);
	for (size_t i = 0; i < f.bytes.len; i += EVERY(13)) {
		struct evx_salvage_stats stats;
		struct rescue r;

		f.bytes.data[i] ^= 4;
		r = rescue(&f, &stats);
		f.bytes.data[i] ^= 4;
		assert_true(stats.frames >= 4);
		assert_int_equal(r.whole + r.damaged + r.missing, r.lines == 3 ? 2 : 0);
	}
	fixture_free(&f);
}

/* ---- large ones ------------------------------------------------------------------------- */

static uint64_t gap_from, gap_to;

static uint64_t present(void *ctx, uint32_t sequence, uint64_t position, uint64_t *end)
{
	struct fixture *f = ctx;

	if (sequence != 0)
		return UINT64_MAX;
	if (position < gap_from) {
		*end = gap_from;
		return position;
	}
	*end = f->bytes.len;
	return position < gap_to ? gap_to : position;
}

static enum evx_err read_with_gap(void *ctx, uint32_t sequence, uint64_t position, uint8_t *p,
	size_t n, struct evx_diag *diag)
{
	struct fixture *f = ctx;

	if (sequence != 0 || position + n > f->bytes.len ||
		(position < gap_to && position + n > gap_from))
		return evx_fail(diag, EVX_E_NOT_FOUND, "a pack is missing");
	memcpy(p, f->bytes.data + position, n);
	return EVX_OK;
}

enum { FILES = 200, SIZE = 1500000 };

static void seal_large(struct fixture *f)
{
	uint8_t *noise = malloc(SIZE);

	fixture_init(f, 2);
	fixture_begin(f);
	fixture_dir(f, "s");
	for (int i = 0; i < FILES; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "s/%06d", i);
		fixture_noise(noise, SIZE, (uint64_t)i + 100);
		fixture_file(f, path, noise, SIZE);
	}
	fixture_finish(f);
	free(noise);
}

/* Cut off in the middle: everything before the last checkpoint is there, which is at most 8 MiB and
 * a file back. */
static void checkpoints(void **state)
{
	struct fixture f;
	struct evx_salvage_stats stats;
	struct rescue r;

	(void)state;
	seal_large(&f);
	f.bytes.len /= 2;
	f.src.sequence_len[0] /= 2;
	r = rescue(&f, &stats);
	assert_int_equal(r.whole, r.lines - 1);
	assert_true(r.whole >= FILES / 2 - EVX_CHECKPOINT_LEN / SIZE - 2);
	fixture_free(&f);
}

/* A missing pack in the middle: what lies on both sides is found. */
static void gap(void **state)
{
	struct fixture f;
	struct evx_salvage_stats stats;
	struct rescue r;

	(void)state;
	seal_large(&f);
	gap_from = EVX_PACK_LEN;
	gap_to = 2 * EVX_PACK_LEN;
	f.src.read = read_with_gap;
	f.src.present = present;
	r = rescue(&f, &stats);
	assert_true(stats.skipped_bytes >= EVX_PACK_LEN - EVX_FRAME_PLAIN_MAX &&
		stats.skipped_bytes <= EVX_PACK_LEN + EVX_FRAME_PLAIN_MAX);
	assert_int_equal(r.damaged, 0);
	/* What the gap took: files, and the lines of those whose listing frame stood in it. */
	assert_true(r.missing + (uint64_t)FILES - r.lines >= 20);
	assert_true(r.whole + 100 >= FILES && r.whole + r.missing + 1 == r.lines);
	fixture_free(&f);
}

static int start(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(cut),
		cmocka_unit_test(flips),
		cmocka_unit_test(checkpoints),
		cmocka_unit_test(gap),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
