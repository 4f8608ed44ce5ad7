/* open/contents.h: every byte of every file is given once, where it stands in the file, and
 * compared before the file ends; what is wrong with one file does not spoil the next. */
#include "open/contents.h"
#include "payload_fixture.h"

#define BIG 4500000u /* more than a chunk: it has a range root */
#define FIRST 700000u
#define SIZE_MOST BIG

static uint8_t *noise;
static struct fixture f;
static struct evx_content_part part;

/* The lines: what they are, and which bytes of the noise are theirs. */
enum { DIR, SMALL, LARGE, SPARSE, FIRST_NAME, OTHER_NAME, EMPTY, LINK, LAST, LINES };
static const struct {
	const char *path;
	size_t size, from;
	bool file, repeats;
} lines[LINES] = { { "s", 0, 0, false, false }, { "s/a", 500, 1, true, false },
	{ "s/b", BIG, 2, true, false }, { "s/c", 20000, 3, true, false },
	{ "s/d", FIRST, 4, true, false }, { "s/e", FIRST, 4, true, true },
	{ "s/f", 0, 0, true, false }, { "s/g", 0, 0, false, false }, { "s/h", 1, 5, true, false } };
/* The parts of SPARSE that are no holes. */
static const struct evx_extent extents[] = { { 4096, 2000 }, { 10000, 3000 } };

static void seal(void)
{
	struct evx_entry e;

	fixture_init(&f, 1);
	fixture_begin(&f);
	fixture_dir(&f, "s");
	fixture_file(&f, lines[SMALL].path, noise + 1, 500);
	fixture_file(&f, lines[LARGE].path, noise + 2, BIG);
	e = fixture_entry(EVX_FILE, lines[SPARSE].path);
	e.size = lines[SPARSE].size;
	e.has_map = true;
	for (size_t i = 0; i < 2; i++)
		must(evx_entry_add_extent(&e, extents[i].offset, extents[i].length));
	must(evx_payload_write_begin(f.w, e.size, &fixture_diag));
	must(evx_payload_write_hole(f.w, 4096, &fixture_diag));
	fixture_data(&f, noise + 3 + 4096, 2000);
	must(evx_payload_write_hole(f.w, 10000 - 6096, &fixture_diag));
	fixture_data(&f, noise + 3 + 10000, 3000);
	must(evx_payload_write_hole(f.w, 7000, &fixture_diag));
	must(evx_payload_write_end(f.w, &e, &fixture_diag));
	e = fixture_entry(EVX_FILE, lines[FIRST_NAME].path);
	e.size = FIRST;
	e.is_hard_link = true;
	must(evx_payload_write_begin(f.w, e.size, &fixture_diag));
	fixture_data(&f, noise + 4, FIRST);
	must(evx_payload_write_end(f.w, &e, &fixture_diag));
	e = fixture_entry(EVX_FILE, lines[OTHER_NAME].path);
	e.has_hardlink = true;
	e.hardlink_index = FIRST_NAME;
	must(evx_payload_write_entry(f.w, &e, &fixture_diag));
	fixture_file(&f, lines[EMPTY].path, "", 0);
	e = fixture_entry(EVX_SYMLINK, lines[LINK].path);
	must(evx_entry_set_link_target(&e, "a", 1));
	must(evx_payload_write_entry(f.w, &e, &fixture_diag));
	fixture_file(&f, lines[LAST].path, noise + 5, 1);
	fixture_finish(&f);
	part = (struct evx_content_part){
		.lines = f.result.lines, .listing = f.result.listing, .content = f.result.content
	};
	memcpy(part.leaf_secret, f.result.leaf_secret, sizeof(part.leaf_secret));
	assert_int_equal(part.lines, LINES);
}

/* ---- A source that may fail */

static struct {
	uint64_t from, to; /* bytes of sequence 0 that cannot be read: none while to is 0 */
	enum evx_err err;
} broken;

static enum evx_err read_or_not(void *ctx, uint32_t sequence, uint64_t position, uint8_t *p,
	size_t n, struct evx_diag *diag)
{
	if (sequence == 0 && position < broken.to && position + n > broken.from)
		return evx_fail(diag, broken.err, "source: it broke");
	return fixture_read(ctx, sequence, position, p, n, diag);
}

/* ---- A visitor that looks at all it is told */

struct visitor {
	uint8_t *got; /* the file at hand, holes left as 0xaa */
	size_t given, begun, ended;
	int only;                     /* the one line whose bytes are wanted; -1: as it comes */
	size_t fail_begin, fail_data; /* 0: never; else at this call */
	size_t fail_end, data_calls;
	enum evx_err bad[LINES];
	char why[LINES][128];
	bool has_line, cut, cut_seen;
};

static bool is_wanted(const struct visitor *v, size_t i)
{
	return lines[i].file && (v->only >= 0 ? i == (size_t)v->only : !lines[i].repeats);
}

static bool wants(void *ctx, const struct evx_listing_item *item)
{
	const struct visitor *v = ctx;

	assert_true(lines[item->index].file);
	return item->index == (size_t)v->only;
}

static enum evx_err begin(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct visitor *v = ctx;

	assert_int_equal(item->index, v->begun);
	assert_int_equal(item->original_index, v->begun);
	assert_string_equal(item->entry->path, lines[v->begun].path);
	assert_int_equal(item->repeats, lines[v->begun].repeats);
	assert_int_equal(item->line != NULL, v->has_line);
	if (v->has_line) {
		assert_int_equal(item->line[item->line_len - 1], '\n');
		assert_int_equal(item->line[0], '{');
	}
	memset(v->got, 0xaa, SIZE_MOST);
	v->given = 0;
	return ++v->begun == v->fail_begin ? evx_fail(diag, EVX_E_EXISTS, "begin") : EVX_OK;
}

static enum evx_err data(
	void *ctx, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct visitor *v = ctx;

	assert_true(n > 0 && offset <= SIZE_MOST && n <= SIZE_MOST - offset);
	for (size_t i = 0; i<n; i += n> 1 ? n - 1 : 1)
		assert_int_equal(v->got[offset + i], 0xaa); /* not given before */
	memcpy(v->got + offset, p, n);
	v->given += n;
	v->cut_seen = v->cut_seen || v->cut;
	return ++v->data_calls == v->fail_data ? evx_fail(diag, EVX_E_EXISTS, "data") : EVX_OK;
}

static void check_bytes(const struct visitor *v, size_t i)
{
	const uint8_t *from = noise + lines[i].from;

	if (i != SPARSE) {
		assert_int_equal(v->given, lines[i].size);
		assert_memory_equal(v->got, from, lines[i].size);
		return;
	}
	assert_int_equal(v->given, 5000);
	for (size_t k = 0; k < 2; k++)
		assert_memory_equal(
			v->got + extents[k].offset, from + extents[k].offset, extents[k].length);
}

static enum evx_err end(void *ctx, const struct evx_listing_item *item, enum evx_err bad,
	const struct evx_diag *why, struct evx_diag *diag)
{
	struct visitor *v = ctx;
	const size_t i = v->ended++;

	assert_int_equal(item->index, i);
	v->bad[i] = bad;
	(void)snprintf(v->why[i], sizeof(v->why[i]), "%.127s", bad == EVX_OK ? "" : why->text);
	if (bad != EVX_E_EXISTS) /* what the visitor itself said */
		assert_int_equal(why->code, bad);
	if (!is_wanted(v, i))
		assert_int_equal(v->given, 0);
	else if (bad == EVX_OK)
		check_bytes(v, i);
	return v->ended == v->fail_end ? evx_fail(diag, EVX_E_EXISTS, "end") : EVX_OK;
}

static struct evx_progress progress;
static uint64_t unhashed;

static enum evx_err visit(struct visitor *v, unsigned jobs, bool ranges, struct evx_diag *diag)
{
	struct evx_payload_source src = f.src;
	const struct evx_contents_visitor how = { .ctx = v,
		.lines = v->has_line,
		.cut = &v->cut,
		.wants = v->only >= 0 ? wants : NULL,
		.begin = begin,
		.data = data,
		.end = end };
	const struct evx_contents_opts o = { .src = &src,
		.part = &part,
		.listing_root = f.result.listing_root,
		.jobs = jobs,
		.progress = &progress,
		.unhashed = &unhashed,
		.ranges = ranges };
	enum evx_err err;

	src.read = read_or_not;
	memset(&progress, 0, sizeof(progress));
	unhashed = 99;
	v->got = malloc(SIZE_MOST);
	assert_non_null(v->got);
	err = evx_contents_visit(&o, &how, diag);
	free(v->got);
	return err;
}

static void all_good(const struct visitor *v)
{
	assert_int_equal(v->begun, LINES);
	assert_int_equal(v->ended, LINES);
	for (size_t i = 0; i < LINES; i++)
		if (v->bad[i] != EVX_OK)
			fail_msg("%s: %s", lines[i].path, v->why[i]);
}

static void test_all_bytes(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 8; k++) {
		struct visitor v = { .only = -1, .has_line = (k & 2) != 0 };

		must(visit(&v, k & 1 ? 3 : 1, (k & 4) != 0, &fixture_diag));
		all_good(&v);
		assert_true(v.cut_seen);
		assert_int_equal(atomic_load(&progress.bytes_done), f.result.content_bytes);
		assert_int_equal(atomic_load(&progress.files_done), 6);
		assert_int_equal(unhashed, 0);
	}
}

/* Each line alone; another name of a file, too, has its bytes. */
static void test_wanted(void **state)
{
	(void)state;
	for (int i = 0; i < LINES; i++)
		for (unsigned jobs = 1; jobs < 3; jobs++) {
			struct visitor v = { .only = i };
			const bool file = lines[i].file;

			must(visit(&v, jobs, true, &fixture_diag));
			all_good(&v);
			assert_int_equal(atomic_load(&progress.files_done), file);
			assert_int_equal(atomic_load(&progress.bytes_done),
				!file               ? 0 :
					i == SPARSE ? 5000 :
						      lines[i].size);
		}
}

/* The visitor's failures end everything, with what it said. */
static void test_failing_visitor(void **state)
{
	(void)state;
	for (unsigned jobs = 1; jobs < 3; jobs++)
		for (size_t at = 1; at <= 3 * LINES; at++) {
			struct visitor v = { .only = -1 };
			struct evx_diag diag = { 0 };
			const char *const says[] = { "begin", "data", "end" };

			if (at % 3 == 1 && at > 3 * 6)
				continue; /* there are not so many pieces */
			*(at % 3 == 0               ? &v.fail_begin :
					at % 3 == 1 ? &v.fail_data :
						      &v.fail_end) = (at + 2) / 3;
			assert_int_equal(visit(&v, jobs, false, &diag), EVX_E_EXISTS);
			assert_int_equal(diag.code, EVX_E_EXISTS);
			assert_string_equal(diag.text, says[at % 3]);
			if (at % 3 == 0) {
				assert_int_equal(v.begun, at / 3);
				assert_int_equal(v.ended, at / 3 - 1);
			} else if (at % 3 == 1) {
				assert_int_equal(v.data_calls, (at + 2) / 3);
				assert_int_equal(v.begun, v.ended); /* it heard of its end */
			} else {
				assert_int_equal(v.ended, (at + 2) / 3);
			}
		}
}

/* Only this line is bad, and so is what it is another name of, if its bytes are asked for. */
static void only_bad(const struct visitor *v, size_t line, enum evx_err err, const char *why)
{
	assert_int_equal(v->ended, LINES);
	for (size_t i = 0; i < LINES; i++)
		if (v->bad[i] != (i == line ? err : EVX_OK))
			fail_msg("%s: %s (%s)", lines[i].path, evx_err_name(v->bad[i]), v->why[i]);
	if (strstr(v->why[line], why) == NULL)
		fail_msg("%s: %s", lines[line].path, v->why[line]);
}

/* Where the bytes of a file stand: frames lie in the order of the lines. */
static size_t frame_of(size_t line)
{
	static const size_t files[] = { SMALL, LARGE, SPARSE, FIRST_NAME, LAST };
	size_t at = 0;

	for (size_t i = 0; files[i] != line; i++)
		at += files[i] == SPARSE ? 5000 : lines[files[i]].size;
	return at + 300;
}

/* A byte changed in each file; a place that cannot be read. What is wrong stays with its file. */
static void test_one_bad_file(void **state)
{
	static const size_t files[] = { LARGE, FIRST_NAME };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (unsigned jobs = 1; jobs < 3; jobs++) {
			const size_t at = frame_of(files[i]) + lines[files[i]].size / 2;
			struct visitor v = { .only = -1 };

			f.bytes.data[at] ^= 1;
			must(visit(&v, jobs, false, &fixture_diag));
			f.bytes.data[at] ^= 1;
			only_bad(&v, files[i], EVX_E_FORGED, "");
			v = (struct visitor){ .only = -1 };
			broken.from = at;
			broken.to = at + 1;
			broken.err = EVX_E_IO;
			must(visit(&v, jobs, false, &fixture_diag));
			only_bad(&v, files[i], EVX_E_IO, "it broke");
			broken.err = EVX_E_NOT_FOUND;
			v = (struct visitor){ .only = -1 };
			must(visit(&v, jobs, false, &fixture_diag));
			only_bad(&v, files[i], EVX_E_NOT_FOUND, "it broke");
			/* What is no fault of the file ends everything. */
			broken.err = EVX_E_MEMORY;
			v = (struct visitor){ .only = -1 };
			{
				struct evx_diag diag = { 0 };

				assert_int_equal(visit(&v, jobs, false, &diag), EVX_E_MEMORY);
				assert_string_equal(diag.text, "source: it broke");
			}
			assert_int_equal(v.ended, files[i] + 1);
			broken.to = 0;
		}
}

/* The sealer said something else of the file's parts than of the whole: salts that are others give
 * another root. Only where it is asked for. */
static void test_range_root(void **state)
{
	(void)state;
	part.leaf_secret[31] ^= 1;
	for (unsigned jobs = 1; jobs < 3; jobs++) {
		struct visitor v = { .only = -1 };

		must(visit(&v, jobs, true, &fixture_diag));
		only_bad(&v, LARGE, EVX_E_FORGED, "The range_root is not that of the bytes");
		v = (struct visitor){ .only = -1 };
		must(visit(&v, jobs, false, &fixture_diag));
		all_good(&v);
	}
	part.leaf_secret[31] ^= 1;
}

static void test_differs(void **state)
{
	struct evx_diag why = { 0 };

	(void)state;
	assert_int_equal(evx_contents_differs(NULL, &why), EVX_OK);
	assert_int_equal(why.code, EVX_OK);
	assert_int_equal(evx_contents_differs("md5", &why), EVX_E_FORGED);
	assert_int_equal(why.code, EVX_E_FORGED);
	assert_memory_equal(why.text, "The md5 differs", 15);
}

static int setup(void **state)
{
	(void)state;
	noise = malloc(SIZE_MOST + 16);
	if (noise == NULL || evx_crypto_init(NULL) != EVX_OK)
		return -1;
	fixture_noise(noise, SIZE_MOST + 16, 8);
	seal();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_free(&f);
	free(noise);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_bytes),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_failing_visitor),
		cmocka_unit_test(test_one_bad_file),
		cmocka_unit_test(test_range_root),
		cmocka_unit_test(test_differs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
