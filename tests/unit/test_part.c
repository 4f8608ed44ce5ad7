/* Files in part: what SHOWN may say, and runs made and read, for every way to show and withhold. */
#include "testdata.h"

#include "base/buf.h"
#include "content/part_read.h"
#include "content/part_write.h"
#include "content/range.h"

#define K64 65536u
#define INDEX 5u

/* ---- text ------------------------------------------------------------------------------- */

static enum evx_err decode(const char *text, uint64_t stored, struct evx_part **out)
{
	return evx_part_decode((const uint8_t *)text, strlen(text), stored, out, NULL);
}

static void good_texts(void **state)
{
	static const struct {
		const char *text;
		uint64_t stored, run, shown;
	} rows[] = {
		/* The first of three blocks, the middle one, the last one, all but the middle one.
		 */
		{ "3,0+1@0+65536", 3 * K64, K64 + 36 + 64, K64 },
		{ "3,1+1@65536+65536", 3 * K64, K64 + 36 + 64, K64 },
		{ "3,2+1@131072+65536", 3 * K64, K64 + 36 + 32, K64 },
		{ "3,0+1@0+65536,2+1@131072+65536", 3 * K64, 2 * K64 + 72 + 32, 2 * K64 },
		/* Short blocks, and the largest numbers. */
		{ "3,1+1@1+1", 3, 1 + 36 + 64, 1 },
		{ "70368744177664,0+1@0+1", 70368744177664, 1 + 36 + 46 * 32, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evx_part *part;
		struct evx_buf again = EVX_BUF_INIT;

		assert_int_equal(decode(rows[i].text, rows[i].stored, &part), EVX_OK);
		assert_int_equal(evx_part_run(part), rows[i].run);
		assert_int_equal(evx_part_shown(part), rows[i].shown);
		assert_int_equal(evx_part_encode(part, &again), EVX_OK);
		assert_int_equal(again.len, strlen(rows[i].text));
		assert_memory_equal(again.data, rows[i].text, again.len);
		evx_buf_free(&again);
		evx_part_free(part);
	}
	evx_part_free(NULL);
}

static void bad_texts(void **state)
{
	static const char *const rows[] = {
		"",
		"3",
		"3,",
		",0+1@0+65536",
		"3,0+1@0+65536,",
		"3,0+1@0+65536 ",
		"03,0+1@0+65536",
		"3,00+1@0+65536",
		"3,0+1@0+065536",
		"3,+1@0+65536",
		"3,0+1@0",
		"3,0@0+65536",
		"3,0-1@0+65536",
		"3,0+1@0+65536,0+1@0+65536",
		"3;0+1@0+65536",
		"x,0+1@0+65536",
		"3,0+1@0+99999999999999999999",
		"3,0+1@0+9223372036854775808",
		/* no block, no byte, more bytes than its blocks, fewer */
		"3,0+0@0+65536",
		"3,0+1@0+0",
		"3,0+1@0+65537",
		"3,0+2@0+1",
		/* past the end: in blocks, in bytes */
		"3,3+1@131072+65536",
		"3,2+2@65536+131072",
		"3,0+1@196608+1",
		"3,2+1@131072+65537",
		"3,1+1@18446744073709551615+1",
		/* the gap before, between and behind has too many or too few bytes, or is none */
		"3,0+1@1+65535",
		"3,1+1@0+65536",
		"3,1+1@65537+65535",
		"9,1+1@131072+65536",
		"3,2+1@131072+65535",
		"2,0+1@0+65536",
		"4,0+1@0+65536,1+1@65536+65536",
		"4,0+1@0+65536,2+1@65536+65536",
		"4,2+1@131072+65536,0+1@0+65536",
		/* nothing is withheld; more blocks than any file has */
		"3,0+3@0+196608",
		"70368744177665,0+1@0+1",
	};
	struct evx_part *part;
	struct evx_part made = { .blocks = 3, .stored = 3 * K64 };
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (decode(rows[i], 3 * K64, &part) != EVX_E_CORRUPT)
			fail_msg("taken: %s", rows[i]);
		assert_null(part);
	}
	assert_int_equal(
		evx_part_decode((const uint8_t *)"3,0+1@0+65536\0", 14, 3 * K64, &part, NULL),
		EVX_E_CORRUPT);
	assert_int_equal(evx_part_encode(&made, &out), EVX_E_USAGE);
	evx_buf_free(&out);
}

static void too_many_pieces(void **state)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_part *part;

	(void)state;
	assert_int_equal(evx_buf_adds(&text, "3000"), EVX_OK);
	for (unsigned i = 0; i < EVX_PART_PIECES_MAX; i++)
		assert_int_equal(evx_buf_addf(&text, ",%u+1@%u+1", 2 * i, 2 * i), EVX_OK);
	assert_int_equal(evx_part_decode(text.data, text.len, 3000, &part, NULL), EVX_OK);
	assert_int_equal(part->n, EVX_PART_PIECES_MAX);
	evx_part_free(part);
	assert_int_equal(evx_buf_addf(&text, ",2900+1@2900+1"), EVX_OK);
	assert_int_equal(evx_part_decode(text.data, text.len, 3000, &part, NULL), EVX_E_LIMIT);
	evx_buf_free(&text);
}

/* ---- subtrees --------------------------------------------------------------------------- */

/* Counts the largest subtrees of RFC 6962 section 2.1 over n blocks from `at` on without a block in
 * shown (bit i: block i), by the definition. */
static unsigned largest(unsigned at, unsigned n, unsigned shown)
{
	unsigned k = 1;

	if ((shown >> at & ((1u << n) - 1)) == 0)
		return 1;
	if (n == 1)
		return 0;
	while (k * 2 < n)
		k *= 2;
	return largest(at, k, shown) + largest(at + k, n - k, shown);
}

static void subtrees(void **state)
{
	(void)state;
	for (unsigned n = 2; n <= 11; n++)
		for (unsigned shown = 1; shown + 1 < 1u << n; shown++) {
			struct evx_part_piece at[8];
			struct evx_part part = { .blocks = n, .stored = n, .at = at };
			unsigned hashes = 0;
			uint64_t from, to;

			for (unsigned i = 0; i < n; i++) {
				if ((shown >> i & 1) == 0)
					continue;
				if (i == 0 || (shown >> (i - 1) & 1) == 0)
					at[part.n++] = (struct evx_part_piece){ i, 0, i, 0 };
				at[part.n - 1].count++;
				at[part.n - 1].length++;
			}
			for (size_t i = 0; i <= part.n; i++)
				for (evx_part_gap(&part, i, &from, &to); from < to; hashes++)
					from += evx_part_subtree(from, to, n);
			assert_int_equal(hashes, largest(0, n, shown));
		}
}

/* ---- runs ------------------------------------------------------------------------------- */

/* A file of blocks of these lengths: a short one ends a chunk. */
static const uint32_t lengths[] = { K64, K64, 100, K64, 7, K64, K64, K64, 65535, K64, 1 };
#define BLOCKS (sizeof(lengths) / sizeof(lengths[0]))

struct file {
	uint8_t *bytes;
	uint64_t offsets[BLOCKS + 1];
	uint8_t secret[32], root[32];
};

static void make_file(struct file *f)
{
	struct evx_range_reader *r = evx_range_reader_new();

	for (size_t i = 0; i < BLOCKS; i++)
		f->offsets[i + 1] = f->offsets[i] + lengths[i];
	f->bytes = malloc(f->offsets[BLOCKS]);
	assert_true(r != NULL && f->bytes != NULL);
	for (uint64_t i = 0; i < f->offsets[BLOCKS]; i++)
		f->bytes[i] = (uint8_t)(i * 2654435761u >> 13);
	memset(f->secret, 0x42, sizeof(f->secret));
	evx_range_reader_begin(r, f->secret, INDEX);
	for (size_t i = 0; i < BLOCKS; i++)
		assert_int_equal(evx_range_reader_data(r, f->bytes + f->offsets[i], lengths[i],
					 lengths[i] < K64, NULL),
			EVX_OK);
	assert_int_equal(evx_range_reader_root(r, f->root), EVX_OK);
	evx_range_reader_free(r);
}

static enum evx_err collect(void *ctx, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	(void)diag;
	return evx_buf_add(ctx, p, n);
}

static void part_of(const struct file *f, unsigned shown, struct evx_part *part)
{
	part->blocks = BLOCKS;
	part->stored = f->offsets[BLOCKS];
	part->n = 0;
	for (size_t i = 0; i < BLOCKS; i++) {
		if ((shown >> i & 1) == 0)
			continue;
		if (i == 0 || (shown >> (i - 1) & 1) == 0)
			part->at[part->n++] = (struct evx_part_piece){ i, 0, f->offsets[i], 0 };
		part->at[part->n - 1].count++;
		part->at[part->n - 1].length += lengths[i];
	}
}

/* Writes the run, the file coming in steps of so many bytes, none of them over the end of a chunk.
 */
static enum evx_err write_run(const struct file *f, const struct evx_part *part, size_t step,
	const uint8_t root[32], struct evx_buf *out)
{
	struct evx_part_writer *w = evx_part_writer_new(part, f->secret, INDEX, collect, out);
	enum evx_err err = EVX_OK;

	assert_non_null(w);
	for (size_t i = 0; i < BLOCKS && err == EVX_OK; i++)
		for (size_t at = 0; at < lengths[i] && err == EVX_OK; at += step) {
			const size_t n = lengths[i] - at < step ? lengths[i] - at : step;

			err = evx_part_writer_data(w, f->bytes + f->offsets[i] + at, n,
				at + n == lengths[i] && lengths[i] < K64, NULL);
		}
	if (err == EVX_OK)
		err = evx_part_writer_end(w, root, NULL);
	evx_part_writer_free(w);
	return err;
}

struct seen {
	const struct file *f;
	uint64_t bytes;
	bool other; /* than those of the file there */
};

static enum evx_err see(
	void *ctx, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct seen *s = ctx;

	(void)diag;
	s->bytes += n;
	s->other |= offset + n > s->f->offsets[BLOCKS] || memcmp(s->f->bytes + offset, p, n) != 0;
	return EVX_OK;
}

static enum evx_err read_run(const struct evx_part *part, const uint8_t *p, size_t n, size_t step,
	struct seen *s, uint8_t root[32])
{
	struct evx_part_reader *r = evx_part_reader_new(part);
	enum evx_err err = EVX_OK;

	assert_non_null(r);
	for (size_t at = 0; at < n && err == EVX_OK; at += step)
		err = evx_part_reader_data(r, p + at, n - at < step ? n - at : step, see, s, NULL);
	if (err == EVX_OK)
		err = evx_part_reader_root(r, root, NULL);
	evx_part_reader_free(r);
	return err;
}

static void runs(void **state)
{
	static const size_t steps[] = { 1000, K64, 1u << 20 };
	struct file f = { 0 };
	struct evx_part_piece at[BLOCKS];
	struct evx_part part = { .at = at };

	(void)state;
	make_file(&f);
	for (unsigned shown = 1; shown + 1 < 1u << BLOCKS; shown += 13) {
		struct evx_buf run = EVX_BUF_INIT;
		uint8_t root[32];
		const size_t step = steps[shown % 3];
		struct seen s = { .f = &f };

		part_of(&f, shown, &part);
		assert_int_equal(write_run(&f, &part, step, f.root, &run), EVX_OK);
		assert_int_equal(run.len, evx_part_run(&part));
		assert_int_equal(read_run(&part, run.data, run.len, step, &s, root), EVX_OK);
		assert_memory_equal(root, f.root, 32);
		assert_int_equal(s.bytes, evx_part_shown(&part));
		assert_false(s.other);
		assert_int_equal(
			read_run(&part, run.data, run.len - 1, step, &s, root), EVX_E_TRUNCATED);
		evx_buf_free(&run);
	}
	free(f.bytes);
}

/* Whatever one byte of a run becomes, it is no part of the file. */
static void changed_runs(void **state)
{
	struct file f = { 0 };
	struct evx_part_piece at[BLOCKS];
	struct evx_part part = { .at = at };
	struct evx_buf run = EVX_BUF_INIT;

	(void)state;
	make_file(&f);
	part_of(&f, 1u << 2 | 1u << 4 | 1u << 10, &part);
	assert_int_equal(write_run(&f, &part, K64, f.root, &run), EVX_OK);
	for (size_t i = 0; i < run.len; i++) {
		struct seen s = { .f = &f };
		uint8_t root[32];
		enum evx_err err;

		run.data[i] ^= 1;
		err = read_run(&part, run.data, run.len, K64, &s, root);
		assert_true(err == EVX_OK || err == EVX_E_FORGED);
		assert_true(err == EVX_E_FORGED || memcmp(root, f.root, 32) != 0);
		run.data[i] ^= 1;
	}
	evx_buf_free(&run);
	free(f.bytes);
}

/* The same run under another SHOWN: another place, another number of blocks. */
static void other_places(void **state)
{
	struct file f = { 0 };
	struct evx_part_piece at[BLOCKS];
	struct evx_part part = { .at = at };
	struct evx_buf run = EVX_BUF_INIT;
	uint8_t root[32];
	struct seen s = { .f = &f };

	(void)state;
	make_file(&f);
	part_of(&f, 1u << 5, &part);
	assert_int_equal(write_run(&f, &part, K64, f.root, &run), EVX_OK);
	at[0].offset--;
	assert_int_equal(read_run(&part, run.data, run.len, K64, &s, root), EVX_OK);
	assert_memory_not_equal(root, f.root, 32);
	at[0].offset++;
	part.stored++;
	assert_int_equal(read_run(&part, run.data, run.len, K64, &s, root), EVX_OK);
	assert_memory_not_equal(root, f.root, 32);
	part.stored--;
	at[0].first--;
	assert_int_equal(evx_part_run(&part), run.len); /* but its hashes stand elsewhere */
	assert_int_equal(read_run(&part, run.data, run.len, K64, &s, root), EVX_E_FORGED);
	at[0].first++;
	assert_int_equal(read_run(&part, run.data, run.len, K64, &s, root), EVX_OK);
	assert_memory_equal(root, f.root, 32);
	evx_buf_free(&run);
	free(f.bytes);
}

/* A plan that is not that of the file, or a range root that is not: nothing of it is given out. */
static void other_files(void **state)
{
	struct file f = { 0 };
	struct evx_part_piece at[BLOCKS];
	struct evx_part part = { .at = at };
	struct evx_buf run = EVX_BUF_INIT;
	uint8_t other[32] = { 0 };

	(void)state;
	make_file(&f);
	part_of(&f, 1u << 3, &part);
	assert_int_equal(write_run(&f, &part, K64, other, &run), EVX_E_FORGED);
	at[0].offset++;
	assert_int_equal(write_run(&f, &part, K64, f.root, &run), EVX_E_FORGED);
	at[0].offset--;
	part.blocks--;
	assert_int_equal(write_run(&f, &part, K64, f.root, &run), EVX_E_FORGED);
	part.blocks += 2;
	assert_int_equal(write_run(&f, &part, K64, f.root, &run), EVX_E_FORGED);
	evx_buf_free(&run);
	free(f.bytes);
}

/* ---- ranges of the file ----------------------------------------------------------------- */

static void ranges(void **state)
{
	struct evx_extent map[] = { { 100, 10 }, { 200, 20 }, { 300, 5 } };
	struct evx_entry e;
	struct evx_extent *at = NULL;
	size_t n = 0;

	(void)state;
	evx_entry_init(&e);
	e.size = 1000;
	assert_int_equal(evx_part_ranges(&e, 3, 4, &at, &n), EVX_OK);
	assert_int_equal(evx_part_ranges(&e, 7, 1, &at, &n), EVX_OK);
	assert_int_equal(n, 1);
	assert_int_equal(at[0].offset, 3);
	assert_int_equal(at[0].length, 5);
	e.has_map = true;
	e.extents = map;
	e.n_extents = 3;
	assert_int_equal(evx_part_ranges(&e, 8, 23, &at, &n), EVX_OK);
	assert_int_equal(n, 4);
	assert_int_equal(at[1].offset, 108);
	assert_int_equal(at[1].length, 2);
	assert_int_equal(at[2].offset, 200);
	assert_int_equal(at[2].length, 20);
	assert_int_equal(at[3].offset, 300);
	assert_int_equal(at[3].length, 1);
	free(at);
}

/* The pieces of a part in the file, the second and the third of which touch there. */
static void located(void **state)
{
	struct evx_extent map[] = { { 100, 10 }, { 200, 20 }, { 300, 5 } };
	struct evx_part_piece pieces[] = { { 0, 1, 2, 3 }, { 2, 1, 9, 2 }, { 3, 1, 11, 4 } };
	struct evx_part part = { .blocks = 5, .stored = 35, .at = pieces, .n = 3 };
	struct evx_entry e;

	(void)state;
	evx_entry_init(&e);
	e.size = 1000;
	e.has_map = true;
	e.extents = map;
	e.n_extents = 3;
	assert_int_equal(evx_part_locate(&part, &e), EVX_OK);
	assert_int_equal(part.nranges, 3);
	assert_int_equal(part.ranges[0].offset, 102);
	assert_int_equal(part.ranges[0].length, 3);
	assert_int_equal(part.ranges[1].offset, 109);
	assert_int_equal(part.ranges[1].length, 1);
	assert_int_equal(part.ranges[2].offset, 200);
	assert_int_equal(part.ranges[2].length, 5);
	free(part.ranges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_texts),
		cmocka_unit_test(bad_texts),
		cmocka_unit_test(too_many_pieces),
		cmocka_unit_test(subtrees),
		cmocka_unit_test(runs),
		cmocka_unit_test(changed_runs),
		cmocka_unit_test(other_places),
		cmocka_unit_test(other_files),
		cmocka_unit_test(ranges),
		cmocka_unit_test(located),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
