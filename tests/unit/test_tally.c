#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "open/tally.h"

static void line(struct evx_tally *t, const struct evx_entry *like)
{
	evx_tally_line(t, like, like->type == EVX_FILE ? like->size : 0);
}

/* One line of each kind, and the details that an honest sealer writes of them. */
static void make(struct evx_tally *t, struct evx_details *d)
{
	static char text[] = "EIO";
	struct evx_extent gap = { 5, 7 };

	memset(t, 0, sizeof(*t));
	memset(d, 0, sizeof(*d));
	line(t, &(struct evx_entry){ .type = EVX_DIR });
	line(t, &(struct evx_entry){ .type = EVX_DIR, .read_error = text });
	line(t,
		&(struct evx_entry){
			.type = EVX_DIR, .not_crossed = true, .metadata_errors = text });
	line(t, &(struct evx_entry){ .type = EVX_SYMLINK });
	line(t, &(struct evx_entry){ .type = EVX_SYMLINK, .read_error = text });
	line(t, &(struct evx_entry){ .type = EVX_FIFO });
	line(t, &(struct evx_entry){ .type = EVX_FILE, .size = 100, .has_sha256 = true });
	line(t,
		&(struct evx_entry){ .type = EVX_FILE,
			.size = 20,
			.has_sha256 = true,
			.changed_while_reading = true });
	line(t,
		&(struct evx_entry){ .type = EVX_FILE,
			.size = 20,
			.has_sha256 = true,
			.changed_while_reading = true,
			.has_hardlink = true,
			.metadata_errors = text });
	line(t,
		&(struct evx_entry){ .type = EVX_FILE,
			.size = 30,
			.has_sparse_sha256 = true,
			.bad = &gap,
			.n_bad = 1 });
	line(t, &(struct evx_entry){ .type = EVX_FILE, .size = 40, .has_sparse_sha256 = true });
	line(t, &(struct evx_entry){ .type = EVX_FILE, .skipped = true });
	d->counts.present = d->has_completeness = true;
	d->counts.lines = 12;
	d->counts.files = 5;
	d->counts.directories = 3;
	d->counts.links = 2;
	d->counts.others = 1;
	d->counts.bytes = d->counts.stored = 190;
	d->completeness = (struct evx_completeness){ .unreadable_files = 2,
		.unreadable_directories = 1,
		.unreadable_bytes = 7,
		.changed = 1,
		.not_crossed = 1,
		.excluded = 1,
		.metadata_errors = 2,
		.hashes_left_out = 1 };
}

static void honest(void **state)
{
	struct evx_tally t;
	struct evx_details d;

	(void)state;
	make(&t, &d);
	assert_int_equal(evx_tally_compare(&t, &d, NULL), EVX_OK);
	memset(&d, 0, sizeof(d)); /* counts may be left out, and details may not have been opened */
	assert_int_equal(evx_tally_compare(&t, &d, NULL), EVX_OK);
}

static void each_lie_is_found(void **state)
{
	struct evx_tally t;
	struct evx_details d;
	uint64_t *const numbers[] = { &d.counts.lines, &d.counts.files, &d.counts.directories,
		&d.counts.links, &d.counts.others, &d.counts.bytes, &d.counts.stored,
		&d.completeness.unreadable_files, &d.completeness.unreadable_directories,
		&d.completeness.unreadable_bytes, &d.completeness.changed,
		&d.completeness.not_crossed, &d.completeness.excluded,
		&d.completeness.metadata_errors, &d.completeness.hashes_left_out };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct evx_diag diag = { 0 };

		make(&t, &d);
		--*numbers[i];
		assert_int_equal(evx_tally_compare(&t, &d, &diag), EVX_E_FORGED);
		*numbers[i] += 2;
		assert_int_equal(evx_tally_compare(&t, &d, NULL), EVX_E_FORGED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest),
		cmocka_unit_test(each_lie_is_found),
	};

	return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
