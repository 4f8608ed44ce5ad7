/* open/first_names.h: which lines others refer to, and where those were put. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/failing.h"
#include "open/first_names.h"

static struct evx_entry named(const char *path, enum evx_entry_type type, bool linked, uint64_t to)
{
	struct evx_entry e;

	evx_entry_init(&e);
	assert_int_equal(evx_entry_set_path(&e, path, strlen(path)), EVX_OK);
	e.type = type;
	e.has_hardlink = linked;
	e.hardlink_index = to;
	return e;
}

static void note(struct evx_first_names *f, bool linked, uint64_t to)
{
	struct evx_entry e = named("x", EVX_FILE, linked, to);

	assert_int_equal(evx_first_names_note(f, &e, NULL), EVX_OK);
	evx_entry_free(&e);
}

static void put(struct evx_first_names *f, const char *path, enum evx_entry_type type, bool linked,
	uint64_t to, uint64_t index)
{
	struct evx_entry e = named(path, type, linked, to);

	assert_int_equal(evx_first_names_put(f, &e, index, NULL), EVX_OK);
	evx_entry_free(&e);
}

/* Where another name of line `to`, of this type, finds the file: "" nowhere. */
static const char *found(
	const struct evx_first_names *f, enum evx_entry_type type, bool linked, uint64_t to)
{
	struct evx_entry e = named("other", type, linked, to);
	const struct evx_first_name *first = evx_first_names_find(f, &e);

	evx_entry_free(&e);
	if (first == NULL)
		return "";
	assert_int_equal(first->len, strlen(first->path));
	return first->path;
}

/* Whatever the order in which they are referred to, and how often. */
static void test_order(void **state)
{
	static const uint64_t to[] = { 7, 7, 0, UINT64_MAX, 3, 0, 7, 3, 3, 3, 1ULL << 40, 0 };
	static const uint64_t each[] = { 0, 3, 7, 1ULL << 40, UINT64_MAX };

	(void)state;
	for (size_t n = 0; n <= sizeof(to) / sizeof(to[0]); n++) {
		struct evx_first_names f = { NULL, 0 };
		size_t expected = 0;

		for (size_t i = 0; i < n; i++)
			note(&f, true, to[i]);
		note(&f, false, 5);
		evx_first_names_sort(&f);
		for (size_t k = 0; k < sizeof(each) / sizeof(each[0]); k++) {
			bool is = false;
			char path[] = { 'p', (char)('0' + k), '\0' };

			for (size_t i = 0; i < n; i++)
				is = is || to[i] == each[k];
			if (is) {
				assert_int_equal(f.v[expected].index, each[k]);
				expected++;
			}
			put(&f, path, EVX_FILE, false, 0, each[k]);
			assert_string_equal(found(&f, EVX_FILE, true, each[k]), is ? path : "");
		}
		assert_int_equal(f.n, expected);
		for (size_t k = 0; k < n; k++) /* each has kept its own */
			assert_int_equal(found(&f, EVX_FILE, true, to[k])[0], 'p');
		evx_first_names_free(&f);
		assert_null(f.v);
		assert_int_equal(f.n, 0);
	}
}

static void test_found(void **state)
{
	struct evx_first_names f = { NULL, 0 };

	(void)state;
	assert_string_equal(found(&f, EVX_FILE, true, 4), "");
	note(&f, true, 4);
	evx_first_names_sort(&f);
	/* Not put anywhere yet. */
	assert_string_equal(found(&f, EVX_FILE, true, 4), "");
	/* Lines to which nothing refers are not kept. */
	put(&f, "five", EVX_FILE, false, 0, 5);
	assert_string_equal(found(&f, EVX_FILE, true, 5), "");
	put(&f, "dir/four", EVX_FILE, false, 0, 4);
	assert_string_equal(found(&f, EVX_FILE, true, 4), "dir/four");
	/* A line that refers to none has no first name, and something else is not the same file. */
	assert_string_equal(found(&f, EVX_FILE, false, 4), "");
	assert_string_equal(found(&f, EVX_FIFO, true, 4), "");
	/* The newest copy counts: of a later name, or where the first name could not be put. */
	put(&f, "later", EVX_FILE, true, 4, 9);
	assert_string_equal(found(&f, EVX_FILE, true, 4), "later");
	put(&f, "pipe", EVX_FIFO, true, 4, 10);
	assert_string_equal(found(&f, EVX_FIFO, true, 4), "pipe");
	assert_string_equal(found(&f, EVX_FILE, true, 4), "");
	evx_first_names_free(&f);
	evx_first_names_free(&f);
}

static enum evx_err all_of_it(void *ctx, struct outcome *out)
{
	struct evx_entry *e = ctx;
	struct evx_first_names f = { NULL, 0 };
	const struct evx_first_name *first;
	enum evx_err err = evx_first_names_note(&f, e, NULL);

	evx_first_names_sort(&f);
	if (err == EVX_OK)
		err = evx_first_names_put(&f, e, 9, NULL);
	if (err == EVX_OK) {
		first = evx_first_names_find(&f, e);
		out->number[0] = first != NULL ? first->len : 0;
		out->number[1] = f.n;
	}
	evx_first_names_free(&f);
	return err;
}

/* A file of which that could not be remembered is not taken for one that nothing refers to. */
static void test_no_memory(void **state)
{
	struct evx_entry e = named("some/path", EVX_FILE, true, 3);

	(void)state;
#ifdef NOT_HERE
	(void)each_fails;
	assert_int_equal(all_of_it(&e, &(struct outcome){ { 0 } }), EVX_OK);
#else
	each_fails("first names", all_of_it, &e, 1); /* a sanitizer has strndup of its own */
#endif
	evx_entry_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_order),
		cmocka_unit_test(test_found), cmocka_unit_test(test_no_memory) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
