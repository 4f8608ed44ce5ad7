/* What a writer stores, held against the specification's words: where chunks end, their ids, range
 * roots. */
#include "content/chunk_id.h"
#include "content/chunker.h"
#include "content/listing_read.h"
#include "content/range.h"
#include "content/tree_read.h"
#include "payload_fixture.h"

#define POOL 6000000u
#define FILES 260u

static uint8_t *pool; /* noise, with a stretch of zeros in it */

/* ---- The specification, word by word ----------------------------------------------------- */

struct file {
	char path[16];
	size_t at, n; /* its stored bytes, in the pool */
	bool sparse;  /* with a hole of 1,000 bytes in the middle */
};

struct expected {
	struct file files[FILES];
	size_t n_files;
	size_t lengths[FILES + 16];
	uint8_t ids[FILES + 16][32];
	size_t n_chunks;
};

static void file_id(const struct file *f, size_t n, uint8_t id[32])
{
	static uint8_t text[17 + FILES * 40];

	memcpy(text, "evx-chunk-files/1", 17);
	for (size_t i = 0; i < n; i++) {
		evx_put_be64(text + 17 + 40 * i, f[i].n);
		evx_sha256(pool + f[i].at, f[i].n, text + 17 + 40 * i + 8);
	}
	evx_sha256(text, 17 + 40 * n, id);
}

static void block_id(const uint8_t *p, size_t n, uint8_t id[32])
{
	uint8_t text[18 + 4 + 64 * 32];
	size_t blocks = 0;

	memcpy(text, "evx-chunk-blocks/1", 18);
	evx_put_be32(text + 18, (uint32_t)n);
	for (size_t at = 0; at < n; at += 65536, blocks++)
		evx_sha256(p + at, n - at < 65536 ? n - at : 65536, text + 22 + 32 * blocks);
	evx_sha256(text, 22 + 32 * blocks, id);
}

static void add_chunk(struct expected *x, size_t n, const uint8_t id[32])
{
	x->lengths[x->n_chunks] = n;
	memcpy(x->ids[x->n_chunks++], id, 32);
}

/* The group of the count files that end before file i. */
static void end_group(struct expected *x, size_t i, size_t *count, size_t *bytes)
{
	uint8_t id[32];

	if (*count > 0) {
		file_id(&x->files[i - *count], *count, id);
		add_chunk(x, *bytes, id);
	}
	*count = *bytes = 0;
}

static void cut(struct expected *x, const struct file *f)
{
	struct evx_chunker c;
	uint8_t id[32];

	evx_chunker_init(&c);
	for (size_t at = 0, n; at < f->n; at += n) {
		n = evx_chunker_cut(&c, pool + f->at + at, f->n - at, true);
		block_id(pool + f->at + at, n, id);
		add_chunk(x, n, id);
	}
}

static void expect(struct expected *x)
{
	size_t count = 0, bytes = 0;
	uint8_t digest[32];

	x->n_chunks = 0;
	for (size_t i = 0; i < x->n_files; i++) {
		const struct file *f = &x->files[i];

		if (f->n >= 262144 || bytes + f->n > 4194304)
			end_group(x, i, &count, &bytes);
		if (f->n > 4194304) {
			cut(x, f);
		} else if (f->n >= 262144) {
			file_id(f, 1, digest);
			add_chunk(x, f->n, digest);
		} else {
			count++;
			bytes += f->n;
			evx_sha256(pool + f->at, f->n, digest);
			if (bytes >= 1048576 &&
				(uint64_t)evx_get_be32(digest) * 1048576 < (uint64_t)f->n << 32)
				end_group(x, i + 1, &count, &bytes);
		}
	}
	end_group(x, x->n_files, &count, &bytes);
}

/* The salted Merkle root over the chunks of file f, which is line index. */
static void root_of(const struct expected *x, const struct file *f, const uint8_t secret[32],
	uint64_t index, uint8_t root[32])
{
	uint8_t text[80], key[32], salt[32], be[8], leaf[32];
	struct evx_merkle merkle;
	struct evx_chunker c;
	uint64_t offset = 0;

	(void)x;
	memcpy(text, "evx-range/1", 11);
	evx_put_be64(text + 11, index);
	evx_hmac_sha256(secret, 32, text, 19, key);
	evx_merkle_init(&merkle);
	evx_chunker_init(&c);
	while (offset < f->n) {
		size_t n = evx_chunker_cut(&c, pool + f->at + offset, f->n - offset, true);

		for (size_t at = 0; at < n; at += 65536) {
			const uint32_t length = (uint32_t)(n - at < 65536 ? n - at : 65536);

			evx_put_be64(be, merkle.count);
			evx_hmac_sha256(key, 32, be, 8, salt);
			text[0] = 3;
			memcpy(text + 1, salt, 32);
			evx_put_be64(text + 33, offset + at);
			evx_put_be32(text + 41, length);
			evx_sha256(pool + f->at + offset + at, length, text + 45);
			evx_sha256(text, 77, leaf);
			evx_merkle_add(&merkle, leaf);
		}
		offset += n;
	}
	text[0] = 4;
	evx_put_be64(text + 1, f->n);
	evx_put_be64(text + 9, merkle.count);
	evx_merkle_root(&merkle, text + 17);
	evx_sha256(text, 49, root);
}

/* ---- What was sealed --------------------------------------------------------------------- */

static void add_file(struct expected *x, size_t n, bool sparse)
{
	struct file *f = &x->files[x->n_files];

	assert_true(x->n_files < FILES && n + 37 * x->n_files <= POOL);
	f->at = 37 * x->n_files;
	f->n = n;
	f->sparse = sparse;
	(void)snprintf(f->path, sizeof(f->path), "s/%04zu", x->n_files++);
}

/* A file that ends no group, so that a row of them fills one to the brim. */
static void add_open_file(struct expected *x, size_t n)
{
	struct file *f = &x->files[x->n_files];
	uint8_t digest[32];

	add_file(x, n, false);
	do {
		f->at++;
		evx_sha256(pool + f->at, n, digest);
	} while ((uint64_t)evx_get_be32(digest) * 1048576 < (uint64_t)n << 32);
}

/* Lengths on both sides of every limit, and enough small files for several groups. */
static void all_lengths(struct expected *x)
{
	static const size_t lengths[] = { 1, 262143, 262144, 262143, 4194304, 1000, 4194305, 2000,
		5500000, 4194303, 3 };

	x->n_files = 0;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		add_file(x, lengths[i], i == 5 || i == 8);
	for (size_t i = 0; i < 120; i++)
		add_file(x, 5000 + 1999 * (i % 40), i % 7 == 0);
	for (size_t i = 0; i < 80; i++)
		add_file(x, 262100 - i, false);
	for (size_t i = 0; i < 33; i++)
		add_open_file(x, i == 16 ? 262144 - 1 : 262000);
}

static void seal_file(struct fixture *f, const struct file *file)
{
	struct evx_entry e = fixture_entry(EVX_FILE, file->path);
	const size_t half = file->sparse ? file->n / 2 : file->n;

	e.size = file->n + (file->sparse ? 1000 : 0);
	must(evx_payload_write_begin(f->w, e.size, &fixture_diag));
	fixture_data(f, pool + file->at, half);
	if (file->sparse) {
		e.has_map = true;
		must(evx_entry_add_extent(&e, 0, half));
		must(evx_entry_add_extent(&e, half + 1000, file->n - half));
		must(evx_payload_write_hole(f->w, 1000, &fixture_diag));
		fixture_data(f, pool + file->at + half, file->n - half);
	}
	must(evx_payload_write_end(f->w, &e, &fixture_diag));
}

struct found {
	const struct expected *x;
	size_t chunks;
	struct fixture *f;
	size_t roots;
};

static enum evx_err compare_chunk(
	void *ctx, uint8_t type, uint8_t level, const struct evx_ref *ref, struct evx_diag *diag)
{
	struct found *t = ctx;

	(void)level;
	(void)diag;
	if (type != EVX_FRAME_DATA)
		return EVX_OK;
	assert_true(t->chunks < t->x->n_chunks);
	assert_int_equal(ref->plain, t->x->lengths[t->chunks]);
	assert_memory_equal(ref->id, t->x->ids[t->chunks], 32);
	t->chunks++;
	return EVX_OK;
}

static enum evx_err compare_root(
	void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct found *t = ctx;
	uint8_t root[32];

	(void)diag;
	if (item->entry->type != EVX_FILE)
		return EVX_OK;
	assert_int_equal(item->entry->has_range_root, item->stored > 4194304);
	if (!item->entry->has_range_root)
		return EVX_OK;
	root_of(t->x, &t->x->files[item->index - 1], t->f->result.leaf_secret, item->index, root);
	assert_memory_equal(item->entry->range_root, root, 32);
	t->roots++;
	return EVX_OK;
}

static void as_specified(void **state)
{
	static struct expected x;

	(void)state;
	all_lengths(&x);
	expect(&x);
	for (unsigned jobs = 1; jobs <= 4; jobs++) {
		struct fixture f;
		struct found t = { &x, 0, &f, 0 };
		struct evx_listing_read_opts o = { .src = &f.src,
			.root = &f.result.listing,
			.leaf_secret = f.result.leaf_secret,
			.listing_root = f.result.listing_root,
			.content_known = true,
			.jobs = 1 };

		fixture_init(&f, jobs);
		fixture_begin(&f);
		fixture_dir(&f, "s");
		for (size_t i = 0; i < x.n_files; i++)
			seal_file(&f, &x.files[i]);
		fixture_finish(&f);
		assert_int_equal(f.result.chunks, x.n_chunks);
		must(evx_tree_read_all(&f.src, EVX_FRAME_DATA, &f.result.content, NULL,
			compare_chunk, &t, &fixture_diag));
		assert_int_equal(t.chunks, x.n_chunks);
		o.lines = f.result.lines;
		o.content_length = f.result.content_bytes;
		must(evx_listing_read(&o, compare_root, &t, &fixture_diag));
		assert_int_equal(t.roots, 2);
		fixture_free(&f);
	}
}

/* The guess of a file's size at its beginning changes nothing: it may grow, shrink, or come from a
 * pipe. */
static void guesses(void **state)
{
	static const uint64_t said[] = { 0, 1000, 4194304, 5000000, UINT64_MAX >> 1 };
	static const size_t stored[] = { 100, 300000, 5500000 };

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		static struct expected x;
		struct fixture f;
		struct found t = { &x, 0, &f, 0 };

		x.n_files = 0;
		for (size_t k = 0; k < 3; k++)
			add_file(&x, stored[k], false);
		expect(&x);
		fixture_init(&f, 2);
		fixture_begin(&f);
		fixture_dir(&f, "s");
		for (size_t k = 0; k < 3; k++) {
			struct evx_entry e = fixture_entry(EVX_FILE, x.files[k].path);

			e.size = stored[k];
			must(evx_payload_write_begin(f.w, said[i], &fixture_diag));
			fixture_data(&f, pool + x.files[k].at, stored[k]);
			must(evx_payload_write_end(f.w, &e, &fixture_diag));
		}
		fixture_finish(&f);
		must(evx_tree_read_all(&f.src, EVX_FRAME_DATA, &f.result.content, NULL,
			compare_chunk, &t, &fixture_diag));
		assert_int_equal(t.chunks, x.n_chunks);
		fixture_free(&f);
	}
}

/* A disclosure's chunks have ids by the same rule; its records come as text. */
static void disclosed(void **state)
{
	static struct expected x;
	struct fixture f;
	struct found t = { &x, 0, &f, 0 };
	struct evx_payload_write_opts o = {
		.jobs = 2, .disclosure = true, .sink = { fixture_pack, &f }
	};

	(void)state;
	x.n_files = 0;
	add_file(&x, 700, false);
	add_file(&x, 800, false);
	add_file(&x, 5500000, false);
	add_file(&x, 300000, false);
	add_file(&x, 900, false);
	expect(&x);
	fixture_init(&f, 2);
	o.secret = f.secret;
	must(evx_payload_write_new(&o, &f.w, &fixture_diag));
	for (size_t i = 0; i < x.n_files; i++) {
		/* Between them a record without bytes. */
		must(evx_payload_write_shown(
			f.w, (const uint8_t *)"d\n", 2, UINT64_MAX, &fixture_diag));
		must(evx_payload_write_begin(f.w, x.files[i].n, &fixture_diag));
		fixture_data(&f, pool + x.files[i].at, x.files[i].n / 2);
		must(evx_payload_write_hole(f.w, 12345, &fixture_diag));
		fixture_data(&f, pool + x.files[i].at + x.files[i].n / 2,
			x.files[i].n - x.files[i].n / 2);
		must(evx_payload_write_shown(f.w, (const uint8_t *)"f\n", 2, 0, &fixture_diag));
	}
	fixture_finish(&f);
	must(evx_tree_read_all(
		&f.src, EVX_FRAME_DATA, &f.result.content, NULL, compare_chunk, &t, &fixture_diag));
	assert_int_equal(t.chunks, x.n_chunks);
	fixture_free(&f);
}

/* ---- The functions by themselves --------------------------------------------------------- */

static void zeros(void **state)
{
	uint8_t *p = calloc(1, EVX_CHUNK_MAX), hash[32], naive[32];
	uint8_t blocks[EVX_CHUNK_BLOCKS][32];

	(void)state;
	for (size_t n = EVX_BLOCK_LEN - 1; n <= EVX_BLOCK_LEN; n++)
		for (size_t one = 0; one < 3; one++) {
			p[0] = one == 1;
			p[n - 1] = one == 2;
			evx_chunk_id_block(p, n, hash);
			evx_sha256(p, n, naive);
			assert_memory_equal(hash, naive, 32);
			p[0] = p[n - 1] = 0;
		}
	assert_int_equal(evx_chunk_id_blocks(p, EVX_CHUNK_MAX, blocks, hash), EVX_CHUNK_BLOCKS);
	block_id(p, EVX_CHUNK_MAX, naive);
	assert_memory_equal(hash, naive, 32);
	assert_int_equal(evx_chunk_id_blocks(p, 1, blocks, hash), 1);
	free(p);
}

static void guessed_ids(void **state)
{
	const struct file f = { "", 5, 300000, false };
	uint8_t ids[2][32], id[32];

	(void)state;
	evx_chunk_id_guess(pool + f.at, f.n, ids);
	file_id(&f, 1, id);
	assert_memory_equal(ids[0], id, 32);
	block_id(pool + f.at, f.n, id);
	assert_memory_equal(ids[1], id, 32);
}

/* However the bytes come, the root is the same; of another line, another cut or other bytes it is
 * not. */
static void range_reader(void **state)
{
	static const size_t steps[] = { 1, 65535, 65536, 65537, 200000, 1500000 };
	struct evx_range_reader *r = evx_range_reader_new();
	uint8_t secret[32] = { 9 }, first[32] = { 0 }, root[32];
	const size_t chunk = 1500000, n = 4500001;

	(void)state;
	assert_true(evx_range_root_due(4194305));
	assert_false(evx_range_root_due(4194304));
	/* A file that was left unfinished leaves nothing behind. */
	evx_range_reader_begin(r, secret, 1);
	must(evx_range_reader_data(r, pool, 10, false, NULL));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		evx_range_reader_begin(r, secret, 7);
		for (size_t at = 0; at < n;) {
			size_t end = (at / chunk + 1) * chunk < n ? (at / chunk + 1) * chunk : n,
			       step = end - at < steps[i] ? end - at : steps[i];

			if (steps[i] == 1 && at % 65536 == 10)
				step = end - at < 65000 ? end - at : 65000;
			must(evx_range_reader_data(r, pool + at, step, at + step == end, NULL));
			at += step;
		}
		must(evx_range_reader_root(r, root));
		if (i == 0)
			memcpy(first, root, 32);
		assert_memory_equal(root, first, 32);
	}
	evx_range_reader_begin(r, secret, 8);
	for (size_t at = 0; at < n; at += chunk)
		must(evx_range_reader_data(
			r, pool + at, n - at < chunk ? n - at : chunk, true, NULL));
	must(evx_range_reader_root(r, root));
	assert_memory_not_equal(root, first, 32);
	evx_range_reader_begin(r, secret, 7);
	must(evx_range_reader_data(r, pool, n, true, NULL));
	must(evx_range_reader_root(r, root));
	assert_memory_not_equal(root, first, 32);
	evx_range_reader_free(r);
	evx_range_reader_free(NULL);
}

static int setup(void **state)
{
	(void)state;
	pool = malloc(POOL);
	fixture_noise(pool, POOL, 3);
	memset(pool + 1500000, 0, 1000000);
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
		cmocka_unit_test(as_specified),
		cmocka_unit_test(guesses),
		cmocka_unit_test(disclosed),
		cmocka_unit_test(zeros),
		cmocka_unit_test(guessed_ids),
		cmocka_unit_test(range_reader),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
