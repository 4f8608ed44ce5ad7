/* Seals into memory and reads back: every path through the pipeline and the readers. */
#include "base/test_hooks.h"
#include "content/listing_read.h"
#include "content/stream.h"
#include "crypto/hash.h"
#include "payload_fixture.h"
#include "sampled.h"

#define BIG 9000000u
#define POOL 12000000u

static uint8_t *pool; /* noise, with a long stretch of zeros in it */

static struct evx_listing_read_opts listing_opts(struct fixture *f)
{
	struct evx_listing_read_opts o = { .src = &f->src,
		.root = &f->result.listing,
		.leaf_secret = f->result.leaf_secret,
		.listing_root = f->result.listing_root,
		.lines = f->result.lines,
		.content_known = true,
		.content_length = f->result.content_bytes,
		.jobs = f->jobs };

	return o;
}

/* A tree with everything in it. */
static void seal_all_kinds(struct fixture *f)
{
	struct evx_entry e;

	fixture_begin(f);
	fixture_dir(f, "s");
	fixture_file(f, "s/a-empty", "", 0);
	fixture_file(f, "s/b-small", pool, 1000);
	e = fixture_entry(EVX_FILE, "s/c-big");
	e.size = BIG;
	e.is_hard_link = true;
	must(evx_payload_write_begin(f->w, BIG, &fixture_diag));
	fixture_data(f, pool, BIG);
	must(evx_payload_write_end(f->w, &e, &fixture_diag));
	fixture_dir(f, "s/d");
	e = fixture_entry(EVX_FILE, "s/d/link");
	e.has_hardlink = true;
	e.hardlink_index = 3;
	must(evx_payload_write_entry(f->w, &e, &fixture_diag));
	fixture_file(f, "s/d/same", pool, BIG);
	e = fixture_entry(EVX_SYMLINK, "s/e-symlink");
	must(evx_entry_set_link_target(&e, "\xff/target", 8));
	must(evx_payload_write_entry(f->w, &e, &fixture_diag));
	e = fixture_entry(EVX_FILE, "s/f-sparse");
	e.size = 5000000;
	e.has_map = true;
	must(evx_entry_add_extent(&e, 1000, 2000000));
	must(evx_entry_add_extent(&e, 3000000, 500));
	must(evx_payload_write_begin(f->w, e.size, &fixture_diag));
	must(evx_payload_write_hole(f->w, 1000, &fixture_diag));
	fixture_data(f, pool + 77, 2000000);
	must(evx_payload_write_hole(f->w, 999000, &fixture_diag));
	fixture_data(f, pool + 5, 500);
	must(evx_payload_write_end(f->w, &e, &fixture_diag));
	e = fixture_entry(EVX_FILE, "s/g-bad");
	e.size = 3000;
	e.has_map = true;
	e.changed_while_reading = true;
	must(evx_entry_add_extent(&e, 0, 1000));
	must(evx_entry_add_bad(&e, 1000, 512));
	must(evx_entry_add_extent(&e, 1512, 1488));
	must(evx_payload_write_begin(f->w, e.size, &fixture_diag));
	fixture_data(f, pool, 1000);
	must(evx_payload_write_hole(f->w, 512, &fixture_diag));
	fixture_data(f, pool + 1512, 1488);
	must(evx_payload_write_end(f->w, &e, &fixture_diag));
	e = fixture_entry(EVX_FILE, "s/h-closed");
	e.size = 10;
	must(evx_entry_read_failed(&e, 13, "open"));
	must(evx_payload_write_entry(f->w, &e, &fixture_diag));
	e = fixture_entry(EVX_FIFO, "s/i-fifo");
	must(evx_payload_write_entry(f->w, &e, &fixture_diag));
	for (int i = 0; i < 300; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "s/j%03d", i);
		fixture_file(f, path, pool + i * 4001, 7001);
	}
	fixture_finish(f);
}

/* ---- reading back ----------------------------------------------------------------------- */

struct reader {
	struct fixture *f;
	struct evx_stream *s;
	uint64_t files, links;
};

static void hash_zeros(struct evx_hash *h, uint64_t n)
{
	static const uint8_t zeros[4096];

	for (; n > 0; n -= n < sizeof(zeros) ? n : sizeof(zeros))
		evx_hash_update(h, zeros, n < sizeof(zeros) ? (size_t)n : sizeof(zeros));
}

/* Reads the file out of the content and compares its digests. */
static enum evx_err read_file(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct reader *r = ctx;
	const struct evx_entry *e = item->entry;
	struct evx_extent all = { 0, e->size };
	const struct evx_extent *x = e->has_map ? e->extents : &all;
	size_t n_x = e->has_map ? e->n_extents : 1;
	struct evx_hash *whole, *sparse;
	uint8_t digest[32], two[16];
	uint64_t at = 0;

	if (e->type != EVX_FILE || e->read_error != NULL)
		return EVX_OK;
	r->files++;
	r->links += e->has_hardlink;
	whole = evx_hash_new(EVX_SHA256);
	sparse = evx_hash_new(EVX_SHA256);
	must(evx_stream_seek(r->s, item->position, diag));
	for (size_t i = 0; i < n_x; i++) {
		hash_zeros(whole, x[i].offset - at);
		for (uint64_t left = x[i].length; left > 0;) {
			const uint8_t *p;
			size_t n;

			must(evx_stream_next(r->s, left, &p, &n, &fixture_diag));
			assert_true(n > 0 && n <= left);
			evx_hash_update(whole, p, n);
			evx_hash_update(sparse, p, n);
			left -= n;
		}
		at = x[i].offset + x[i].length;
	}
	hash_zeros(whole, e->size - at);
	for (size_t i = 0; i <= e->n_extents; i++) {
		evx_put_be64(two, i < e->n_extents ? e->extents[i].offset : e->n_extents);
		evx_put_be64(two + 8, i < e->n_extents ? e->extents[i].length : e->size);
		evx_hash_update(sparse, two, 16);
	}
	assert_int_equal(evx_hash_final(whole, digest), EVX_OK);
	assert_int_equal(e->has_sha256, e->n_bad == 0);
	if (e->has_sha256)
		assert_memory_equal(digest, e->sha256, 32);
	assert_int_equal(evx_hash_final(sparse, digest), EVX_OK);
	assert_int_equal(e->has_sparse_sha256, e->has_map);
	if (e->has_map)
		assert_memory_equal(digest, e->sparse_sha256, 32);
	evx_hash_free(whole);
	evx_hash_free(sparse);
	return EVX_OK;
}

static void read_back(struct fixture *f, struct reader *r)
{
	struct evx_listing_read_opts o = listing_opts(f);
	struct evx_stream_opts so = { .src = &f->src,
		.stream = EVX_FRAME_DATA,
		.root = &f->result.content,
		.jobs = f->jobs };

	memset(r, 0, sizeof(*r));
	r->f = f;
	must(evx_stream_open(&so, &r->s, &fixture_diag));
	assert_int_equal(evx_stream_length(r->s), f->result.content_bytes);
	must(evx_listing_read(&o, NULL, NULL, &fixture_diag));
	must(evx_listing_read(&o, read_file, r, &fixture_diag));
	evx_stream_free(r->s);
}

static void round_trip(void **state)
{
	static const unsigned jobs[] = { 1, 2, 4 };

	(void)state;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		struct fixture f;
		struct reader r;

		fixture_init(&f, jobs[i]);
		f.md5_sha1 = i == 1;
		seal_all_kinds(&f);
		assert_int_equal(f.result.lines, 312);
		assert_int_equal(f.result.files, 307);
		assert_int_equal(f.result.directories, 2);
		assert_int_equal(f.result.hardlinks, 1);
		assert_int_equal(f.result.links, 1);
		assert_int_equal(f.result.specials, 1);
		assert_int_equal(f.result.unreadable_files, 2);
		assert_int_equal(f.result.unreadable_bytes, 512);
		assert_int_equal(f.result.changed, 1);
		assert_int_equal(
			f.result.bytes, 0 + 1000 + 2 * BIG + 5000000 + 3000 + 10 + 300 * 7001);
		assert_true(f.result.duplicate_chunks > 0);
		read_back(&f, &r);
		assert_int_equal(r.files, 307);
		assert_int_equal(r.links, 1);
		fixture_free(&f);
	}
}

/* Equal keys give equal payloads, however many workers there are. */
static void deterministic(void **state)
{
	static const uint8_t seed[32] = { 42 };
	static const unsigned jobs[] = { 1, 2, 3, 8 };
	uint8_t first[32] = { 0 }, digest[32];

	(void)state;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		struct fixture f;

		fixture_init(&f, jobs[i]);
		evx_random_test_seed(seed);
		seal_all_kinds(&f);
		evx_random_test_seed(NULL);
		evx_sha256(f.bytes.data, f.bytes.len, digest);
		if (i == 0)
			memcpy(first, digest, 32);
		assert_memory_equal(digest, first, 32);
		fixture_free(&f);
	}
}

/* ---- trees ------------------------------------------------------------------------------ */

struct tally {
	uint64_t nodes, frames, top;
};

static enum evx_err tally(
	void *ctx, uint8_t type, uint8_t level, const struct evx_ref *ref, struct evx_diag *diag)
{
	struct tally *t = ctx;

	(void)ref;
	(void)diag;
	if (type == EVX_FRAME_CONTENT_NODE || type == EVX_FRAME_LISTING_NODE)
		t->nodes++;
	else
		t->frames++;
	t->top = level > t->top ? level : t->top;
	return EVX_OK;
}

/* More chunks than one node holds: zeros, so that it stays small. Seeks go through two levels. */
static void two_levels(void **state)
{
	enum { FILES = 1100, SIZE = 1048577 };
	struct evx_stream_opts so = { .stream = EVX_FRAME_DATA, .jobs = 2 };
	uint8_t *zeros = calloc(1, SIZE);
	struct evx_stream *s;
	struct fixture f;
	struct tally t = { 0, 0, 0 };

	(void)state;
	fixture_init(&f, 2);
	fixture_begin(&f);
	fixture_dir(&f, "s");
	for (int i = 0; i < FILES; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "s/%06d", i);
		memcpy(zeros, &i, sizeof(i));
		fixture_file(&f, path, zeros, SIZE);
	}
	fixture_finish(&f);
	assert_int_equal(f.result.content.level, 1);
	must(evx_tree_read_all(
		&f.src, EVX_FRAME_DATA, &f.result.content, NULL, tally, &t, &fixture_diag));
	assert_int_equal(t.frames, f.result.chunks);
	assert_int_equal(t.top, 1);
	/* 1.1 GB of content: a checkpoint after every 64 MiB closes a leaf. */
	assert_true(t.nodes > 16);
	so.src = &f.src;
	so.root = &f.result.content;
	must(evx_stream_open(&so, &s, &fixture_diag));
	for (int i = FILES - 1; i >= 0; i -= 97) {
		const uint8_t *p;
		size_t n;
		int found;

		must(evx_stream_seek(s, (uint64_t)i * SIZE, &fixture_diag));
		must(evx_stream_next(s, 4, &p, &n, &fixture_diag));
		assert_int_equal(n, 4);
		memcpy(&found, p, 4);
		assert_int_equal(found, i);
	}
	must(evx_stream_seek(s, evx_stream_length(s), &fixture_diag));
	assert_int_equal(evx_stream_seek(s, evx_stream_length(s) + 1, NULL), EVX_E_USAGE);
	evx_stream_free(s);
	fixture_free(&f);
	free(zeros);
}

/* ---- faults ----------------------------------------------------------------------------- */

/* Every bit flip of the payload is noticed by a full read, or belongs to the header or the padding,
 * which references do not need. */
static void flips(void **state)
{
	struct fixture f;
	size_t noticed = 0, silent = 0;

	(void)state;
	fixture_init(&f, 1);
	fixture_begin(&f);
	fixture_dir(&f, "s");
	fixture_file(&f, "s/a", pool, 300);
	fixture_finish(&f);
	for (size_t i = 0; i < f.bytes.len; i += EVERY(7)) {
		struct evx_listing_read_opts o = listing_opts(&f);
		struct evx_stream_opts so = { .src = &f.src,
			.stream = EVX_FRAME_DATA,
			.root = &f.result.content,
			.jobs = 1 };
		struct evx_stream *s;
		const uint8_t *p;
		size_t n;
		enum evx_err err;

		f.bytes.data[i] ^= 1;
		err = evx_listing_read(&o, NULL, NULL, NULL);
		must(evx_stream_open(&so, &s, &fixture_diag));
		if (err == EVX_OK)
			err = evx_stream_next(s, 1000, &p, &n, NULL);
		evx_stream_free(s);
		assert_true(err == EVX_OK || err == EVX_E_FORGED);
		noticed += err != EVX_OK;
		silent += err == EVX_OK;
		f.bytes.data[i] ^= 1;
	}
	if (EVERY(7) == 1)
		assert_int_equal(silent, 4 * EVX_FRAME_HEADER_LEN + f.result.padding[0].stored);
	assert_int_equal(noticed + silent, (f.bytes.len + EVERY(7) - 1) / EVERY(7));
	fixture_free(&f);
}

static void truncated(void **state)
{
	struct fixture f;
	size_t whole;

	(void)state;
	fixture_init(&f, 1);
	fixture_begin(&f);
	fixture_dir(&f, "s");
	fixture_file(&f, "s/a", pool, 300);
	fixture_finish(&f);
	whole = f.bytes.len;
	for (size_t i = 0; i < f.result.padding[0].position; i += EVERY(7)) {
		struct evx_listing_read_opts o = listing_opts(&f);

		f.bytes.len = i;
		f.src.sequence_len[0] = i;
		assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_TRUNCATED);
	}
	f.bytes.len = whole;
	fixture_free(&f);
}

static void wrong_roots(void **state)
{
	struct fixture f;
	struct evx_listing_read_opts o;
	uint8_t other[32];

	(void)state;
	fixture_init(&f, 2);
	seal_all_kinds(&f);
	o = listing_opts(&f);
	memcpy(other, f.result.listing_root, 32);
	other[31] ^= 1;
	o.listing_root = other;
	assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_FORGED);
	o = listing_opts(&f);
	o.leaf_secret = other;
	assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_FORGED);
	o = listing_opts(&f);
	o.lines++;
	assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_CORRUPT);
	o.lines -= 2;
	assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_CORRUPT);
	o = listing_opts(&f);
	o.content_length++;
	{
		struct evx_diag diag = { 0 };

		assert_int_equal(evx_listing_read(&o, NULL, NULL, &diag), EVX_E_CORRUPT);
		assert_non_null(strstr(diag.text, "the runs end at "));
		/* One byte less: found at the file whose bytes pass the end, not behind all. */
		evx_diag_clear(&diag);
		o.content_length -= 2;
		assert_int_equal(evx_listing_read(&o, NULL, NULL, &diag), EVX_E_CORRUPT);
		assert_string_equal(diag.text, "listing: the file's run passes the content's end");
	}
	fixture_free(&f);
}

/* A root that promises 2^62 bytes costs no memory and is found out at its first node. */
static void promises(void **state)
{
	struct evx_stream_opts so = { .stream = EVX_FRAME_DATA, .jobs = 1 };
	struct evx_tree_root root;
	struct evx_stream *s;
	const uint8_t *p;
	size_t n;
	struct fixture f;

	(void)state;
	fixture_init(&f, 1);
	seal_all_kinds(&f);
	root = f.result.content;
	root.ref.span = (uint64_t)1 << 62;
	so.src = &f.src;
	so.root = &root;
	must(evx_stream_open(&so, &s, &fixture_diag));
	assert_int_equal(evx_stream_next(s, 1, &p, &n, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_stream_next(s, 1, &p, &n, NULL), EVX_E_CORRUPT);
	evx_stream_free(s);
	root = f.result.content;
	root.level++;
	must(evx_stream_open(&so, &s, &fixture_diag));
	assert_int_equal(evx_stream_next(s, 1, &p, &n, NULL), EVX_E_FORGED);
	evx_stream_free(s);
	root.level = 8;
	assert_int_equal(evx_stream_open(&so, &s, NULL), EVX_E_LIMIT);
	root = f.result.content;
	root.ref.position = UINT64_MAX;
	assert_int_equal(evx_stream_open(&so, &s, NULL), EVX_E_CORRUPT);
	fixture_free(&f);
}

/* ---- the writer's own failures ---------------------------------------------------------- */

static void sink_fails(void **state)
{
	(void)state;
	for (unsigned jobs = 1; jobs <= 3; jobs++) {
		struct fixture f;
		struct evx_entry e = fixture_entry(EVX_FILE, "s");
		struct evx_diag diag = { 0 };
		enum evx_err err = EVX_OK;

		fixture_init(&f, jobs);
		f.fail_at_pack = 2;
		fixture_begin(&f);
		must(evx_payload_write_begin(f.w, 1000000000, &fixture_diag));
		for (uint64_t i = 0; err == EVX_OK && i < 100; i++) {
			uint8_t *p;
			size_t cap;

			err = evx_payload_write_buffer(f.w, &p, &cap, &diag);
			if (err == EVX_OK) {
				fixture_noise(p, cap, i);
				err = evx_payload_write_commit(f.w, cap, &diag);
			}
		}
		assert_int_equal(err, EVX_E_IO);
		assert_string_equal(diag.text, "sink: refused");
		evx_entry_free(&e);
		fixture_free(&f);
	}
}

static void cancelled(void **state)
{
	struct evx_cancel cancel = { false };
	struct fixture f;
	struct evx_payload_write_opts o = { .jobs = 2, .cancel = &cancel };
	struct evx_entry e = fixture_entry(EVX_DIR, "s");

	(void)state;
	fixture_init(&f, 2);
	o.secret = f.secret;
	o.sink.pack = fixture_pack;
	o.sink.ctx = &f;
	must(evx_payload_write_new(&o, &f.w, &fixture_diag));
	must(evx_payload_write_begin(f.w, 5, &fixture_diag));
	atomic_store(&cancel.stop, true);
	assert_int_equal(evx_payload_write_entry(f.w, &e, NULL), EVX_E_INTERRUPTED);
	assert_null(e.path);
	fixture_free(&f);
}

static void usage(void **state)
{
	struct fixture f;
	struct evx_payload_result r;
	struct evx_entry e;
	uint8_t *p;
	size_t cap;

	(void)state;
	fixture_init(&f, 1);
	fixture_begin(&f);
	assert_int_equal(evx_payload_write_finish(f.w, &r, NULL), EVX_E_USAGE);
	fixture_free(&f);
	fixture_init(&f, 1);
	fixture_begin(&f);
	assert_int_equal(evx_payload_write_buffer(f.w, &p, &cap, NULL), EVX_E_USAGE);
	must(evx_payload_write_begin(f.w, 5, &fixture_diag));
	assert_int_equal(evx_payload_write_begin(f.w, 5, NULL), EVX_E_USAGE);
	e = fixture_entry(EVX_FILE, "s");
	e.size = 5;
	assert_int_equal(evx_payload_write_end(f.w, &e, NULL), EVX_E_USAGE);
	e = fixture_entry(EVX_FILE, "s");
	assert_int_equal(evx_payload_write_entry(f.w, &e, NULL), EVX_E_USAGE);
	e = fixture_entry(EVX_FILE, "s");
	e.has_hardlink = true;
	must(evx_payload_write_entry(f.w, &e, &fixture_diag));
	assert_int_equal(evx_payload_write_finish(f.w, &r, NULL), EVX_E_USAGE);
	fixture_free(&f);
}

/* What no reader would take is not sealed: order, parents, and entries that contradict themselves.
 */
static void wrong_entries(void **state)
{
	enum { DESCENDING, NO_PARENT, XATTRS, NO_TARGET, CASES };

	(void)state;
	for (int i = 0; i < CASES; i++) {
		struct fixture f;
		struct evx_payload_result r;
		struct evx_entry e;
		enum evx_err err;

		fixture_init(&f, 1);
		fixture_begin(&f);
		fixture_dir(&f, "s");
		e = fixture_entry(i == NO_TARGET ? EVX_SYMLINK : EVX_DIR,
			i == DESCENDING        ? "r" :
				i == NO_PARENT ? "s/a/b" :
						 "s/x");
		if (i == XATTRS) {
			must(evx_entry_add_xattr(&e, "user.b", "", 0));
			must(evx_entry_add_xattr(&e, "user.a", "", 0));
		}
		err = evx_payload_write_entry(f.w, &e, NULL);
		if (err == EVX_OK)
			err = evx_payload_write_finish(f.w, &r, NULL);
		assert_int_equal(err, EVX_E_USAGE);
		fixture_free(&f);
	}
}

/* Attributes that do not fit a line are left out, and the line says so. */
static void too_long(void **state)
{
	struct evx_listing_read_opts o;
	struct evx_entry e = fixture_entry(EVX_DIR, "s");
	struct fixture f;

	(void)state;
	must(evx_entry_add_xattr(&e, "user.a", pool, EVX_LISTING_LINE_MAX));
	fixture_init(&f, 1);
	fixture_begin(&f);
	must(evx_payload_write_entry(f.w, &e, &fixture_diag));
	fixture_finish(&f);
	assert_int_equal(f.result.metadata_errors, 1);
	o = listing_opts(&f);
	must(evx_listing_read(&o, NULL, NULL, &fixture_diag));
	fixture_free(&f);
}

/* A hole of a terabyte is not hashed; the line does without the digest of the whole length. */
static void large_hole(void **state)
{
	struct evx_entry e = fixture_entry(EVX_FILE, "s");
	struct evx_listing_read_opts o;
	struct fixture f;

	(void)state;
	fixture_init(&f, 2);
	fixture_begin(&f);
	e.size = (uint64_t)1 << 40;
	e.has_map = true;
	must(evx_entry_add_extent(&e, 0, 10));
	must(evx_payload_write_begin(f.w, e.size, &fixture_diag));
	fixture_data(&f, pool, 10);
	must(evx_payload_write_end(f.w, &e, &fixture_diag));
	fixture_finish(&f);
	assert_int_equal(f.result.hashes_left_out, 1);
	assert_int_equal(f.result.content_bytes, 10);
	o = listing_opts(&f);
	must(evx_listing_read(&o, NULL, NULL, &fixture_diag));
	fixture_free(&f);
}

static int start(void **state)
{
	(void)state;
	if (evx_crypto_init(NULL) != EVX_OK || (pool = malloc(POOL)) == NULL)
		return -1;
	fixture_noise(pool, POOL, 1);
	memset(pool + 200000, 0, 5000000);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	free(pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(deterministic),
		cmocka_unit_test(two_levels),
		cmocka_unit_test(flips),
		cmocka_unit_test(truncated),
		cmocka_unit_test(wrong_roots),
		cmocka_unit_test(promises),
		cmocka_unit_test(sink_fails),
		cmocka_unit_test(cancelled),
		cmocka_unit_test(usage),
		cmocka_unit_test(wrong_entries),
		cmocka_unit_test(too_long),
		cmocka_unit_test(large_hole),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
