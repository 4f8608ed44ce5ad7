/* Short files compared several at a time: whatever is wrong with a payload, what is said and in
 * which order is the same as with one thread. */
#include "open/contents.h"
#include "payload_fixture.h"
#include "sampled.h"

#define POOL 6000000u
#define SMALL 150u

static uint8_t *pool;
static struct fixture f;
static struct evx_content_part part;

/* Groups of small files, files that are a chunk, some that are cut or sparse, and other things
 * between them. */
static void seal(void)
{
	struct evx_entry e;
	char path[32];

	fixture_init(&f, 2);
	fixture_begin(&f);
	fixture_dir(&f, "s");
	for (unsigned i = 0; i < SMALL; i++) {
		(void)snprintf(path, sizeof(path), "s/a%03u", i);
		fixture_file(&f, path, pool + i * 11, i % 7 == 0 ? 0 : i * 37 % 9001);
	}
	fixture_file(&f, "s/b-chunk", pool, 300000);
	fixture_file(&f, "s/c-cut", pool, 4300000);
	fixture_dir(&f, "s/d");
	fixture_file(&f, "s/d/largest", pool + 1, 4194304);
	fixture_file(&f, "s/d/small", pool + 2, 5000);
	e = fixture_entry(EVX_FILE, "s/e-first");
	e.size = 700000;
	e.is_hard_link = true;
	must(evx_payload_write_begin(f.w, e.size, &fixture_diag));
	fixture_data(&f, pool + 3, 700000);
	must(evx_payload_write_end(f.w, &e, &fixture_diag));
	e = fixture_entry(EVX_FILE, "s/f-link");
	e.has_hardlink = true;
	e.hardlink_index = SMALL + 6;
	must(evx_payload_write_entry(f.w, &e, &fixture_diag));
	e = fixture_entry(EVX_FILE, "s/g-sparse");
	e.size = 9000;
	e.has_map = true;
	must(evx_entry_add_extent(&e, 4096, 2000));
	must(evx_payload_write_begin(f.w, e.size, &fixture_diag));
	must(evx_payload_write_hole(f.w, 4096, &fixture_diag));
	fixture_data(&f, pool, 2000);
	must(evx_payload_write_hole(f.w, 2904, &fixture_diag));
	must(evx_payload_write_end(f.w, &e, &fixture_diag));
	e = fixture_entry(EVX_SYMLINK, "s/h-link");
	must(evx_entry_set_link_target(&e, "a000", 4));
	must(evx_payload_write_entry(f.w, &e, &fixture_diag));
	e = fixture_entry(EVX_FILE, "s/i-closed");
	e.size = 10;
	must(evx_entry_read_failed(&e, 13, "open"));
	must(evx_payload_write_entry(f.w, &e, &fixture_diag));
	for (unsigned i = 0; i < SMALL; i++) {
		(void)snprintf(path, sizeof(path), "s/j%03u", i);
		fixture_file(&f, path, pool + i * 13, 8000);
	}
	fixture_finish(&f);
	part = (struct evx_content_part){
		.lines = f.result.lines, .listing = f.result.listing, .content = f.result.content
	};
	memcpy(part.leaf_secret, f.result.leaf_secret, sizeof(part.leaf_secret));
}

struct seen {
	struct evx_buf text;
	size_t ends, fail_at; /* 0: never */
	bool bad;
	struct evx_progress progress;
};

static enum evx_err end(void *ctx, const struct evx_listing_item *item, enum evx_err bad,
	const struct evx_diag *why, struct evx_diag *diag)
{
	struct seen *seen = ctx;
	char line[1024];

	seen->bad |= bad != EVX_OK;
	(void)snprintf(line, sizeof(line), "%llu %s %s %s\n", (unsigned long long)item->index,
		item->entry->path, evx_err_name(bad), bad == EVX_OK ? "" : why->text);
	assert_int_equal(evx_buf_add(&seen->text, line, strlen(line)), EVX_OK);
	return ++seen->ends == seen->fail_at ? evx_fail(diag, EVX_E_MEMORY, "enough") : EVX_OK;
}

static enum evx_err visit(unsigned jobs, const struct evx_cancel *cancel, struct seen *seen)
{
	const struct evx_contents_visitor v = { .ctx = seen, .end = end };
	const struct evx_contents_opts o = { .src = &f.src,
		.part = &part,
		.listing_root = f.result.listing_root,
		.jobs = jobs,
		.cancel = cancel,
		.progress = &seen->progress,
		.unchecked = true,
		.ranges = true };
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_contents_visit(&o, &v, &diag);

	if (err != EVX_OK)
		assert_int_equal(evx_buf_add(&seen->text, diag.text, strlen(diag.text)), EVX_OK);
	return err;
}

static const unsigned several[] = { 2, 5 };
#define SEVERAL (sizeof(several) / sizeof(several[0]))

/* What one thread finds, all find. */
static enum evx_err compare_all(void)
{
	struct seen one = { .text = EVX_BUF_INIT };
	const enum evx_err err = visit(1, NULL, &one);

	for (size_t i = 0; i < SEVERAL; i++) {
		struct seen all = { .text = EVX_BUF_INIT };

		assert_int_equal(visit(several[i], NULL, &all), err);
		assert_int_equal(all.ends, one.ends);
		assert_int_equal(all.text.len, one.text.len);
		assert_memory_equal(all.text.data, one.text.data, one.text.len);
		assert_int_equal(atomic_load(&all.progress.files_done),
			atomic_load(&one.progress.files_done));
		if (err == EVX_OK && !one.bad)
			assert_int_equal(
				atomic_load(&all.progress.bytes_done), f.result.content_bytes);
		evx_buf_free(&all.text);
	}
	evx_buf_free(&one.text);
	return err;
}

static void good(void **state)
{
	struct seen seen = { .text = EVX_BUF_INIT };

	(void)state;
	assert_int_equal(compare_all(), EVX_OK);
	assert_int_equal(visit(4, NULL, &seen), EVX_OK);
	assert_int_equal(seen.ends, f.result.lines);
	assert_false(seen.bad);
	evx_buf_free(&seen.text);
}

/* A byte changed here and there: in files of all kinds, in nodes and in the listing. */
static void changed(void **state)
{
	size_t bad_listings = 0;
	const size_t step = f.bytes.len / (EVERY(2) == 1 ? 11 : 3) + 1;

	(void)state;
	for (size_t at = 100; at < f.bytes.len; at += step) {
		f.bytes.data[at] ^= 1;
		bad_listings += compare_all() != EVX_OK;
		f.bytes.data[at] ^= 1;
	}
	for (size_t at = 100; at < part.listing.ref.stored; at += part.listing.ref.stored / 3) {
		f.bytes.data[part.listing.ref.position + at] ^= 1;
		bad_listings += compare_all() != EVX_OK;
		f.bytes.data[part.listing.ref.position + at] ^= 1;
	}
	assert_true(bad_listings > 0);
}

/* The visitor has had enough: nothing comes behind that line. */
static void stopped(void **state)
{
	static const size_t at[] = { 1, 2, 63, 64, 65, 200, SMALL + 2, SMALL + 5, 2 * SMALL };

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		for (size_t k = 0; k < SEVERAL; k++) {
			struct seen seen = { .text = EVX_BUF_INIT, .fail_at = at[i] };

			assert_int_equal(visit(several[k], NULL, &seen), EVX_E_MEMORY);
			assert_int_equal(seen.ends, at[i]);
			evx_buf_free(&seen.text);
		}
}

static void interrupted(void **state)
{
	struct evx_cancel cancel = { 0 };

	(void)state;
	atomic_store(&cancel.stop, true);
	for (size_t k = 0; k < SEVERAL; k++) {
		struct seen seen = { .text = EVX_BUF_INIT };

		assert_int_equal(visit(several[k], &cancel, &seen), EVX_E_INTERRUPTED);
		evx_buf_free(&seen.text);
	}
}

static int setup(void **state)
{
	(void)state;
	pool = malloc(POOL);
	fixture_noise(pool, POOL, 6);
	memset(pool + 1000000, 0, 500000);
	seal();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_free(&f);
	free(pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(changed),
		cmocka_unit_test(stopped),
		cmocka_unit_test(interrupted),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
